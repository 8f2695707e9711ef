"""What the coreference model sees: words, their shapes, and what two mentions have in common, as numbers.

Word-level coreference (Dobrovolskii 2021, doi 10.18653/v1/2021.emnlp-main.605): a mention is its head word; a head
picks one earlier head or none.  Training (`training/coref`) and reading (`coreference.py`) share this file, so that
what was learnt is what is read.  Known failure: two mentions with one head (“Ada and Ben” and “Ada”) cannot be told
apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

WORD = re.compile(r"\w+|[^\w\s]")
TYPES = ("none", "person", "organization", "place", "event", "object", "substance", "animal", "plant", "time",
         "abstract")
PRONOUNS: dict[str, int] = {
    word: number for number, words in enumerate((
        "he him his himself", "she her hers herself", "it its itself", "they them their theirs themselves themself",
        "i me my mine myself", "we us our ours ourselves", "you your yours yourself yourselves",
        "this that these those one", "who whom whose which",
    ), 1) for word in words.split()
}
"""Pronoun → class 1–9; 0 is any other word."""

STRAIGHT = str.maketrans("‘’‚‛ʼ′`´“”„‟«»–—―…", "''''''''\"\"\"\"\"\"---.")
PARTICLES = frozenset(
    "al el of de da di du del della der den van von bin ibn bint abu ul ud ur the and la le dos".split()
)
FINAL = re.compile(r"[.!?]")

DISTANCE, SENTENCES, STRINGS, PRONOUN_PAIRS, QUOTES, NAMES, TYPE_PAIRS = 12, 7, 7, 100, 5, 4, 121
SIZES = (DISTANCE, SENTENCES, STRINGS, PRONOUN_PAIRS, QUOTES, NAMES, TYPE_PAIRS)
"""How many values each pair feature has, in the order in which `pair_features` stacks them."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one stretch of text, column by column; `start` and `end` are code points."""

    start: Ints
    end: Ints
    text: tuple[str, ...]
    shape: Ints
    """0–5 lower, capital after a full stop, capital, all capitals, digits, mark; plus 6 inside quotation marks."""
    sentence: Ints
    quote: Ints
    """Number of the quotation that a word stands in, 0 outside."""


def split_words(text: str, start: int = 0, end: int | None = None) -> Words:
    """The words of text[start:end]; a paragraph that opens with a quotation mark closes the one before it."""
    begins, ends, words, shapes, sentences, quotes = [], [], [], [], [], []
    sentence = quote = latest = 0
    fresh, previous = True, start
    for found in WORD.finditer(text, start, len(text) if end is None else end):
        word = found.group().translate(STRAIGHT)
        gap = text[previous:found.start()]
        if "\n" in gap and not fresh:
            sentence, fresh = sentence + 1, True
        if "\n\n" in gap:
            quote = 0
        if word == '"':
            closes = bool(quote) and found.group() not in "“„«"
            latest += not closes
            here = quote or latest
            quote = 0 if closes else latest
        else:
            here = quote
        if word.isdigit():
            shape = 4
        elif not word[0].isalnum():
            shape = 5
        elif len(word) > 1 and word.isupper():
            shape = 3
        elif word[0].isupper():
            shape = 1 if fresh else 2
        else:
            shape = 0
        begins.append(found.start())
        ends.append(found.end())
        words.append(word.lower())
        shapes.append(shape + (6 if here else 0))
        sentences.append(sentence)
        quotes.append(here)
        if shape != 5:
            fresh = False
        elif FINAL.match(word) and text[found.end():found.end() + 1] in ("", " ", "\n", "”", '"', "’", ")", "\xa0"):
            sentence, fresh = sentence + (not fresh), True
        previous = found.end()
    columns = [np.array(column, dtype=np.int64) for column in (begins, ends, shapes, sentences, quotes)]
    return Words(columns[0], columns[1], tuple(words), columns[2], columns[3], columns[4])


def name_runs(words: Words, heads: Sequence[int]) -> list[tuple[int, int]]:
    """For each head the run of capitalised words around it (particles and joining marks inside), or the head alone."""
    runs = []
    for head in heads:
        low = high = head
        if _is_capital(words, head):
            low = _reach(words, head, -1)
            high = _reach(words, head, 1)
        runs.append((low, high + 1))
    return runs


def _is_capital(words: Words, position: int) -> bool:
    kind = words.shape[position] % 6
    return bool(kind in (2, 3) or (kind == 1 and words.text[position] not in PARTICLES))


def _reach(words: Words, here: int, step: int) -> int:
    reached, position = here, here + step
    while 0 <= position < len(words.text) and abs(position - reached) <= 3 and \
            words.sentence[position] == words.sentence[here]:
        if _is_capital(words, position):
            reached = position
        elif words.text[position] not in PARTICLES and words.text[position] not in "'-.":
            break
        position += step
    return reached


def pair_features(words: Words, heads: Ints, types: Ints, low: int, high: int) -> Ints:
    """Features of heads[low:high] (rows) with every earlier head below `high` (columns): rows × high × len(SIZES)."""
    sets = []
    runs = name_runs(words, heads[:high].tolist())
    for begin, stop in runs:
        sets.append(frozenset(word for word in words.text[begin:stop] if word not in PARTICLES and len(word) > 1))
    head_words = [words.text[head] for head in heads[:high]]
    initials = ["".join(word[0] for word in words.text[begin:stop] if word.isalpha() and word not in PARTICLES)
                for begin, stop in runs]
    strings = np.zeros((high - low, high), dtype=np.int64)
    for row, i in enumerate(range(low, high)):
        for j in range(i):
            if head_words[i] == head_words[j]:
                strings[row, j] = 3 if sets[i] == sets[j] else (2 if sets[i] & sets[j] else 1)
            elif (len(head_words[i]) > 1 and head_words[i] in sets[j]) or head_words[j] in sets[i]:
                strings[row, j] = 4
            elif len(head_words[i]) > 1 and (head_words[i] == initials[j] or head_words[j] == initials[i]):
                strings[row, j] = 6
            elif sets[i] & sets[j]:
                strings[row, j] = 5
    rows, columns = heads[low:high, None], heads[None, :high]
    order = np.arange(low, high)[:, None] - np.arange(high)[None, :]
    distance = np.minimum(np.where(order < 5, np.maximum(order, 0), 3 + np.log2(np.maximum(order, 1))).astype(int),
                          DISTANCE - 1)
    apart = np.abs(words.sentence[rows] - words.sentence[columns])
    sentences = np.digitize(apart, (1, 2, 3, 5, 9, 17))
    pronoun = np.array([PRONOUNS.get(word, 0) for word in head_words], dtype=np.int64)
    pairs = pronoun[low:high, None] * 10 + pronoun[None, :]
    quoted = words.quote[heads[:high]]
    mine, theirs = quoted[low:high, None], quoted[None, :]
    quotes = np.where(mine == 0, np.where(theirs == 0, 0, 1), np.where(theirs == 0, 2, np.where(mine == theirs, 3, 4)))
    named = np.isin(words.shape[heads[:high]] % 6, (2, 3)).astype(np.int64)
    names = named[low:high, None] * 2 + named[None, :]
    kinds = types[low:high, None] * 11 + types[None, :high]
    return np.stack((distance, sentences, strings, pairs, quotes, names, kinds), axis=-1)
