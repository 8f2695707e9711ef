"""From rows of the corpus to batches: words, labels, and for each cue the roles of every word in its window."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sayso.annotate.encode import Pieces, Words, cut_pieces, cut_windows, split_words, window_input
from sayso.claims.attribution import places
from training.attribution.restyle import Row, as_headline, as_transcript, restyle

IGNORE = -100
ROLES = ("source", "cue", "content")


@dataclass(frozen=True, slots=True)
class Example:
    """A report as words, with its attributions: for each role, word → 1 (first of a piece) or 2 (inside)."""

    text: str
    words: Words
    pieces: Pieces
    attributions: list[dict[str, dict[int, int]]]


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSONL file, plain or .gz, in order of id."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return sorted((json.loads(line) for line in lines), key=lambda row: str(row["id"]))


def hold_out(rows: list[Row], count: int = 64) -> tuple[list[Row], list[Row]]:
    """The rows to train on and, apart, those for tuning and calibration: always the same."""
    rows = rows.copy()
    random.Random(0).shuffle(rows)
    return rows[count:], rows[:count]


def to_example(row: Row, tokenizer: Any) -> Example:
    """The row as words and labels."""
    text = row["text"]
    words = split_words(text)
    owner = np.full(len(text) + 1, -1, np.int64)
    for at, (s, e) in enumerate(zip(words.start, words.end, strict=True)):
        owner[s:e] = at
    attributions = []
    for given in row.get("attributions", []):
        marks: dict[str, dict[int, int]] = {}
        for role in ROLES:
            mine: dict[int, int] = {}
            for start, end in sorted(given[role]):
                inside = np.unique(owner[start:end])
                for k, at in enumerate(inside[inside >= 0].tolist()):
                    mine.setdefault(at, 2 if k else 1)
            marks[role] = mine
        attributions.append(marks)
    return Example(text, words, cut_pieces(words, tokenizer), attributions)


def epoch_rows(rows: Iterable[Row], rng: random.Random, *, restyled: float = 0.4) -> Iterator[Row]:
    """The rows, some in another style, under a headline or as a transcript."""
    for row in rows:
        if rng.random() < 0.25:
            row = as_headline(row, rng)
        if rng.random() < restyled:
            row = restyle(row, rng)
        yield row
        if rng.random() < 0.06 and (interview := as_transcript(row, rng)):
            yield interview


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side; what `network.Reader` takes, and what it should answer."""

    ids: Tensor
    kinds: Tensor
    mask: Tensor
    first: Tensor
    last: Tensor
    tags: Tensor
    cues: list[list[tuple[int, int]]]
    """Word ranges of the gold cues, a list a window."""
    roles: list[list[np.ndarray]]
    windows: list[tuple[Example, int, int]]


def to_batch(windows: list[tuple[Example, int, int]]) -> Batch:
    """Windows of like length as one batch."""
    inputs = [window_input(e.words, e.pieces, s, t) for e, s, t in windows]
    width, length = max(len(i[0]) for i in inputs), max(len(i[2]) for i in inputs)
    n = len(windows)
    ids, kinds, mask = np.zeros((n, width), np.int64), np.zeros((n, width), np.int64), np.zeros((n, width), np.float32)
    first, last = np.zeros((n, length), np.int64), np.zeros((n, length), np.int64)
    tags = np.full((n, length), IGNORE, np.int64)
    cues: list[list[tuple[int, int]]] = []
    roles: list[list[np.ndarray]] = []
    for row, ((example, begin, stop), (i, k, f, t)) in enumerate(zip(windows, inputs, strict=True)):
        ids[row, :len(i)], kinds[row, :len(i)], mask[row, :len(i)] = i, k, 1
        first[row, :len(f)], last[row, :len(f)] = f, t
        tags[row, :len(f)] = 0
        mine: list[tuple[int, int]] = []
        labels: list[np.ndarray] = []
        for given in example.attributions:
            for role, base in (("content", 5), ("source", 1), ("cue", 3)):
                for at, mark in given[role].items():
                    if begin <= at < stop and not tags[row, at - begin]:
                        tags[row, at - begin] = base + mark - 1
            cue = sorted(at for at in given["cue"] if begin <= at < stop)
            if cue and cue[-1] - cue[0] + 1 == len(cue):
                of_words = np.zeros(stop - begin, np.int64)
                for role, base in (("source", 1), ("content", 3)):
                    for at, mark in given[role].items():
                        if begin <= at < stop:
                            of_words[at - begin] = base + mark - 1
                mine.append((cue[0] - begin, cue[-1] + 1 - begin))
                labels.append(of_words)
        cues.append(mine)
        roles.append(labels)
    return Batch(*map(torch.from_numpy, (ids, kinds, mask, first, last, tags)), cues, roles, windows)


def role_input(batch: Batch, cues: list[list[tuple[int, int]]], labels: list[list[np.ndarray]]
               ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The share of each word in each cue [b, k, w], distance and relation buckets, and the labels (IGNORE: padding)."""
    n, length, most = len(cues), batch.first.shape[1], max(1, max(map(len, cues)))
    share = np.zeros((n, most, length), np.float32)
    distance, relation = np.zeros((n, most, length), np.int64), np.zeros((n, most, length), np.int64)
    gold = np.full((n, most, length), IGNORE, np.int64)
    for row, (example, begin, stop) in enumerate(batch.windows):
        if not cues[row]:
            continue
        size = stop - begin
        far = places(example.words, begin, stop, [(s + begin, e + begin) for s, e in cues[row]])
        distance[row, :len(cues[row]), :size], relation[row, :len(cues[row]), :size] = far
        for k, (s, e) in enumerate(cues[row]):
            share[row, k, s:e] = 1 / (e - s)
            gold[row, k, :size] = labels[row][k]
    return torch.from_numpy(share), torch.from_numpy(distance), torch.from_numpy(relation), torch.from_numpy(gold)


def epoch_windows(rows: Iterable[Row], tokenizer: Any, rng: random.Random, *, size: int, room: int
                  ) -> list[list[tuple[Example, int, int]]]:
    """The batches of one epoch: windows of like length together, batches in random order."""
    windows = []
    for row in rows:
        example = to_example(row, tokenizer)
        for begin, stop in cut_windows(example.words, example.pieces, room=room,
                                       first_room=rng.randint(room // 4, room)):
            windows.append((example, begin, stop))
    windows.sort(key=lambda w: int(w[0].pieces.offset[w[2]] - w[0].pieces.offset[w[1]]) + rng.random() * 16)
    batches = [windows[at:at + size] for at in range(0, len(windows), size)]
    rng.shuffle(batches)
    return batches
