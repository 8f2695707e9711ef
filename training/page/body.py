"""Learns src/sayso/acquire/body.json from the development pages of the bench, and scores it by five-fold.

    python -m training.page.body            folds by the order of id (the n-th page in fold n mod 5)

Gold for a paragraph: most of its words stand, in order, in the body that the annotators marked.  A paragraph weighs as
the square root of its share of that body, between the bench's measure (every word counts) and the plain count.  Also
writes evaluation/page-body-folds.json, the weights of each fold, so that evaluation never scores a page by weights
that were learnt from it.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np

from sayso.acquire.body import Vector, Weights, features, took
from sayso.acquire.outline import Paragraph, walk
from sayso.acquire.particulars import particulars_of

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT.parent / "shared" / "bench" / "page" / "page-dev.jsonl.gz"
FOLDS = 5
PENALTY = 1.0
"""Of the squared weights; 0.3, 1 and 3 differ by less than a thousandth of F1."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sample:
    """One page as the learner sees it."""

    id: str
    vectors: list[Vector]
    is_body: list[bool]
    weight: list[float]


def sample(row: dict[str, Any]) -> Sample:
    """The paragraphs of a page that are near the report, with what the annotators say of each."""
    outline = walk(row["html"])
    found = features(outline, took(outline, row["html"]), particulars_of(outline).titles)
    shares, sizes = held(outline.paragraphs, row["body"])
    total = max(30, len(WORD.findall(row["body"])))
    near = [n for n, vector in enumerate(found) if vector is not None]
    return Sample(row["id"], [found[n] or {} for n in near], [shares[n] >= 0.5 for n in near],
                  [min(1.0, max(2, sizes[n]) / total) ** 0.5 for n in near])


def held(paragraphs: list[Paragraph], body: str) -> tuple[list[float], list[int]]:
    """Which share of the words of each paragraph stands in the body, in order; and how many words it has."""
    words: list[str] = []
    owner: list[int] = []
    for n, paragraph in enumerate(paragraphs):
        found = WORD.findall(paragraph.text)
        words += found
        owner += [n] * len(found)
    hits: Counter[int] = Counter()
    for start, _, size in SequenceMatcher(None, words, WORD.findall(body), autojunk=False).get_matching_blocks():
        hits.update(owner[start:start + size])
    sizes = Counter(owner)
    return [hits[n] / sizes[n] if sizes[n] else 0.0 for n in range(len(paragraphs))], [
        sizes[n] for n in range(len(paragraphs))]


def fit(samples: list[Sample]) -> Weights:
    """Weights by Newton's method on the penalised likelihood."""
    names = sorted({name for s in samples for vector in s.vectors for name in vector})
    column = {name: n for n, name in enumerate(names)}
    rows = [vector for s in samples for vector in s.vectors]
    matrix = np.zeros((len(rows), len(names) + 1))
    for n, vector in enumerate(rows):
        for name, value in vector.items():
            matrix[n, column[name]] = value
    matrix[:, -1] = 1.0
    gold = np.array([value for s in samples for value in s.is_body], float)
    weight = np.array([value for s in samples for value in s.weight])
    weight /= weight.mean()
    penalty = np.full(len(names) + 1, PENALTY)
    penalty[-1] = 1e-6
    beta = np.zeros(len(names) + 1)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(matrix @ beta, -30, 30)))
        slope = matrix.T @ (weight * (chance - gold)) + penalty * beta
        curve = (matrix * (weight * np.maximum(chance * (1 - chance), 1e-6))[:, None]).T @ matrix + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        beta -= step
        if np.abs(step).max() < 1e-6:
            break
    return Weights({name: round(float(value), 3) for name, value in zip(names, beta[:-1], strict=True)
                    if abs(value) >= 0.005}, round(float(beta[-1]), 3))


def main() -> None:
    """Writes the weights for all pages and those of each fold."""
    with gzip.open(GOLD, "rt", encoding="utf-8") as lines:
        samples = sorted((sample(json.loads(line)) for line in lines if line.strip()), key=lambda s: s.id)
    folds = []
    for fold in range(FOLDS):
        model = fit([s for n, s in enumerate(samples) if n % FOLDS != fold])
        folds.append({"ids": [s.id for n, s in enumerate(samples) if n % FOLDS == fold], "bias": model.bias,
                      "weights": model.weights})
    made = f"training/page/body.py on {len(samples)} pages of the article-extraction benchmark"
    _write(ROOT / "evaluation" / "page-body-folds.json", {"made": made, "folds": folds})
    model = fit(samples)
    _write(ROOT / "src" / "sayso" / "acquire" / "body.json", {"made": made, "bias": model.bias,
                                                              "weights": model.weights})


def _write(path: Path, kept: dict[str, Any]) -> None:
    path.write_text(json.dumps(kept, separators=(",", ":")) + "\n", "utf-8")
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
