"""Words packed into windows of word pieces for an encoder."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sayso.annotate.antecedents import Ints, Words

PIECES = 384
"""Pieces in a window, with the two marks around it; the length that the coreference model was trained on."""


@dataclass(frozen=True, slots=True)
class Windows:
    """ids, mask, shapes: int64, windows × pieces.  Word w's first piece stands at [row[w], column[w]]."""

    ids: Ints
    mask: Ints
    shapes: Ints
    row: Ints
    column: Ints


def pack(words: Words, tokenizer: Any, *, pieces: int = PIECES) -> Windows:
    """The words' pieces in windows, cut between sentences where a sentence fits."""
    coded = tokenizer.encode(list(words.text), is_pretokenized=True, add_special_tokens=False)
    owner = np.array([-1 if word is None else word for word in coded.word_ids], dtype=np.int64)
    ids = np.array(coded.ids, dtype=np.int64)
    count = len(words.text)
    first = np.full(count, -1, dtype=np.int64)
    first[owner[::-1]] = np.arange(len(owner))[::-1]
    for word in np.flatnonzero(first < 0):                     # a word of which the tokenizer keeps nothing
        first[word] = first[word - 1] if word else 0
    sentence = words.sentence[owner] if len(owner) else owner
    room, cuts, begin = pieces - 2, [0], 0
    while len(ids) - begin > room:
        stop = begin + room
        while stop > begin and sentence[stop] == sentence[stop - 1]:
            stop -= 1
        if stop <= begin:
            stop = begin + room
        cuts.append(stop)
        begin = stop
    cuts.append(len(ids))
    rows = len(cuts) - 1
    width = max((stop - start for start, stop in pairwise(cuts)), default=0) + 2
    out = np.zeros((3, rows, width), dtype=np.int64)
    for number, (start, stop) in enumerate(pairwise(cuts)):
        size = stop - start
        out[0, number, :size + 2] = [101, *ids[start:stop], 102]
        out[1, number, :size + 2] = 1
        out[2, number, 1:size + 1] = words.shape[owner[start:stop]]
    row = np.searchsorted(np.array(cuts[1:]), first, side="right")
    return Windows(out[0], out[1], out[2], row, first - np.array(cuts)[row] + 1)
