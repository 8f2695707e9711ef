"""The encoder's pass: a stretch of text → windows of states, read once and used by every head.

A small BERT (MiniLM-L6, int8) reads windows of whole paragraphs.  It lower-cases, so what letters and marks looked like
goes in beside the pieces, as token types: the shape of a word and where it stands to quotation marks.  Marks of every
style (“ ” „ « ' ‘ ’ ") are read as one straight mark, one character for one, so that offsets hold and a British page
reads like an American one.  Training (`training/attribution`) uses these functions too: what was learnt is read.

Each window is read by itself and unpadded: a text gives the same figures whatever else is read beside it, although
int8 activations are scaled by what is in the call.  Known failure: an apostrophe after a plural s inside single marks
(‘the players’ union’) may be taken for the closing mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.errors import MissingPiece
from sayso.model import REPORT_ROLES, Block

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Halves = NDArray[np.float16]

WEIGHTS = Path(__file__).parent / "weights"
WIDTH = 384
"""Figures in a state."""
WINDOW = 256
"""Word pieces in a window, with the marks at its ends: the length that the model was trained on."""
WORD_PIECES = 12
"""Pieces of one word that are read; the rest of a longer word adds nothing that helps."""
LONGEST_WORD = 100
"""Characters; the tokenizer knows no longer word, and a megabyte without spaces must not cost more than its length."""

CLS, SEP, UNKNOWN = 101, 102, 100
WORD = re.compile(r"\w+(?:['’ʼ`]\w+)*|[^\w\s]")
BREAK = re.compile(r"\n")
FOLD = str.maketrans("“”„‟«»‘’‚‛ʼ`´–—―…\u00a0", "\"\"\"\"\"\"''''''" + "'---. ")
OPENING, CLOSING = frozenset("“„‟«"), frozenset("”»")
SINGLE = frozenset("‘’‚‛'`´")
ENDS = frozenset(".!?")
ABBREVIATIONS = frozenset((
    "mr", "mrs", "ms", "dr", "prof", "sen", "rep", "gov", "gen", "lt", "col", "maj", "capt", "sgt", "brig", "adm",
    "cmdr", "supt", "insp", "st", "jr", "sr", "rev", "hon", "pres", "no", "vs", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sept", "sep", "oct", "nov", "dec", "inc", "corp", "ltd", "co", "bros", "dept"))

OUTSIDE, INSIDE, MARK, OPEN_ENDED = range(4)
"""Where a word stands to quotation marks: outside, between a pair, a mark itself, after a mark that has no partner in
its paragraph (or before one)."""
SHAPES, STATES = 6, 4
KINDS = 1 + SHAPES * STATES
"""Token types: 0 for the marks around a window, then shape × quotation state."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one stretch of text, column by column; `start` and `end` are code points of the whole text."""

    start: Ints
    end: Ints
    paragraph: Ints
    sentence: Ints
    state: Ints
    kind: Ints
    folded: tuple[str, ...]
    """As the encoder reads them: marks straight, outer single quotation marks doubled."""

    def __len__(self) -> int:
        return len(self.folded)


def shape(word: str) -> int:
    """0 mark, 1 digits, 2 lower case, 3 one capital first, 4 all capitals, 5 anything else."""
    if word[0].isdigit():
        return 1
    if not word[0].isalpha():
        return 0
    if word.islower():
        return 2
    if word.isupper() and len(word) > 1:
        return 4
    return 3 if word[0].isupper() else 5


def split_words(text: str, start: int = 0, end: int | None = None) -> Words:
    """The words of text[start:end], marks as words of their own; a line break ends a paragraph."""
    end = len(text) if end is None else end
    places = [found.span() for found in WORD.finditer(text, start, end)]
    tokens = [text[s:e] for s, e in places]
    paragraphs, number, latest = [], 0, start
    for s, e in places:
        if BREAK.search(text, latest, s):
            number += 1
        paragraphs.append(number)
        latest = e
    folded = [token.translate(FOLD) for token in tokens]
    states = [OUTSIDE] * len(tokens)
    first = 0
    for i in range(1, len(tokens) + 1):
        if i == len(tokens) or paragraphs[i] != paragraphs[first]:
            mark_quotations(text, places, tokens, states, folded, first, i)
            first = i
    kinds = [1 + shape(token) * STATES + state for token, state in zip(tokens, states, strict=True)]
    spans = np.array(places, dtype=np.int64).reshape(-1, 2)
    return Words(spans[:, 0], spans[:, 1], np.array(paragraphs, np.int64),
                 number_sentences(tokens, paragraphs, states), np.array(states, np.int64), np.array(kinds, np.int64),
                 tuple(folded))


def mark_quotations(text: str, places: Sequence[tuple[int, int]], tokens: Sequence[str], states: list[int],
                    folded: list[str], first: int, last: int) -> None:
    """Fills states[first:last], one paragraph, and doubles the outer single marks in folded.

    Two passes: double marks first; single marks count only where no double mark holds them.
    """
    for family in (double_side, single_side):
        opened = None
        for i in range(first, last):
            if states[i] != OUTSIDE or not (side := family(text, places[i], tokens[i], opened is not None)):
                continue
            if side > 0:
                if opened is None:
                    opened = i
                elif family is double_side:                    # opened twice: the earlier one was never closed
                    states[opened] = MARK
                    fill(states, opened + 1, i, OPEN_ENDED)
                    opened = i
                continue
            if opened is not None:
                if family is single_side and plural_apostrophe(text, places, tokens, i, last):
                    continue
                states[opened] = states[i] = MARK
                folded[opened] = folded[i] = '"'
                fill(states, opened + 1, i, INSIDE)
                opened = None
            elif family is double_side:                        # closed but never opened
                states[i] = MARK
                fill(states, first, i, OPEN_ENDED)
        if opened is not None and (family is double_side or opened == first or tokens[opened] == "‘"):
            states[opened] = MARK
            folded[opened] = '"'
            fill(states, opened + 1, last, OPEN_ENDED)


def fill(states: list[int], first: int, last: int, state: int) -> None:
    """Gives the words first to last that have no state yet this one."""
    for i in range(last - 1, first - 1, -1):
        if states[i] == MARK:
            if state == OPEN_ENDED:
                break
            continue
        states[i] = state


def double_side(text: str, place: tuple[int, int], token: str, inside: bool) -> int:
    """1 if the word is an opening double mark, -1 if a closing one, else 0."""
    if token in OPENING:
        return -1 if token == "“" and inside and closes(text, place) else 1
    if token in CLOSING:
        return -1
    if token != '"':
        return 0
    before, after = around(text, place)
    if before.isspace() != after.isspace():
        return 1 if before.isspace() and not after.isspace() else -1
    if before in "([{-–—" and (after.isalnum() or after in "'‘.…"):
        return 1
    return -1 if inside else 1


def single_side(text: str, place: tuple[int, int], token: str, inside: bool) -> int:
    """1 if the word is an opening single mark, -1 if it may be a closing one, else 0; apostrophes inside words are no
    words and never come here."""
    if token not in SINGLE:
        return 0
    before, after = around(text, place)
    if token in "‘‚‛" or (token in "'`´" and (before.isspace() or before in "([{-–—") and after.isalnum()):
        return 0 if inside else 1
    return -1 if inside and not before.isspace() and not after.isalnum() else 0


def closes(text: str, place: tuple[int, int]) -> bool:
    """Whether the mark stands as a closing one does: after a letter or stop, before a space or the end."""
    before, after = around(text, place)
    return not before.isspace() and (after.isspace() or after in ".,;:)")


def around(text: str, place: tuple[int, int]) -> tuple[str, str]:
    """The characters before and after; a space at the ends of the text."""
    start, end = place
    return text[start - 1] if start else " ", text[end] if end < len(text) else " "


def plural_apostrophe(text: str, places: Sequence[tuple[int, int]], tokens: Sequence[str], i: int, last: int) -> bool:
    """Whether the mark at i is rather the apostrophe of “players’ union”: after an s, before a small letter, and with
    another mark that could close before the next one that opens."""
    start, end = places[i]
    if text[start - 1:start] not in ("s", "S") or not text[end + 1:end + 2].islower():
        return False
    for k in range(i + 1, min(last, i + 200)):
        side = single_side(text, places[k], tokens[k], True)
        if tokens[k] == "‘":
            return False
        if side < 0:
            return True
    return False


def number_sentences(tokens: Sequence[str], paragraphs: Sequence[int], states: Sequence[int]) -> Ints:
    """The number of each word's sentence: a new one after a stop (and the marks that close it) before a capital."""
    out = np.zeros(len(tokens), np.int64)
    number, ended = 0, False
    for i, token in enumerate(tokens):
        if i and paragraphs[i] != paragraphs[i - 1]:
            number, ended = number + 1, False
        elif ended and token[0].isalnum():
            number += not token[0].islower()
            ended = False
        elif ended and states[i] == MARK and tokens[i - 1] not in ENDS:
            number, ended = number + 1, False
        if token in ENDS:
            earlier = tokens[i - 1].lower() if i else ""
            ended = not (token == "." and (earlier in ABBREVIATIONS or (len(earlier) == 1 and earlier.isalpha())))
        out[i] = number
    return out


# ------------------------------------------------------------------ pieces and windows

@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces, one after the other; word w has those from offset[w] to offset[w + 1].  `start` is the code point of
    the whole text where a piece begins."""

    ids: Ints
    offset: Ints
    start: Ints


def cut_pieces(words: Words, tokenizer: Any) -> Pieces:
    """The pieces of each word, at least one and at most WORD_PIECES."""
    known: dict[str, tuple[list[int], list[int]]] = {}
    unseen = sorted({word for word in words.folded if len(word) <= LONGEST_WORD})
    for word, coded in zip(unseen, tokenizer.encode_batch(unseen, add_special_tokens=False), strict=True):
        if coded.ids:
            known[word] = coded.ids[:WORD_PIECES], [start for start, _ in coded.offsets[:WORD_PIECES]]
    parts = [known.get(word, ([UNKNOWN], [0])) for word in words.folded]
    offset = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(ids) for ids, _ in parts], out=offset[1:])
    inside = np.array([at for _, starts in parts for at in starts], np.int64)
    return Pieces(np.array([piece for ids, _ in parts for piece in ids], np.int64), offset,
                  np.repeat(words.start, np.diff(offset)) + inside)


def cut_windows(words: Words, pieces: Pieces, *, room: int = WINDOW, first_room: int | None = None
                ) -> list[tuple[int, int]]:
    """Word ranges of the windows: whole paragraphs packed to `room` pieces; a longer one is cut between sentences.

    `first_room` makes the first window smaller, so that training sees each paragraph in other company every time.
    """
    count = len(words)
    if not count:
        return []
    sizes = np.diff(pieces.offset)
    starts = np.flatnonzero(np.diff(words.paragraph, prepend=-1))
    units: list[tuple[int, int, int]] = []
    for begin, stop in zip(starts.tolist(), [*starts[1:].tolist(), count], strict=True):
        while begin < stop:
            at = int(np.searchsorted(pieces.offset, pieces.offset[begin] + room - 3, side="right")) - 1
            at = max(begin + 1, min(stop, at))
            if at < stop:
                breaks = np.flatnonzero(np.diff(words.sentence[begin:at + 1])) + begin + 1
                if len(breaks) and breaks[-1] > begin + (at - begin) // 3:
                    at = int(breaks[-1])
            units.append((begin, at, int(sizes[begin:at].sum()) + 1))
            begin = at
    out: list[tuple[int, int]] = []
    limit = (first_room or room) - 1
    held = 0
    begin = 0
    for start, _, size in units:
        if held and held + size > limit:
            out.append((begin, start))
            begin, held, limit = start, 0, room - 1
        held += size
    out.append((begin, count))
    return out


def window_input(words: Words, pieces: Pieces, begin: int, stop: int) -> tuple[Ints, Ints, Ints, Ints]:
    """ids, kinds, and the places of each word's first and last piece, of one window; [SEP] ends each paragraph."""
    sizes = np.diff(pieces.offset[begin:stop + 1])
    paragraph = words.paragraph[begin:stop]
    shift = 1 + np.cumsum(np.diff(paragraph, prepend=paragraph[0]) > 0)
    first = pieces.offset[begin:stop] - pieces.offset[begin] + shift
    last = first + sizes - 1
    ids = np.full(int(last[-1]) + 2, SEP, np.int64)
    kinds = np.zeros(len(ids), np.int64)
    ids[0] = CLS
    where = np.repeat(first - (pieces.offset[begin:stop] - pieces.offset[begin]), sizes) + np.arange(sizes.sum())
    ids[where] = pieces.ids[pieces.offset[begin]:pieces.offset[stop]]
    kinds[where] = np.repeat(words.kind[begin:stop], sizes)
    return ids, kinds, first, last


# ------------------------------------------------------------------ the pass

@cache
def load_tokenizer(folder: Path = WEIGHTS) -> Any:
    """The word-piece tokenizer of the package."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(need(folder / "tokenizer.json")))


@cache
def load_session(path: Path, threads: int) -> Any:
    """An ONNX model, loaded once for each number of threads."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(need(path)), options, providers=["CPUExecutionProvider"])


def need(path: Path) -> Path:
    """The path, if there is a file.  MissingPiece where the package came without its weights."""
    if not path.is_file():
        raise MissingPiece(f"no file {path}; hoped for the weights that come with sayso; install it again, or make "
                           "them with python -m training.attribution")
    return path


@dataclass(frozen=True, slots=True)
class Window:
    """One window as the encoder left it.  Word range; states [pieces, 384], float16 (half the memory of a long text);
    the places of each word's first and last piece among them."""

    begin: int
    stop: int
    states: Halves
    first: Ints
    last: Ints

    @property
    def vectors(self) -> Floats:
        """One vector a word: float32, words × 768 (first piece's state, last piece's state)."""
        return np.concatenate([self.states[self.first], self.states[self.last]], axis=1).astype(np.float32)


class Stretch:
    """Words that are read as one, and their windows, encoded when first asked for and kept."""

    def __init__(self, words: Words, *, threads: int = 1, folder: Path = WEIGHTS) -> None:
        self.words, self.threads, self.folder = words, threads, folder
        self.pieces = cut_pieces(words, load_tokenizer(folder))
        self._windows: list[Window] | None = None

    @property
    def windows(self) -> list[Window]:
        """The windows of the first reading."""
        if self._windows is None:
            self._windows = list(self.encode())
        return self._windows

    def encode(self, *, first_room: int | None = None) -> Iterator[Window]:
        """The windows, encoded anew.  With `first_room`, the first one holds so many pieces at most and all later cuts
        fall elsewhere."""
        session = load_session(self.folder / "encoder.onnx", self.threads)
        for begin, stop in cut_windows(self.words, self.pieces, first_room=first_room):
            ids, kinds, first, last = window_input(self.words, self.pieces, begin, stop)
            (states,) = session.run(None, {"ids": ids[None], "kinds": kinds[None]})
            yield Window(begin, stop, states[0].astype(np.float16), first, last)

    def states_at(self, places: Ints, windows: Sequence[Window] | None = None) -> Floats:
        """The state of the piece that holds each code point, [places, 384], in the windows of the first reading or in
        others; the places in order, inside the stretch."""
        piece = np.maximum(np.searchsorted(self.pieces.start, places, side="right") - 1, 0)
        word = np.searchsorted(self.pieces.offset, piece, side="right") - 1
        out = np.zeros((len(places), WIDTH), np.float32)
        for window in self.windows if windows is None else windows:
            low, high = np.searchsorted(word, (window.begin, window.stop))
            mine = word[low:high]
            column = window.first[mine - window.begin] + piece[low:high] - self.pieces.offset[mine]
            out[low:high] = window.states[column]
        return out


class Pass:
    """The encoder's pass over one text, stretch by stretch."""

    def __init__(self, text: str, threads: int, folder: Path) -> None:
        self.text, self.threads, self.folder = text, threads, folder
        self._stretches: dict[tuple[int, int], Stretch] = {}

    def stretch(self, start: int, end: int) -> Stretch:
        """The stretch text[start:end], split and encoded once."""
        if (start, end) not in self._stretches:
            words = split_words(self.text, start, end)
            self._stretches[start, end] = Stretch(words, threads=self.threads, folder=self.folder)
        return self._stretches[start, end]


def pass_over(text: str, threads: int = 1, folder: Path = WEIGHTS) -> Pass:
    """The pass over a text; the latest one is kept, so that the stages that read one report one after the other share
    it."""
    return _latest_pass(text, threads, folder)


@lru_cache(maxsize=1)
def _latest_pass(text: str, threads: int, folder: Path) -> Pass:
    return Pass(text, threads, folder)


def stretches(blocks: Sequence[Block], text: str) -> Iterator[tuple[int, int, int]]:
    """First block, start and end of each stretch that is read as one: neighbouring body blocks together, headline,
    captions and pull-quotes each by itself.  Debris is a wall.  A document without blocks is one stretch."""
    if not blocks:
        if text.strip():
            yield 0, 0, len(text)
        return
    open_at: tuple[int, int, int] | None = None
    for number, block in enumerate(blocks):
        if open_at and block.role != "body":
            yield open_at
            open_at = None
        if block.role == "body":
            open_at = (open_at[0], open_at[1], block.end) if open_at else (number, block.start, block.end)
        elif block.role in REPORT_ROLES:
            yield number, block.start, block.end
    if open_at:
        yield open_at
