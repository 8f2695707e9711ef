"""The ledger as lines of JSON, for other programs.

A line is one report's record, corrections laid over it, with the words of each statement spelled out.  The text of the
report, which belongs to its publisher, goes along only when asked for; owner and status stand in every statement, null
where they are not known, so that no claim can be cut loose from whoever made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
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
        record, corrected = ledger.corrected(document)
        row = export_row(record, text=text, corrected=corrected, actors=known_actors(ledger, record))
        yield msgspec.json.encode(row)


def known_actors(ledger: Ledger, record: Record) -> dict[str, dict[str, str | None]]:
    """Entity → the name it goes by in the ledger, and its id in the user's own list; those that have several names or
    an id."""
    wanted = {entity.name: entity.id for entity in record.entities}
    rows = ledger.db.execute("SELECT name, actor, id FROM known_as WHERE name IN (SELECT value FROM json_each(?))",
                             (msgspec.json.encode(list(wanted)).decode(),))
    return {wanted[row["name"]]: {"name": row["actor"], "id": row["id"]} for row in rows}


def correction_lines(ledger: Ledger) -> Iterator[bytes]:
    """One line a report that people put right, as the attribution bench has it: id, text, attributions; for training.

    Statements inside others stay out, since the training corpus has the outermost only."""
    for document in sorted({c.document for c in ledger.corrections()} & set(ledger.documents())):
        record, _ = ledger.corrected(document)
        yield msgspec.json.encode({
            "id": document, "text": record.document.text,
            "attributions": [{"source": s.source, "cue": s.cue, "content": s.content} for s in record.statements
                             if s.parent is None]})


def export_row(record: Record, *, text: bool, corrected: frozenset[str] = frozenset(),
               actors: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """The record as plain data, each statement with `owner`, `words` and `corrected` added, and each entity that is
    known by other names too with its `actor`."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    names = {entity.id: entity.name for entity in record.entities}
    for plain, statement in zip(row["statements"], record.statements, strict=True):
        plain["owner"] = owner_of(statement, names, record.document.text)
        plain["words"] = {part: words_of(record.document.text, spans) or None for part, spans in (
            ("source", statement.source), ("cue", statement.cue), ("content", statement.content))}
        plain["corrected"] = statement.id in corrected
    for plain in row["entities"]:
        if plain["id"] in actors:
            plain["actor"] = actors[plain["id"]]
    if not text:
        row["schema"] = WITHOUT_TEXT
        del row["document"]["text"], row["document"]["runs"]
    return row


def owner_of(statement: Statement, names: dict[str, str], text: str) -> str | None:
    """The actor's name if known, else the report's words for the source; None: the report names nobody."""
    return names.get(statement.speaker or "") or words_of(text, statement.source) or None
