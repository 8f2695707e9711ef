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
from sayso.acquire.body import Weights
from sayso.errors import UnreadablePage
from sayso.model import Page

GOLD = "page/page-dev.jsonl.gz"
PEERS = (
    Peer("trafilatura 2.3.1, comments and tables off", {"body F1": 0.949, "body precision": 0.936,
                                                        "body recall": 0.962, "body exact": 0.245},
         "measured on these 102 pages, by this scorer"),
    Peer("saying “no debris”", {"debris F1": 0.0}, "by definition"),
)


HERE = Path(__file__).resolve().parent


def model() -> str:
    """Which rules and weights read the pages."""
    return (f"acquire/article.py {article.VERSION} with body.json, acquire/blocks.py with blocks.json; a development "
            "page by weights and trees of the fold that has not seen it")


def predict(rows: Iterable[Row]) -> Iterator[Row]:
    """The body read out of `html`, and the debris found in `flat` alone."""
    for row in rows:
        yield {"id": row["id"], "body": body_of(row["html"], row.get("url"), weights_for(row["id"])),
               "debris": debris_of(row["flat"], row["id"])}


def body_of(source: str, address: str | None, weights: Weights | None = None) -> str:
    """The body of a page, a block a line; empty where the page cannot be read.

    Annotators of the bench count the dateline, and a credit that closes the last paragraph, as body: so they are here
    where they share a line of the text with a body block."""
    try:
        document = to_document(Page(content=source.encode("utf-8", "replace"), media_type="text/html",
                                    address=address), weights=weights)
    except UnreadablePage:
        return ""
    lines: list[str] = []
    blocks = document.blocks
    for n, block in enumerate(blocks):
        words = document.text[block.start:block.end]
        if block.role == "body":
            last = blocks[n - 1] if n else None
            glued = last and last.role == "dateline" and "\n\n" not in document.text[last.end:block.start]
            lines.append(f"{document.text[last.start:last.end]} {words}" if last and glued else words)
    return "\n".join(lines)


@cache
def folds() -> dict[str, Weights]:
    """For each development page the weights that were learnt without it (training/page)."""
    kept = json.loads((HERE / "page-body-folds.json").read_text("utf-8"))
    return {page: Weights(fold["weights"], fold["bias"]) for fold in kept["folds"] for page in fold["ids"]}


def weights_for(page: str) -> Weights | None:
    """The weights to read a page with: None, the shipped ones, for a page that nothing was learnt from."""
    return folds().get(page)


def debris_of(flat: str, page: str) -> list[list[int]]:
    """The ranges of a text that acquire/blocks.py does not take for the report."""
    return [[block.start, block.end] for block in cut_blocks(flat, trees=trees_for(page)) if block.role != "body"]


@cache
def forests() -> tuple[dict[str, int], list[Trees]]:
    """The fold of each development page, and the trees that were learnt without that fold (training/blocks)."""
    kept = json.loads((HERE / "page-folds.json").read_text("utf-8"))
    return kept["fold_of"], [read_trees(one) for one in kept["trees"]]


def trees_for(page: str) -> Trees | None:
    """The trees to cut a text with: None, the shipped ones, for a page that nothing was learnt from."""
    fold_of, trees = forests()
    return trees[fold_of[page]] if page in fold_of else None


def headline(scores: dict[str, Any]) -> dict[str, float]:
    """F1, precision, recall and exact bodies; F1, precision and recall of debris."""
    body, debris = scores["body"], scores.get("debris", {})
    return ({f"body {name}": body[key] for name, key in (("F1", "f1"), ("precision", "precision"),
                                                         ("recall", "recall"), ("exact", "exact"))}
            | {f"debris {name}": debris[key] for name, key in (("F1", "f1"), ("precision", "precision"),
                                                               ("recall", "recall")) if key in debris})
