"""Task page: the article body out of a web page, and what is not the article in text that was extracted carelessly.

The public article-extraction benchmark (Scrapinghub/Zyte, MIT), 102 pages of its 181 for development.  What judges
debris was learnt on these same pages (they have no train part), so each is judged by trees that have not seen it
(page-folds.json, five folds, made by training/blocks); any other page by the trees that ship.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from evaluation import Peer, Row
from sayso.acquire import article
from sayso.acquire.article import to_document
from sayso.acquire.blocks import Trees, cut_blocks, read_trees
from sayso.errors import UnreadablePage
from sayso.model import Document, Page

GOLD = "page/page-dev.jsonl.gz"
PEERS = (
    Peer("trafilatura 2.3.1, comments and tables off", {"body F1": 0.949, "body precision": 0.936,
                                                        "body recall": 0.962, "body exact": 0.245},
         "measured on these 102 pages, by this scorer"),
    Peer("saying “no debris”", {"debris F1": 0.0}, "by definition"),
)


def model() -> str:
    """Which rules read the pages."""
    return f"rules of acquire/article.py, version {article.VERSION}"


def predict(rows: Iterable[Row]) -> Iterator[Row]:
    """The body read out of `html`, and the debris found in `flat` alone."""
    for row in rows:
        yield {"id": row["id"], "body": body_of(row["html"], row.get("url")), "debris": debris_of(row)}


def body_of(source: str, address: str | None) -> str:
    """The body blocks of a page, a line each; empty where the page cannot be read."""
    try:
        document = to_document(Page(content=source.encode("utf-8", "replace"), media_type="text/html",
                                    address=address))
    except UnreadablePage:
        return ""
    return "\n".join(words(document, "body"))


def words(document: Document, role: str) -> list[str]:
    """The blocks that play a role."""
    return [document.text[block.start:block.end] for block in document.blocks if block.role == role]


@cache
def folds() -> tuple[dict[str, int], list[Trees]]:
    """Id → fold, and the trees of each fold."""
    kept = json.loads((Path(__file__).parent / "page-folds.json").read_text("utf-8"))
    return kept["fold_of"], [read_trees(trees) for trees in kept["trees"]]


def debris_of(row: Row) -> list[list[int]]:
    """The ranges of the flat text that do not belong to the report, by trees that have not seen it."""
    fold_of, trees = folds()
    unseen = trees[fold_of[row["id"]]] if row["id"] in fold_of else None
    return [[block.start, block.end] for block in cut_blocks(row["flat"], trees=unseen)
            if block.role not in ("body", "pull-quote")]


def headline(scores: dict[str, Any]) -> dict[str, float]:
    """F1, precision, recall and exact bodies; F1, precision and recall of debris."""
    body, debris = scores["body"], scores.get("debris", {})
    return ({f"body {name}": body[key] for name, key in (("F1", "f1"), ("precision", "precision"),
                                                         ("recall", "recall"), ("exact", "exact"))}
            | {f"debris {name}": debris[key] for name, key in (("F1", "f1"), ("precision", "precision"),
                                                               ("recall", "recall")) if key in debris})
