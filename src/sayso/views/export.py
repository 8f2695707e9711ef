"""The ledger as lines of JSON, for other programs.

A line is one report's record with the words of each statement spelled out.  The text of the report, which belongs to
its publisher, goes along only when asked for; owner and status stand in every statement, null where they are not known,
so that no claim can be cut loose from whoever made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from sayso.ledger.store import Ledger
from sayso.model import SCHEMA, Record, Statement, words_of

WITHOUT_TEXT = f"{SCHEMA} without text"
"""The schema of a line whose text stayed behind: spans then point into a text that the reader has to get."""


def export_lines(ledger: Ledger, *, text: bool = False, current: bool = True) -> Iterator[bytes]:
    """One line of JSON a report, without line breaks, by document id; older versions only with current=False."""
    wanted = "SELECT document FROM report WHERE current OR ? ORDER BY document"
    for (document,) in ledger.db.execute(wanted, (not current,)).fetchall():
        yield msgspec.json.encode(export_row(ledger.record(document), text=text))


def export_row(record: Record, *, text: bool) -> dict[str, Any]:
    """The record as plain data, each statement with `owner` and `words` added."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    names = {entity.id: entity.name for entity in record.entities}
    for plain, statement in zip(row["statements"], record.statements, strict=True):
        plain["owner"] = owner_of(statement, names, record.document.text)
        plain["words"] = {part: words_of(record.document.text, spans) or None for part, spans in (
            ("source", statement.source), ("cue", statement.cue), ("content", statement.content))}
    if not text:
        row["schema"] = WITHOUT_TEXT
        del row["document"]["text"], row["document"]["runs"]
    return row


def owner_of(statement: Statement, names: dict[str, str], text: str) -> str | None:
    """The actor's name if known, else the report's words for the source; None: the report names nobody."""
    return names.get(statement.speaker or "") or words_of(text, statement.source) or None
