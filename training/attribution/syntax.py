"""Silver syntax: what a parser says of each word, learnt beside the attributions and thrown away afterwards.

Where a content or a source ends is mostly where a phrase or a clause ends.  spaCy's small English pipeline reads the
training texts once; tag, dependency, head and named entity of each word become four more things to foretell from the
same states (Swayamdipta et al. 2018, doi 10.18653/v1/D18-1412, call it a syntactic scaffold).  Texts in another style
than the corpus's own have no such labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sayso.annotate.encode import WIDTH, split_words
from sayso.annotate.parse import PIPELINE
from training.attribution.examples import IGNORE, Example

Labels = np.ndarray
"""tag, dependency, entity and head word of each word: int32, 4 × words; IGNORE where there is none."""
PARTS = ("tagger", "parser", "ner")
DEPTH = 96


def parse_texts(texts: Iterable[str], keep: Path) -> dict[str, Labels]:
    """Text → its labels; kept in a file, and read from it the next time."""
    texts = sorted(set(texts))
    if keep.exists():
        with np.load(keep) as stored:
            flat, sizes = stored["labels"], stored["sizes"]
        if len(sizes) == len(texts):
            return dict(zip(texts, np.split(flat, np.cumsum(sizes)[:-1], axis=1), strict=True))
    import spacy

    pipeline = spacy.load(PIPELINE, exclude=["lemmatizer", "attribute_ruler"])
    known = [{label: n for n, label in enumerate(pipeline.get_pipe(part).labels)} for part in PARTS]
    labels = [parse(text, pipeline, known) for text in texts]
    np.savez_compressed(keep, labels=np.concatenate(labels, axis=1), sizes=[one.shape[1] for one in labels])
    return dict(zip(texts, labels, strict=True))


def parse(text: str, pipeline: Any, known: Sequence[dict[str, int]]) -> Labels:
    """The labels of one text, parsed paragraph by paragraph; a word cut into tokens has those of the first."""
    words = split_words(text)
    out = np.full((4, len(words)), IGNORE, np.int32)
    owner = np.full(len(text) + 1, IGNORE, np.int32)
    for number, (start, end) in enumerate(zip(words.start, words.end, strict=True)):
        owner[start:end] = number
    at, lines = 0, []
    for line in text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    lines = [(at, line) for at, line in lines if line.strip()]
    for (base, _), parsed in zip(lines, pipeline.pipe((line for _, line in lines), batch_size=32), strict=True):
        for token in parsed:
            word = owner[base + token.idx]
            if token.is_space or word < 0 or words.start[word] != base + token.idx:
                continue
            entity = 0 if token.ent_iob_ in ("O", "") else 1 + 2 * known[2][token.ent_type_] + (token.ent_iob_ == "I")
            out[:, word] = (known[0].get(token.tag_, IGNORE), known[1].get(token.dep_, IGNORE), entity,
                            owner[base + token.head.idx])
    return out


class Syntax(nn.Module):
    """The heads that foretell the labels from word vectors (2 × 384)."""

    def __init__(self, tags: int = 50, dependencies: int = 45, entities: int = 37) -> None:
        super().__init__()
        self.sizes = (tags, dependencies, entities)
        self.labels = nn.Linear(2 * WIDTH, sum(self.sizes))
        self.of_word, self.of_head = nn.Linear(2 * WIDTH, DEPTH), nn.Linear(2 * WIDTH, DEPTH)

    def loss(self, words: Tensor, windows: Sequence[tuple[Example, int, int]], known: Sequence[Labels | None]
             ) -> Tensor:
        """Sum of the cross-entropies; words [windows, words, 768], `known` the labels of each window's text."""
        if all(one is None for one in known):
            return words.sum() * 0
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = self.labels(words).float()
            arcs = (self.of_word(words) @ self.of_head(words).transpose(1, 2) / DEPTH ** 0.5).float()
        gold = np.full((4, *scores.shape[:2]), IGNORE, np.int64)
        beyond = np.ones(scores.shape[:2], bool)
        for row, ((_, begin, stop), labels) in enumerate(zip(windows, known, strict=True)):
            beyond[row, :stop - begin] = False
            if labels is not None:
                gold[:, row, :stop - begin] = labels[:, begin:stop]
                head = labels[3, begin:stop]
                gold[3, row, :stop - begin] = np.where((head >= begin) & (head < stop), head - begin, IGNORE)
        target = torch.from_numpy(gold)
        arcs = arcs.masked_fill(torch.from_numpy(beyond)[:, None], -1e4)
        total = F.cross_entropy(arcs.flatten(0, 1), target[3].flatten(), ignore_index=IGNORE)
        for part, answers in zip(scores.split(self.sizes, -1), target[:3], strict=True):
            total = total + F.cross_entropy(part.flatten(0, 1), answers.flatten(), ignore_index=IGNORE)
        return total
