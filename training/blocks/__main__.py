"""The pages of the `debris` bench → src/sayso/acquire/blocks.json, the trees that acquire/blocks.py judges by.

    python -m training.blocks ../shared/bench/page/page-dev.jsonl.gz [--to src/sayso/acquire/blocks.json]

These pages have no train part and may be used to build with (the bench's README), so the figure printed is five-fold:
folds over documents by the order of id, and in each fold the costs of the path are chosen on the other four.  The
weights that ship are then learnt on all of them.  Needs scikit-learn (the train extra); half a minute on one core.
"""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from sayso.acquire.blocks import Floats, Piece, Trees, best_path, features, pieces

FOLDS = 5
SEED = 7
COSTS = tuple(product((0.25, 0.5, 1.0), (0.5, 1.0, 1.5), (0.0, 0.5, 1.0)))
"""far, near, bias: what is tried."""


@dataclass(frozen=True, slots=True)
class Text:
    """One flat text: its pieces, their features, and of each the characters that are debris and those that are not."""

    id: str
    pieces: list[Piece]
    rows: Floats
    bad: Floats
    good: Floats


def read_texts(path: Path) -> list[Text]:
    """The bench's rows in the order of id."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = sorted((json.loads(line) for line in lines), key=lambda row: row["id"])
    return [prepare(row) for row in rows]


def prepare(row: dict[str, Any]) -> Text:
    """Pieces with their features and their shares of debris, in characters other than white space."""
    text = row["flat"]
    seen = np.array([not character.isspace() for character in text])
    debris = np.zeros(len(text), dtype=bool)
    for start, end in row["debris"]:
        debris[start:end] = True
    found = pieces(text)
    bad = np.array([(seen & debris)[piece.start:piece.end].sum() for piece in found], dtype=float)
    every = np.array([seen[piece.start:piece.end].sum() for piece in found], dtype=float)
    return Text(row["id"], found, features(text, found), bad, every - bad)


def fit(texts: list[Text]) -> Trees:
    """Trees learnt from the texts; a piece weighs as its characters do, up to 150."""
    rows = np.vstack([text.rows for text in texts if len(text.pieces)])
    bad, good = (np.concatenate([getattr(text, name) for text in texts]) for name in ("bad", "good"))
    model = HistGradientBoostingClassifier(learning_rate=0.06, max_iter=110, max_leaf_nodes=8, min_samples_leaf=10,
                                           l2_regularization=1.0, random_state=SEED)
    model.fit(rows, bad > good, sample_weight=np.minimum(bad + good, 150) / 50)
    nodes = [predictors[0].nodes for predictors in model._predictors]
    size = max(len(tree) for tree in nodes)
    feature, left, right = (np.zeros((len(nodes), size), dtype=np.int64) for _ in range(3))
    threshold, value = np.zeros((len(nodes), size)), np.zeros((len(nodes), size))
    for number, tree in enumerate(nodes):
        for index, node in enumerate(tree):
            leaf = bool(node["is_leaf"])
            left[number, index] = index if leaf else node["left"]
            right[number, index] = index if leaf else node["right"]
            feature[number, index] = 0 if leaf else node["feature_idx"]
            threshold[number, index] = 0 if leaf else round(float(node["num_threshold"]), 5)
            value[number, index] = round(float(node["value"]), 5) if leaf else 0
    return Trees(feature, threshold, left, right, value, float(np.ravel(model._baseline_prediction)[0]), *COSTS[0])


def counts(text: Text, log_odds: Floats, costs: tuple[float, float, float]) -> np.ndarray:
    """Characters rightly, wrongly and not set apart."""
    if not text.pieces:
        return np.zeros(3)
    flagged = np.array(best_path(text.pieces, log_odds, *costs))
    return np.array([text.bad[flagged].sum(), text.good[flagged].sum(), text.bad[~flagged].sum()])


def f1(tally: np.ndarray) -> float:
    """F1 out of right, wrong and missed."""
    return float(2 * tally[0] / max(1.0, 2 * tally[0] + tally[1] + tally[2]))


def best_costs(texts: list[Text], odds: list[Floats]) -> tuple[float, float, float]:
    """The costs of the highest F1."""
    pairs = list(zip(texts, odds, strict=True))
    return max(COSTS, key=lambda costs: f1(sum((counts(*pair, costs) for pair in pairs), np.zeros(3))))


def five_fold(texts: list[Text]) -> tuple[list[Trees], list[Floats]]:
    """The trees of each fold, which have not seen its texts and whose costs were chosen without them; and the log odds
    that they give to each text."""
    trees = [fit([text for index, text in enumerate(texts) if index % FOLDS != fold]) for fold in range(FOLDS)]
    odds = [trees[index % FOLDS].log_odds(text.rows) for index, text in enumerate(texts)]
    for fold in range(FOLDS):
        others = [index for index in range(len(texts)) if index % FOLDS != fold]
        far, near, bias = best_costs([texts[index] for index in others], [odds[index] for index in others])
        trees[fold] = replace(trees[fold], far=far, near=near, bias=bias)
    return trees, odds


def as_json(trees: Trees) -> dict[str, Any]:
    """What `blocks.read_trees` reads."""
    arrays = {name: getattr(trees, name).tolist() for name in ("feature", "threshold", "left", "right", "value")}
    return {**arrays, "base": round(trees.base, 5), "far": trees.far, "near": trees.near, "bias": trees.bias}


def main() -> None:
    """Prints the five-fold F1; writes the trees learnt on every page, and those of the folds for evaluation."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("pages", type=Path)
    options.add_argument("--to", type=Path, default=Path("src/sayso/acquire/blocks.json"))
    options.add_argument("--folds", type=Path, default=Path("evaluation/page-folds.json"))
    given = options.parse_args()
    texts = read_texts(given.pages)
    folds, odds = five_fold(texts)
    tally = sum((counts(text, log, (folds[index % FOLDS].far, folds[index % FOLDS].near, folds[index % FOLDS].bias))
                 for index, (text, log) in enumerate(zip(texts, odds, strict=True))), np.zeros(3))
    print(f"five-fold debris F1 {f1(tally):.3f} over {len(texts)} texts (trees and path alone, without the rules)")
    far, near, bias = best_costs(texts, odds)
    made = f"training/blocks, seed {SEED}, {len(texts)} pages of the debris bench, five-fold F1 {f1(tally):.3f}"
    write(given.to, {"made": made, **as_json(replace(fit(texts), far=far, near=near, bias=bias))})
    write(given.folds, {"made": made, "fold_of": {text.id: index % FOLDS for index, text in enumerate(texts)},
                        "trees": [as_json(trees) for trees in folds]})


def write(path: Path, value: dict[str, Any]) -> None:
    """One line of JSON."""
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
