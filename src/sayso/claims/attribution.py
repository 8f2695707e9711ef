"""Who says what: source, cue and content of every attribution, read by one small trained model → statements.

The encoder's pass (`annotate/encode.py`) gives a vector a word.  A first head tags the words and so finds the cues; a
second head is asked once for each cue and says of every word in its window whether it is that cue's source or content.
Attributions are as PolNeAR annotates them (Newell, Margolin and Ruths 2018, LREC): speech, writing, belief, intention
and perception, quoted or not, outermost only.  Rules add what the corpus hardly has: a quotation that runs on over
paragraphs (its mark opens again in each) is one statement, on its speaker's word.

Measured figures and known failures: docs/attribution.md and weights/attribution.md.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sayso.annotate.encode import (
    ENDS,
    INSIDE,
    MARK,
    OPEN_ENDED,
    OUTSIDE,
    STATES,
    WEIGHTS,
    Floats,
    Ints,
    Stretch,
    Window,
    Words,
    load_session,
    need,
    pass_over,
    shape,
    stretches,
)
from sayso.model import Block, Form, Provenance, Record, Span, Statement

TAG_LABELS = ("", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
ROLE_LABELS = ("", "B-source", "I-source", "B-content", "I-content")
TAG_PAIRS, ROLE_PAIRS = ((1, 2), (3, 4), (5, 6)), ((1, 2), (3, 4))

STEPS = np.array([1, 2, 3, 4, 5, 7, 9, 12, 16, 22, 30, 42, 60, 90, 140])
DISTANCES = 2 * (len(STEPS) + 1)
"""Buckets of the distance in words from the cue, before it and after it; 0 is the cue itself."""
RELATIONS = 3 * 5 * 4
"""Paragraph before, same, after × sentence −2 … +2 × quotation state."""
CHUNK = 64
"""Cues that the second head and the decoder take at once: bounds memory, whatever the length of the text."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Weights of the decoder and of the calibration, learnt on documents held out of training."""

    cue_bias: float = 0.5
    """Added to the cue labels when candidates are sought; what is too weak is dropped by its score later."""
    tag_weight: float = 0.5
    """How much the first head's log-probabilities count beside the second's."""
    begin_content: float = -0.5
    inside_content: float = 0.0
    begin_source: float = 0.0
    overlap: float = 0.3
    """Share of a content's words that a better statement may already hold."""
    calibration: tuple[float, ...] = ()
    """Bias, then a weight for each of `Candidate.evidence`: logistic regression of loose rightness (Platt 1999)."""


SECOND_ROOM = 90
"""Word pieces in the first window of the second reading: about a third of a window, so that all cuts fall elsewhere.
Chosen on documents held out of training; the second reading gave 0.6 of strict F1 and 0.7 of alpha there."""
UNSURE = 0.7
"""Below this probability a statement is shown as unsure: above it at least 85 in 100 were right on held documents."""
HIDDEN = 0.35
"""Below this probability a candidate is not kept: about where one more found costs one more wrong."""
VERSION = "3"
"""Of the rules."""
UNNAMED = re.compile(r"not to be (?:named|identified|quoted)|to (?:remain|stay) anonymous|anonymity", re.I)
"""How a content begins that is no claim but why its source has no name; `claims/source_type.py` keeps it as that."""
UNFINISHED = frozenset("""the a an of and or to in for with by at on from that this these those his her its their our my
your""".split())
"""Words that no content ends with: articles, prepositions before their noun, “and”."""
POSSESSIVES = ("'s", "s'")
LEFT = 6
"""Words that may be missing after one of them."""
REPORTING_MARKS = frozenset(':-"')
"""As the encoder folds them."""
CREDITS = frozenset("""image images photo photos photograph photographs picture pictures video illustration graphic file
credit credits caption""".split())
"""What a colon names the maker of, not the words of."""
TOLD = frozenset("told informed notified advised warned reminded briefed".split())
"""Verbs whose object hears: as subject of the passive it still does."""
TO_BE = frozenset("is are was were be been being am".split())
ALONE = 8
"""Words of a quotation that is kept although no cue claims it; shorter ones are mostly titles and single phrases."""
SHORT_TITLES = frozenset("Mr Mrs Ms Dr Sen Gov Rep Gen Col Lt Sgt Capt Prof Rev".split())
DAYS = frozenset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
CAPITALS = tuple(1 + shape * STATES + INSIDE for shape in (3, 4, 5))
"""Kinds of words that begin a sentence inside quotation marks."""


Ranges = tuple[tuple[int, int], ...]
"""Words from … to (excluded), in order."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attribution as word ranges of a stretch of text."""

    cue: Ranges
    source: Ranges
    content: Ranges
    evidence: tuple[float, ...]
    score: float | None
    """The probability that content and source are right; None where nothing was judged."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """One window: word range, vectors (words × 768) and log-probabilities of the 7 labels."""

    begin: int
    stop: int
    vectors: Floats
    tags: Floats


# ------------------------------------------------------------------ what the second head is told of places

def places(words: Words, begin: int, stop: int, cues: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
    """distance and relation buckets of the words begin to stop to each cue (word ranges of the text): cues × words."""
    at = np.arange(begin, stop)[None]
    first = np.array([c[0] for c in cues])[:, None]
    last = np.array([c[1] for c in cues])[:, None]
    away = np.where(at < first, first - at, np.where(at >= last, at - last + 1, 0))
    bucket = np.searchsorted(STEPS, away, side="right")
    distance = bucket + np.where(at < first, len(STEPS) + 1, 0) * (away > 0)
    paragraph = np.sign(words.paragraph[begin:stop][None] - words.paragraph[first]) + 1
    sentence = np.clip(words.sentence[begin:stop][None] - words.sentence[first], -2, 2) + 2
    return distance, (paragraph * 5 + sentence) * 4 + words.state[begin:stop][None]


# ------------------------------------------------------------------ decoding

def viterbi(scores: Floats, pairs: Sequence[tuple[int, int]]) -> Ints:
    """The best label sequence of each row, [n, words], where an inside label follows its begin or itself only.

    scores: log-probabilities, n × words × labels; label 0 is none.  The rows are decoded side by side.
    """
    n, length, labels = scores.shape
    allowed = np.zeros((labels, labels), np.float32)
    for begin, inside in pairs:
        allowed[[p for p in range(labels) if p not in (begin, inside)], inside] = -1e9
    best = scores[:, 0].copy()
    best[:, [inside for _, inside in pairs]] = -1e9
    back = np.zeros((length, n, labels), np.int8)
    for at in range(1, length):
        ways = best[:, :, None] + allowed
        back[at] = ways.argmax(1)
        best = ways.max(1) + scores[:, at]
    out = np.zeros((n, length), np.int64)
    out[:, -1] = best.argmax(1)
    rows = np.arange(n)
    for at in range(length - 1, 0, -1):
        out[:, at - 1] = back[at, rows, out[:, at]]
    return out


def runs(labels: Sequence[int], begin: int, inside: int) -> list[tuple[int, int]]:
    """Ranges of one kind in a label sequence."""
    out: list[tuple[int, int]] = []
    for at, label in enumerate(labels):
        if label == begin:
            out.append((at, at + 1))
        elif label == inside and out and out[-1][1] == at:
            out[-1] = (out[-1][0], at + 1)
    return out


def log_softmax(scores: Floats) -> Floats:
    """Log-probabilities over the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), np.float32)


def average(mine: Floats, others: Iterable[tuple[int, Floats]]) -> Floats:
    """The logarithm of the mean probability of each word, where another reading that begins so many words later (or
    earlier) has it too; words × labels."""
    total, count = np.exp(mine), np.ones((len(mine), 1), np.float32)
    for by, theirs in others:
        first, last = max(0, by), min(len(mine), by + len(theirs))
        total[first:last] += np.exp(theirs[first - by:last - by])
        count[first:last] += 1
    return np.asarray(np.log(total / count + 1e-9), np.float32)


def find_cues(tags: Floats, bias: float) -> list[tuple[int, int]]:
    """Word ranges that are cues on the best path, as the tags are or with the cue labels made likelier."""
    leaning = tags.copy()
    leaning[:, 3:5] += bias
    found = {span for row in viterbi(np.stack([tags, leaning]), TAG_PAIRS) for span in runs(row.tolist(), 3, 4)}
    return sorted(found)


def candidates(tags: Floats, roles: Floats, cues: Sequence[tuple[int, int]], settings: Settings) -> Iterator[Candidate]:
    """What each cue of one window claims: tags words × 7, roles cues × words × 5, both log-probabilities."""
    mixed = roles.copy()
    weight = settings.tag_weight
    content, source = np.logaddexp(tags[:, 5], tags[:, 6]), np.logaddexp(tags[:, 1], tags[:, 2])
    neither = np.log1p(-np.exp(np.minimum(np.logaddexp(content, source), -1e-3)))
    for label, extra in enumerate((neither, tags[:, 1], tags[:, 2], tags[:, 5], tags[:, 6])):
        mixed[:, :, label] += weight * np.maximum(extra, -8)
    mixed[:, :, 1] += settings.begin_source
    mixed[:, :, 3] += settings.begin_content
    mixed[:, :, 4] += settings.inside_content
    for row, (first, last) in enumerate(cues):
        mixed[row, first:last, 1:] = -1e9
    for row, path in enumerate(viterbi(mixed, ROLE_PAIRS)):
        labels = path.tolist()
        contents, sources = runs(labels, 3, 4), runs(labels, 1, 2)
        if not contents:
            continue
        own = roles[row]
        if len(sources) > 1:
            sources = [max(sources, key=lambda s: float(own[s[0]:s[1], 1:3].max(1).sum()))]
        evidence = weigh(tags, content, own, cues[row], sources, contents)
        yield Candidate((cues[row],), tuple(sources), tuple(contents), evidence, judge(evidence, settings))


def weigh(tags: Floats, content: Floats, own: Floats, cue: tuple[int, int], sources: Sequence[tuple[int, int]],
          contents: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    """Figures from which rightness is judged: how sure the heads are of cue, content, its ends and source."""
    first, last = cue
    sure_cue = float(tags[first, 3] + tags[first + 1:last, 4].sum()) / (last - first)
    words = [at for s, e in contents for at in range(s, e)]
    belongs = np.logaddexp(own[:, 3], own[:, 4])
    edges = [float(own[s, 3]) for s, _ in contents]
    edges += [float(own[e, [0, 1, 2]].max()) for _, e in contents if e < len(own)]
    if sources:
        spoken = [at for s, e in sources for at in range(s, e)]
        sure_source = float(np.logaddexp(own[spoken, 1], own[spoken, 2]).mean())
    else:
        sure_source = float(np.minimum(own[:, 0], 0).min()) if len(own) else 0.0
    return tuple(max(-6.0, figure) for figure in (
        sure_cue, float(belongs[words].mean()), float(content[words].mean()), float(np.mean(edges)),
        sure_source if sources else 0.0, 0.0 if sources else sure_source, 0.0 if sources else -1.0,
        -float(np.log1p(len(words))), -float(len(contents) > 1)))


def judge(evidence: Sequence[float], settings: Settings) -> float:
    """The probability that content and source are right (loose match of the attribution bench)."""
    if not settings.calibration:
        return float(np.exp(0.5 * evidence[0] + evidence[1] + 0.5 * evidence[2]))
    bias, *weights = settings.calibration
    return float(1 / (1 + np.exp(-(bias + sum(w * x for w, x in zip(weights, evidence, strict=True))))))


def choose(found: Iterable[Candidate], settings: Settings, *, least: float = HIDDEN) -> list[Candidate]:
    """The candidates that stand, best first: none inside another, none sharing its cue or most of its content."""
    kept: list[Candidate] = []
    in_content: set[int] = set()
    in_cue: set[int] = set()
    for one in sorted(found, key=lambda c: (-(c.score or 0), c.cue)):
        cue, content = indices(one.cue), indices(one.content)
        if (one.score or 0) < least or cue & (in_cue | in_content) or content & in_cue:
            continue
        if len(content & in_content) > settings.overlap * len(content):
            continue
        kept.append(one)
        in_content |= content
        in_cue |= cue
    return sorted(kept, key=lambda c: min(c.content))


def reports(words: Words, one: Candidate) -> bool:
    """Whether a cue can lay words to somebody: of marks alone, a colon, a dash or a quotation mark can.  What stands
    after the colon of “Photo: …” is a maker's name, and “Dear Ann: …” is said to her."""
    cue = sorted(indices(one.cue))
    before = words.folded[max(0, cue[0] - 3):cue[0]]
    if words.folded[cue[0]] == ":" and before and (before[-1].lower() in CREDITS or "dear" in map(str.lower, before)):
        return False
    return any(words.folded[at][0].isalnum() or words.folded[at] in REPORTING_MARKS for at in cue)


def asks_for_anonymity(words: Words, one: Candidate) -> bool:
    """Whether the content is no claim but a wish “not to be named”."""
    begin = one.content[0][0]
    return UNNAMED.match(" ".join(words.folded[begin:begin + 4])) is not None


def without_addressee(words: Words, one: Candidate) -> Candidate:
    """The candidate; of “clerks were told by Ruiz that …” the source is Ruiz, and without her nobody: the clerks only
    heard it."""
    verb = next((at for at in sorted(indices(one.cue)) if words.folded[at].lower() in TOLD), None)
    if verb is None or not one.source or max(e for _, e in one.source) > verb:
        return one
    before = [word.lower() for word in words.folded[max(0, verb - 3):verb]]
    while before and (before[-1].endswith("ly") or before[-1] in ("not", "also", "never")):
        before.pop()
    if not before or before[-1] not in TO_BE:
        return one
    begin = verb + 2
    end = begin
    content = indices(one.content)
    while end < len(words) and end not in content and words.folded[end][0].isalnum() \
            and words.folded[end].lower() not in ("that", "to"):
        end += 1
    by = begin < len(words) and words.folded[verb + 1].lower() == "by" and end > begin
    return replace(one, source=((begin, end),) if by else ())


def indices(ranges: Iterable[tuple[int, int]]) -> set[int]:
    """The word numbers in some ranges."""
    return {at for s, e in ranges for at in range(s, e)}


def shifted(one: Candidate, by: int) -> Candidate:
    """The candidate with its word numbers moved."""
    cue, source, content = (tuple((s + by, e + by) for s, e in ranges)
                            for ranges in (one.cue, one.source, one.content))
    return replace(one, cue=cue, source=source, content=content)


def unclaimed(words: Words, kept: Sequence[Candidate]) -> Iterator[Candidate]:
    """Quotations of a sentence or more that no cue claims: nobody's, as far as the report says, but not dropped."""
    held = {at for one in kept for at in indices(one.content) | indices(one.source) | indices(one.cue)}
    marks = np.flatnonzero(words.state == MARK).tolist()
    for first, last in pairwise(marks):
        inner = range(first + 1, last)
        if len(inner) < ALONE or words.paragraph[first] != words.paragraph[last] or words.state[first + 1] != INSIDE:
            continue
        ends = words.folded[last - 1] in ENDS or words.folded[min(last + 1, len(words) - 1)] in ENDS
        if ends and words.kind[first + 1] in CAPITALS and not held.intersection(inner):
            yield Candidate((), (), ((first, last + 1),), (), None)


# ------------------------------------------------------------------ quotations, one or several paragraphs long

def fill_quotations(words: Words, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, with a content that begins at an opening mark and stops inside the quotation led to its end,
    unless words on the way are held by another."""
    closing = {}
    marks = np.flatnonzero(words.state == MARK).tolist()
    for first, last in pairwise(marks):
        if words.state[first + 1] == INSIDE and words.paragraph[first] == words.paragraph[last]:
            closing[first] = last + 1
    held = {at for one in found for at in indices(one.content) | indices(one.cue) | indices(one.source)}
    out = []
    for one in found:
        content = set(indices(one.content))
        for first in sorted({place for at in content for place in (at - 1, at) if place in closing}):
            inside = set(range(first, closing[first]))
            missing = inside - content
            if missing and len(missing) < len(inside) and not missing & held:
                content |= inside
        out.append(replace(one, content=as_ranges(content)) if len(content) > len(indices(one.content)) else one)
    return out


def finish_phrases(words: Words, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, with a content or source that stops on a word no phrase ends with (“on the night of the”) led on
    to the next mark, where that is near and the words on the way are held by nobody; such a source of two cues, or one
    that stops on a possessive, is as long as the other has it."""
    held = {at for one in found for at in indices(one.content) | indices(one.cue) | indices(one.source)}
    longest = {one.source[0][0]: one.source for one in sorted(found, key=lambda one: one.source) if one.source}
    out = []
    for one in found:
        content, source = finished(words, one.content, held), one.source
        last = words.folded[source[-1][1] - 1].lower() if source else ""
        if last in UNFINISHED or last.endswith(POSSESSIVES):
            source = longest[source[0][0]]
        out.append(replace(one, content=content, source=whole_name(words, finished(words, source, held), held)))
    return out


def whole_name(words: Words, source: Ranges, held: set[int]) -> Ranges:
    """A source that stops inside a name (“Deputy Mayor Gulnora | Saidzoda”, “Mr. | Moro”) led to the name's end."""
    end = max((e for _, e in source), default=0)
    stop = end
    while 0 < stop < len(words) and stop not in held and words.sentence[stop] == words.sentence[stop - 1]:
        last, this = words.folded[stop - 1], words.folded[stop]
        dot = this == "." and last in SHORT_TITLES and words.start[stop] == words.end[stop - 1]
        beside = shape(last) == 3 and words.start[stop] == words.end[stop - 1] + 1
        titled = last == "." and words.folded[stop - 2] in SHORT_TITLES
        if not dot and not (shape(this) == 3 and this not in DAYS and (beside or titled)):
            break
        stop += 1
    return as_ranges(indices((*source, (end, stop)))) if stop > end else source


def finished(words: Words, ranges: Ranges, held: set[int]) -> Ranges:
    """Ranges with the rest of the phrase that they stop in."""
    end = max((e for _, e in ranges), default=0)
    if not end or words.folded[end - 1].lower() not in UNFINISHED:
        return ranges
    stop = end
    while stop < len(words) and words.sentence[stop] == words.sentence[end - 1] and words.folded[stop][0].isalnum():
        if stop in held or stop - end == LEFT:
            return ranges
        stop += 1
    return as_ranges(indices((*ranges, (end, stop)))) if stop > end else ranges


def as_ranges(numbers: Iterable[int]) -> Ranges:
    """Word numbers as ranges."""
    out: list[tuple[int, int]] = []
    for at in sorted(numbers):
        if out and out[-1][1] == at:
            out[-1] = (out[-1][0], at + 1)
        else:
            out.append((at, at + 1))
    return tuple(out)


def continue_quotations(words: Words, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, with a quotation that runs on over paragraphs joined into one content.

    A paragraph ends inside a quotation (its mark has no partner) and the next one opens with a mark: the same words
    go on (every style book).  The part that some cue holds lends its source to the parts that none holds.
    """
    out = list(found)
    cued = {at for one in found for at in indices(one.cue)}
    for chain in running_quotations(words):
        if cued & indices(chain):                              # a mark was forgotten: reporting words stand inside
            continue
        holders = [{n for n, one in enumerate(out) if any(s < e2 and s2 < e for s, e in one.content)}
                   for s2, e2 in chain]
        own = [next(iter(sorted(held)), None) for held in holders]
        for step, (s, e) in enumerate(chain):
            if own[step] is not None:
                continue
            near = [own[k] for k in (*range(step - 1, -1, -1), *range(step + 1, len(chain))) if own[k] is not None]
            if near and (owner := near[0]) is not None:
                out[owner] = replace(out[owner], content=as_ranges(indices((*out[owner].content, (s, e)))))
        if len({owner for owner in own if owner is not None}) == 1:    # one speaker: no part is cut short
            owner = next(owner for owner in own if owner is not None)
            out[owner] = replace(out[owner], content=as_ranges(indices((*out[owner].content, *chain))))
    return out


def running_quotations(words: Words) -> Iterator[list[tuple[int, int]]]:
    """Word ranges of the parts, one a paragraph, of each quotation that runs over two paragraphs or more."""
    starts = np.flatnonzero(np.diff(words.paragraph, prepend=-1)).tolist()
    chain: list[tuple[int, int]] = []
    for begin, stop in zip(starts, [*starts[1:], len(words)], strict=True):
        state = words.state[begin:stop]
        opens = len(state) > 1 and state[0] == MARK and state[1] in (INSIDE, OPEN_ENDED)
        if chain and opens:
            closing = np.flatnonzero(state[1:] == MARK) + 1
            closing = closing[:1] if state[1] == INSIDE else closing[:0]
            chain.append((begin, begin + int(closing[0]) + 1 if len(closing) else stop))
        elif chain:
            if len(chain) > 1:
                yield chain
            chain = []
        if stop - begin > 1 and state[-1] == OPEN_ENDED:
            opened = begin + int(np.flatnonzero(state == MARK)[-1]) if (state == MARK).any() else begin
            if not (chain and chain[-1][0] == opened):
                if len(chain) > 1:
                    yield chain
                chain = [(opened, stop)]
        elif chain:
            if len(chain) > 1:
                yield chain
            chain = []
    if len(chain) > 1:
        yield chain


# ------------------------------------------------------------------ the reader

@dataclass(frozen=True, slots=True)
class Reader:
    """Record → Record with its statements.  `threads` are the encoder's; the figures do not depend on them."""

    threads: int = 1
    weights: Path = WEIGHTS
    least: float = HIDDEN
    name: str = field(default="attribution", repr=False)

    @property
    def version(self) -> str:
        """The version of the weights and of the rules over them, kept in every record."""
        return f"{load_card(self.weights)['version']}-{VERSION}"

    def __call__(self, record: Record) -> Record:
        document = record.document
        statements: list[Statement] = []
        for stretch in stretches(document.blocks, document.text):
            block = document.blocks[stretch[0]] if document.blocks else None
            begin, end = stretch[1], stretch[2]
            for one, words in self.read_text(document.text, begin, end):
                statements.append(to_statement(document.text, words, one, document.blocks, len(statements),
                                               in_headline=block is not None and block.role == "headline"))
        made = Provenance("statements", self.name, self.version)
        return replace(record, statements=tuple(statements), provenance=(*record.provenance, made))

    def read_text(self, text: str, begin: int = 0, end: int | None = None) -> list[tuple[Candidate, Words]]:
        """The attributions of one stretch of text, in order of their content, with the words that they number."""
        stretch = pass_over(text, self.threads, self.weights).stretch(begin, len(text) if end is None else end)
        words = stretch.words
        if not len(words):
            return []
        settings = load_settings(self.weights)
        kept = [without_addressee(words, one)
                for one in choose(self.find(stretch, settings), settings, least=self.least)
                if not asks_for_anonymity(words, one)]
        joined = continue_quotations(words, finish_phrases(words, fill_quotations(words, kept)))
        joined += unclaimed(words, joined)
        return [(one, words) for one in sorted(joined, key=lambda c: min(c.content))]

    def find(self, stretch: Stretch, settings: Settings) -> Iterator[Candidate]:
        """Every candidate, window by window."""
        for begin, _, tags, cues, roles in self.score(stretch, settings):
            for one in candidates(tags, roles, cues, settings):
                found = shifted(one, begin)
                if reports(stretch.words, found):
                    yield found

    def score(self, stretch: Stretch, settings: Settings
              ) -> Iterator[tuple[int, int, Floats, list[tuple[int, int]], Floats]]:
        """Of each window: its word range, tags, cues (word ranges of the window) and roles, as log-probabilities.

        A text of several windows is read twice, the second time cut elsewhere, and the probabilities are averaged: a
        word at the edge of one window stands in the midst of another.
        """
        words = stretch.words
        again = self.tag(stretch.encode(first_room=SECOND_ROOM))
        beside: list[Tagged] = []
        for one in self.tag(stretch.windows):
            if one.stop - one.begin == len(words):
                again = iter(())
            beside = [other for other in beside if other.stop > one.begin]
            while not beside or beside[-1].stop < one.stop:
                if (other := next(again, None)) is None:
                    break
                beside.append(other)
            tags = average(one.tags, [(other.begin - one.begin, other.tags) for other in beside])
            cues = find_cues(tags, settings.cue_bias)
            if cues:
                yield one.begin, one.stop, tags, cues, self.link(words, one, beside, cues)

    def tag(self, windows: Iterable[Window]) -> Iterator[Tagged]:
        """Each window with its word vectors and tags."""
        tagger = load_session(self.weights / "attribution-tags.onnx", self.threads)
        for window in windows:
            vectors = window.vectors
            tags = log_softmax(tagger.run(None, {"words": vectors[None]})[0][0])
            yield Tagged(window.begin, window.stop, vectors, tags)

    def link(self, words: Words, one: Tagged, beside: Sequence[Tagged], cues: Sequence[tuple[int, int]]) -> Floats:
        """Roles of the window's words for each of its cues, averaged with those of windows that hold the cue too."""
        roles = self.ask(words, one, [(s + one.begin, e + one.begin) for s, e in cues])
        for other in beside:
            both = [n for n, (s, e) in enumerate(cues) if s + one.begin >= other.begin and e + one.begin <= other.stop]
            if both:
                theirs = self.ask(words, other, [(cues[n][0] + one.begin, cues[n][1] + one.begin) for n in both])
                for n, row in zip(both, theirs, strict=True):
                    roles[n] = average(roles[n], [(other.begin - one.begin, row)])
        return roles

    def ask(self, words: Words, one: Tagged, cues: Sequence[tuple[int, int]]) -> Floats:
        """Roles of a window's words for each cue (word ranges of the text), as one window sees them."""
        linker = load_session(self.weights / "attribution-roles.onnx", self.threads)
        parts = []
        for at in range(0, len(cues), CHUNK):
            some = cues[at:at + CHUNK]
            pooled = np.stack([one.vectors[s - one.begin:e - one.begin].mean(0) for s, e in some])
            distance, relation = places(words, one.begin, one.stop, some)
            parts.append(linker.run(None, {"words": one.vectors[None], "cues": pooled[None],
                                           "distance": distance[None], "relation": relation[None]})[0][0])
        return log_softmax(np.concatenate(parts))


read_statements = Reader()
"""The reader with the weights of the package, on one thread."""


@cache
def load_card(folder: Path) -> dict[str, Any]:
    """What goes with the weights: version, decoder settings, calibration."""
    return dict(json.loads(need(folder / "attribution.json").read_text("utf-8")))


@cache
def load_settings(folder: Path) -> Settings:
    """The decoder's settings of these weights."""
    given = load_card(folder).get("settings", {})
    return Settings(**{**given, "calibration": tuple(given.get("calibration", ()))})


# ------------------------------------------------------------------ from words to statements

def to_statement(text: str, words: Words, one: Candidate, blocks: Sequence[Block], number: int, *,
                 in_headline: bool) -> Statement:
    """The statement that a candidate stands for, at its characters."""
    content = spans(words, one.content)
    return Statement(id=f"s{number + 1}", form=form(words, one.content), content=content,
                     source=spans(words, one.source), cue=spans(words, one.cue), in_headline=in_headline,
                     block=max(0, bisect_right(blocks, content[0].start, key=lambda block: block.start) - 1),
                     score=None if one.score is None else round(one.score, 4))


def spans(words: Words, ranges: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """Characters of word ranges, a span a paragraph."""
    out = []
    for s, e in ranges:
        breaks = (np.flatnonzero(np.diff(words.paragraph[s:e])) + s + 1).tolist()
        out += [Span(int(words.start[a]), int(words.end[b - 1])) for a, b in pairwise([s, *breaks, e])]
    return tuple(out)


def form(words: Words, content: Iterable[tuple[int, int]]) -> Form:
    """direct: every word stands between marks; indirect: none does; mixed: some do."""
    inside = [words.state[at] for s, e in content for at in range(s, e)
              if words.state[at] != MARK and words.folded[at][0].isalnum()]
    quoted = sum(state != OUTSIDE for state in inside)
    if not quoted:
        return "indirect"
    return "direct" if quoted == len(inside) else "mixed"
