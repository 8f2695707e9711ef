"""Task coref: who is who inside one document, plain text without speakers, persons and organisations.

The document is read as one body block, without statements: what is scored is coreference by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from evaluation import Peer, Row
from sayso.annotate.entities import group_mentions
from sayso.annotate.links import load_links, read_links
from sayso.model import Block, Document, Record

GOLD = "coref/dev.jsonl.gz"
OPTIONS = ("--types", "person,organization")
PEERS = (
    Peer("bench baseline: same last word, pronoun = nearest name", {"CoNLL F1": 31.6, "third person → name": 29.5},
         "bench README, same dev; no trained open resolver can be installed for spaCy 3.8 (coreferee's wheel has no "
         "English weights)"),
    Peer("SpanBERT end to end, OntoNotes-trained", {"CoNLL F1": 64.6},
         "Zhu et al. 2021 on OntoGUM: another split, all types, OntoNotes scheme"),
    Peer("dcoref, rules", {"CoNLL F1": 39.7}, "the same"),
)


def model() -> str:
    return f"coreference rules with links {load_links().version}"


def predict(rows: Iterable[Row]) -> Iterator[Row]:
    """Every group, singletons too; a span that stands in two groups is kept in the first."""
    for row in rows:
        text = row["text"]
        document = Document(id="0" * 64, text=text, blocks=(Block(0, len(text), "body"),), language="en")
        _, _, groups, _ = group_mentions(Record(document=document), read_links)
        seen: set[tuple[int, int]] = set()
        clusters = []
        for group in groups:
            spans = []
            for mention in group.mentions:
                if (mention.start, mention.end) not in seen:
                    seen.add((mention.start, mention.end))
                    spans.append([mention.start, mention.end])
            if spans:
                clusters.append(spans)
        yield {"id": row["id"], "clusters": clusters}


def headline(scores: dict[str, Any]) -> dict[str, float]:
    found = scores["all"]
    return {"CoNLL F1": 100 * found["conll_f1"], "mention F1": 100 * found["mention"]["f1"],
            "third person → name": 100 * found["pronoun"]["third"]["acc"]}
