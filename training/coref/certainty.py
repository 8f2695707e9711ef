"""Fits the probabilities of annotate/certainty.py: python -m training.coref.certainty TRAIN.jsonl.gz

Reads every fifth document, which the links in use must not have been trained on (Recipe.coref_kept_out), prints WEIGHTS
and a reliability table made in two halves, each judged by the other's regression.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from sayso.annotate.certainty import evidence
from sayso.annotate.entities import group_mentions
from sayso.annotate.links import read_links
from sayso.model import Block, Document, Record
from training.attribution.calibrate import logistic

KINDS = ("nominal", "pronoun")
Case = tuple[int, str, tuple[float, ...], bool]
"""Number of the document, kind of mention, evidence, whether the entity is right."""


def main() -> None:
    """Prints the weights and the table."""
    parser = argparse.ArgumentParser(prog="python -m training.coref.certainty", description=__doc__)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--kept-out", type=int, default=5)
    options = parser.parse_args()
    with gzip.open(options.documents, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    cases = [case for n, row in enumerate(rows) if n % options.kept_out == 3 for case in judged(n, row)]
    for kind in KINDS:
        mine = [case for case in cases if case[1] == kind]
        print(f'    "{kind}": {fit(mine)},  # {len(mine)} mentions')
    pairs = []
    for half in (0, 1):
        for kind in KINDS:
            weights = np.array(fit([c for c in cases if c[1] == kind and c[0] // 5 % 2 != half]))
            pairs += [(1 / (1 + np.exp(-weights[0] - weights[1:] @ np.array(c[2]))), c[3])
                      for c in cases if c[1] == kind and c[0] // 5 % 2 == half]
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = [(p, r) for p, r in pairs if low <= p < low + 0.1]
        if inside:
            mean, right = np.mean([p for p, _ in inside]), np.mean([r for _, r in inside])
            error += abs(mean - right) * len(inside) / len(pairs)
            print(f"| {low:.1f}–{low + 0.1:.1f} | {len(inside)} | {mean:.3f} | {right:.3f} |")
    print(f"expected calibration error {error:.3f} over {len(pairs)} mentions")


def fit(cases: list[Case]) -> tuple[float, ...]:
    """Bias and weights."""
    return logistic(np.array([(1.0, *case[2]) for case in cases]), np.array([case[3] for case in cases], float))


def judged(number: int, row: dict[str, Any]) -> list[Case]:
    """The mentions of a document that lead to an earlier one of their entity; right where gold joins the two."""
    text = row["text"]
    document = Document(id="0" * 64, text=text, blocks=(Block(0, len(text), "body"),), language="en")
    linked = read_links(document)
    mentions, _, _, owner = group_mentions(Record(document=document), lambda _: linked)
    by_number = {one.linked: one for one in mentions if one.linked is not None}
    gold = {mention["head"][0]: group for group, cluster in enumerate(row["clusters"])
            for mention in sorted(cluster["mentions"], key=lambda one: one["start"] - one["end"])}
    starts = {mention["start"]: group for group, cluster in enumerate(row["clusters"])
              for mention in cluster["mentions"]}
    cases = []
    for mention in mentions:
        group = owner.get(id(mention))
        known = evidence(mention, group, owner, linked, by_number) if group else None
        mine = gold.get(mention.head, starts.get(mention.start))
        if group is None or known is None or mine is None:
            continue
        earlier = sorted((one for one in group.mentions if one.start < mention.start), key=lambda one: one.start)
        theirs = [gold.get(one.head, starts.get(one.start)) for one in earlier]
        theirs = [one for one in theirs if one is not None]
        if theirs:
            cases.append((number, mention.kind, known, mine == theirs[-1]))
    return cases


if __name__ == "__main__":
    main()
