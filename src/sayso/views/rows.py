"""Statements as rows for people and for spreadsheets: each with its owner and status, whatever else is left out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from sayso.views.report import NOT_OWNED, REPORTED, certainty
from sayso.views.search import StatementHit

COLUMNS = ("report", "statement", "owner", "status", "content", "form", "source_type", "score", "outlet", "published",
           "title", "address", "actor", "actor_id")
"""The columns of an export; owner and status are never empty."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First letters that a spreadsheet takes for a formula; a cell of strangers' text gets an apostrophe before them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One statement in a list."""

    report: str
    id: str
    owner: str
    owner_as: str
    actor: str | None
    """The name that the actor goes by in the ledger; `owner` is its name in this report."""
    status: str
    content: str
    form: str
    source_type: str | None
    certainty: str
    score: float | None
    outlet: str | None
    published: str | None
    title: str | None
    address: str | None
    actor_id: str | None = None
    """The actor's id in the user's own list."""


def row(hit: StatementHit, *, unsure: float) -> Row:
    """A hit as a row."""
    known_as = "actor" if hit.speaker_name else "words" if hit.owner else "none"
    return Row(hit.document, hit.statement, hit.owner or NOT_OWNED, known_as, hit.actor,
               hit.stance or REPORTED, hit.content, hit.form, hit.source_type, certainty(hit.score, unsure), hit.score,
               hit.outlet, hit.published, hit.title, hit.address, hit.actor_id)


def as_jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """A line of JSON a row, with COLUMNS as keys."""
    for one in rows:
        yield json.dumps(_cells(one), ensure_ascii=False) + "\n"


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Lines of CSV with a header; formulas are defused."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    for one in rows:
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        writer.writerow(["'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell
                         for cell in _cells(one).values()])
    yield line.getvalue()


def _cells(one: Row) -> dict[str, object]:
    plain = asdict(one) | {"statement": one.id}
    return {name: plain[name] for name in COLUMNS}
