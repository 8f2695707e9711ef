"""From documents of the coref bench to what the heads learn: words, gold heads, states of the shared encoder."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sayso.annotate.antecedents import TYPES, Words, split_words
from sayso.annotate.encode import Pieces, cut_pieces, cut_windows, window_input
from sayso.annotate.encode import Words as EncodedWords
from sayso.annotate.encode import split_words as split_for_encoder
from training.attribution.network import Encoder


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the heads see it.  `gold`: head word → type, first and last word of the mention, group."""

    words: Words
    gold: dict[int, tuple[int, int, int, int]]
    encoded: EncodedWords
    pieces: Pieces
    piece: np.ndarray
    """The piece that holds each word's first character."""
    owner: np.ndarray
    """And that piece's word among the encoder's."""


def read_documents(path: Path, tokenizer: Any, kept_out: int = 0) -> list[Document]:
    """The documents to train on: all, or all but every so many (the fourth, the ninth …, at 5)."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [to_document(row, tokenizer) for n, row in enumerate(rows) if not kept_out or n % kept_out != 3]


def to_document(row: dict[str, Any], tokenizer: Any) -> Document:
    """One row of the bench; of two mentions with one head word the shorter one is learnt."""
    words = split_words(row["text"])
    begins = {int(start): number for number, start in enumerate(words.start)}
    stops = {int(end): number for number, end in enumerate(words.end)}
    gold: dict[int, tuple[int, int, int, int]] = {}
    for group, cluster in enumerate(row["clusters"]):
        for mention in cluster["mentions"]:
            head, low, high = begins.get(mention["head"][0]), begins.get(mention["start"]), stops.get(mention["end"])
            if head is not None and low is not None and high is not None and (
                    head not in gold or high - low < gold[head][2] - gold[head][1]):
                gold[head] = (TYPES.index(cluster["type"]), low, high, group)
    encoded = split_for_encoder(row["text"])
    pieces = cut_pieces(encoded, tokenizer)
    piece = np.maximum(np.searchsorted(pieces.start, words.start, side="right") - 1, 0)
    owner = np.searchsorted(pieces.offset, piece, side="right") - 1
    return Document(words, gold, encoded, pieces, piece, owner)


def states(encoder: Encoder, one: Document, first_room: int | None = None) -> Tensor:
    """The state of every word, [words, 384]; the first window holds at most `first_room` pieces."""
    windows = cut_windows(one.encoded, one.pieces, first_room=first_room)
    inputs = [window_input(one.encoded, one.pieces, begin, stop) for begin, stop in windows]
    width = max(len(ids) for ids, *_ in inputs)
    ids, kinds = np.zeros((len(windows), width), np.int64), np.zeros((len(windows), width), np.int64)
    mask = np.zeros((len(windows), width), np.float32)
    row, column = np.zeros(len(one.owner), np.int64), np.zeros(len(one.owner), np.int64)
    for number, ((begin, stop), (i, k, first, _)) in enumerate(zip(windows, inputs, strict=True)):
        ids[number, :len(i)], kinds[number, :len(i)], mask[number, :len(i)] = i, k, 1
        mine = np.flatnonzero((one.owner >= begin) & (one.owner < stop))
        word = one.owner[mine]
        row[mine] = number
        column[mine] = first[word - begin] + one.piece[mine] - one.pieces.offset[word]
    out = encoder(*map(torch.from_numpy, (ids, kinds, mask)))
    return out[torch.from_numpy(row), torch.from_numpy(column)]
