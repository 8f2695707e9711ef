"""A trained model's opinion of who is who: mentions by head word, and for each the earlier one that it takes up.

The encoder's pass is the reader's own (`encode.py`); the heads on it are `weights/coref` (training/coref makes them;
the model card lists the licences) and need numpy alone.  A head looks back at most REACH heads, so that a long text
costs no more a word than a short one.
Known failure: bodies that are named once; “it”, which the training texts mostly use for things.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sayso.annotate.antecedents import SIZES, TYPES, Words, pair_features, split_words
from sayso.annotate.coreference import Linked
from sayso.annotate.encode import WEIGHTS, WIDTH, Floats, need, pass_over, stretches
from sayso.model import REPORT_ROLES, Document

REACH = 250
"""Heads that a head may look back over; 99 % of gold links in the bench's train part are shorter."""
AROUND = 30
"""Words on either side of a head in which its mention's ends are looked for, as in training."""
BLOCK = 64


@dataclass(frozen=True, slots=True)
class LinkModel:
    """The heads' matrices, and the version of the weights."""

    heads: dict[str, Floats]
    version: str

    def read(self, text: str, start: int, end: int, stretches: Sequence[tuple[int, int]]) -> list[Linked]:
        """The mentions of text[start:end], in order of their heads; `stretches` of it are encoded each by itself."""
        words = split_words(text, start, end)
        if not words.text:
            return []
        vectors = np.zeros((len(words.text), WIDTH), np.float32)
        passed = pass_over(text)
        for low, high in stretches:
            first, last = np.searchsorted(words.start, (low, high))
            vectors[first:last] = passed.stretch(low, high).states_at(words.start[first:last])
        return self.link(words, vectors)

    def link(self, words: Words, vectors: Floats) -> list[Linked]:
        """The mentions of words, from their states [words, 384]."""
        h = self.heads
        logits = vectors @ h["tag.weight"].T + h["tag.bias"]
        kinds = logits.argmax(-1)
        chosen = np.flatnonzero(kinds)
        if not len(chosen):
            return []
        picked = vectors[chosen]
        antecedents, scores = self._antecedents(words, picked, chosen, kinds[chosen])
        ends = vectors @ h["ends.weight"].T + h["ends.bias"]
        first = picked @ h["first.weight"].T + h["first.bias"]
        last = picked @ h["last.weight"].T + h["last.bias"]
        found = []
        for row, head in enumerate(chosen.tolist()):
            low, high = max(0, head - AROUND), min(len(words.text), head + AROUND + 1)
            begin = low + int((ends[low:head + 1] @ first[row]).argmax())
            stop = head + int((ends[head:high] @ last[row]).argmax())
            found.append(Linked(int(words.start[begin]), int(words.end[stop]), int(words.start[head]),
                                TYPES[kinds[head]], int(antecedents[row]), float(scores[row])))
        return found

    def _antecedents(self, words: Words, vectors: Floats, heads: NDArray[np.int64],
                     kinds: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        """For each head the index of its antecedent or -1, and the probability of that choice."""
        h, count = self.heads, len(heads)
        query = (vectors @ h["query.weight"].T + h["query.bias"]).reshape(count, 4, -1).transpose(1, 0, 2)
        key = (vectors @ h["key.weight"].T + h["key.bias"]).reshape(count, 4, -1).transpose(1, 0, 2)
        mine = vectors @ h["mine.weight"].T + h["mine.bias"] + h["mix.bias"]
        theirs = vectors @ h["theirs.weight"].T + h["theirs.bias"]
        best, sure = np.full(count, -1, dtype=np.int64), np.ones(count, dtype=np.float32)
        for low in range(0, count, BLOCK):
            high = min(count, low + BLOCK)
            base = max(0, low - REACH)
            window = slice(base, high)
            dots = np.einsum("kid,kjd->ijk", query[:, low:high], key[:, window], optimize=True) / query.shape[-1] ** 0.5
            hidden = dots @ h["mix.weight"].T + mine[low:high, None] + theirs[None, window]
            local = pair_features(words, heads[window], kinds[window], low - base, high - base)
            for number in range(len(SIZES)):
                hidden += h[f"features.{number}.weight"][local[..., number]]
            np.maximum(hidden, 0, out=hidden)
            scores = (hidden @ h["score.weight"].T)[..., 0] + h["score.bias"] + dots.sum(-1)
            scores[np.arange(base, high)[None] >= np.arange(low, high)[:, None]] = -1e4
            peak = np.maximum(scores.max(1), 0)
            total = np.exp(scores - peak[:, None]).sum(1) + np.exp(-peak)
            choice = scores.argmax(1)
            top = scores[np.arange(high - low), choice]
            best[low:high] = np.where(top > 0, choice + base, -1)
            sure[low:high] = np.exp(np.maximum(top, 0) - peak) / total
        return best, sure


@lru_cache(maxsize=1)
def load_links() -> LinkModel:
    """The shipped heads.  MissingPiece where they are not in the package."""
    folder = WEIGHTS / "coref"
    card = json.loads(need(folder / "model.json").read_text("utf-8"))
    with np.load(need(folder / "heads.npz")) as stored:
        heads = {name: stored[name].astype(np.float32) for name in stored.files}
    return LinkModel(heads, card["version"])


def read_links(document: Document) -> list[Linked]:
    """The mentions of a report's own blocks, run by run; indices of antecedents are into the list."""
    model = load_links()
    found: list[Linked] = []
    parts = [(start, end) for _, start, end in stretches(document.blocks, document.text)]
    for start, end in _runs(document):
        base = len(found)
        inside = [part for part in parts if start <= part[0] and part[1] <= end]
        found += [replace(one, antecedent=one.antecedent + base if one.antecedent >= 0 else -1)
                  for one in model.read(document.text, start, end, inside)]
    return found


def _runs(document: Document) -> list[tuple[int, int]]:
    """Stretches of report without another role between them."""
    runs: list[tuple[int, int]] = []
    open_run = False
    for block in document.blocks:
        if block.role not in REPORT_ROLES:
            open_run = False
        elif open_run:
            runs[-1] = (runs[-1][0], block.end)
        else:
            runs.append((block.start, block.end))
            open_run = True
    return runs or ([(0, len(document.text))] if not document.blocks else [])
