"""What people put right: an overlay over the record, keyed by document hash, field and span.

The kept record stays as the reader made it; `overlaid` lays the corrections over it, in the order they were made, so
that they hold for the next reading too.  A correction finds its statement by the extent of the content it was made on,
or the statement that shares most with it.  Where a newer reader no longer finds any, the statement that a person had
in hand is put back from the copy in `old`: whoever mends a speaker has said that there is a statement.

    field                   start, end           new
    content source cue      the content's        the spans of that part
    speaker                 the content's        the owner's name; null where the report names nobody
    statement               the content's        null: this is no statement
    new                     the content's        the statement, which no reader found
    apart                   the content's        another name, for this report's actor of the name in old
    same                    none; document ""    the name under which the actor in old goes in the whole ledger
    two                     none; document ""    a name that is not the actor of the name in old: actors.py heeds it
    withheld                none; document ""    null; the names in old are masked everywhere, last: withheld.py

Undoing the first of two corrections of one statement leaves the second without the extent that it was made on; it then
falls to the statement that overlaps it most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sayso.ledger.withheld import Mask, masked
from sayso.model import Entity, Hand, Record, SourceType, Span, Statement

FIELDS = ("content", "source", "cue", "speaker", "statement", "new", "apart", "same", "two", "withheld")

LEDGER = ""
"""The document of a correction that is about the whole ledger."""

ENOUGH = 0.5
"""Share of two extents' common length in their joint length from which they are taken for the same statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One thing that a person put right.  `made_at` and `undone_at` are ISO 8601, UTC; `id` orders them."""

    document: str
    field: str
    start: int | None
    end: int | None
    old: Any
    new: Any
    who: str
    made_at: str
    id: int = 0
    undone_at: str | None = None


def overlaid(record: Record, corrections: Iterable[Correction]) -> tuple[Record, frozenset[str]]:
    """The record with the corrections that hold laid over it, and the ids of the statements they changed.

    Twice is once.  A correction whose spans do not fit the text is left out.
    """
    touched: set[str] = set()
    masks: list[Mask] = []
    for correction in sorted(corrections, key=lambda c: c.id):
        if correction.undone_at is None and correction.document in (LEDGER, record.document.id):
            masks += mask_of(correction)
            record, changed = _apply(record, correction)
            touched |= changed
    return masked(record, masks), frozenset(touched & {s.id for s in record.statements})


def mask_of(correction: Correction) -> list[Mask]:
    """The mask that a correction is, if it is one and holds."""
    if correction.field != "withheld" or correction.undone_at is not None:
        return []
    return [Mask(correction.id, tuple(str(name) for name in correction.old))]


def _apply(record: Record, correction: Correction) -> tuple[Record, set[str]]:
    if correction.field not in FIELDS or correction.field in ("two", "withheld"):
        return record, set()
    if correction.field == "same":
        return same(record, str(correction.old), str(correction.new)), set()
    if not fits(record, correction):
        return record, set()
    assert correction.start is not None and correction.end is not None
    found = statement_at(record, correction.start, correction.end)
    if correction.field == "statement":
        return (without(record, found.id), {found.id}) if found else (record, set())
    if found is None:
        found = _from_json(correction.new if correction.field == "new" else (correction.old or {}).get("statement"))
        if found is None:
            return record, set()
        record = with_statement(record, found)
    if correction.field == "new":
        return record, {found.id}
    if correction.field == "speaker":
        return owned_by(record, found, correction.new), {found.id}
    if correction.field == "apart":
        return apart(record, found, str((correction.old or {}).get("value")), str(correction.new)), {found.id}
    return put(record, with_part(found, correction.field, _spans(correction.new))), {found.id}


def fits(record: Record, correction: Correction) -> bool:
    """Whether the correction's spans lie in the record's text."""
    length = len(record.document.text)
    spans = [(correction.start, correction.end)]
    if correction.field in ("content", "source", "cue"):
        spans += [tuple(span) for span in correction.new]
    return all(start is not None and end is not None and 0 <= start < end <= length for start, end in spans)


def extent(statement: Statement) -> Span:
    """From the first to the last character of the content."""
    return Span(min(s.start for s in statement.content), max(s.end for s in statement.content))


def statement_at(record: Record, start: int, end: int) -> Statement | None:
    """The statement whose content has this extent, else the one that shares most with it, if that is enough."""
    best, most = None, 0.0
    for statement in record.statements:
        left, right = extent(statement)
        shared = (min(right, end) - max(left, start)) / (max(right, end) - min(left, start))
        if shared > most:
            best, most = statement, shared
    return best if most >= ENOUGH else None


def put(record: Record, statement: Statement) -> Record:
    """The record with the statement in the place of the one with its id."""
    return replace(record, statements=tuple(statement if s.id == statement.id else s for s in record.statements))


def with_statement(record: Record, statement: Statement) -> Record:
    """The record with one more statement, in the order of the text."""
    rest = tuple(s for s in record.statements if s.id != statement.id)
    block = next((i for i, b in enumerate(record.document.blocks) if b.start <= statement.content[0].start < b.end), 0)
    known = {e.id for e in record.entities}
    statement = replace(statement, block=block, speaker=statement.speaker if statement.speaker in known else None)
    return replace(record, statements=tuple(sorted((*rest, statement), key=lambda s: extent(s))))


def without(record: Record, statement: str) -> Record:
    """The record without that statement; what stood inside it stands on its own."""
    return replace(record, statements=tuple(
        replace(s, parent=None if s.parent == statement else s.parent,
                borne_out_by=None if s.borne_out_by == statement else s.borne_out_by)
        for s in record.statements if s.id != statement))


def with_part(statement: Statement, part: str, spans: tuple[Span, ...]) -> Statement:
    """The statement with other words for its source, cue or content; by hand, so without a reader's score."""
    if part == "content":
        return replace(statement, content=spans or statement.content, score=None)
    if part == "source":
        return replace(statement, source=spans, score=None)
    return replace(statement, cue=spans, score=None)


def owned_by(record: Record, statement: Statement, name: str | None) -> Record:
    """The record with the statement laid to the actor of that name, or to nobody."""
    if not name:
        chain = tuple(hand for hand in statement.chain if hand.hand != "speaker")
        return put(record, replace(statement, speaker=None, source=(), source_type="unattributed", chain=chain,
                                   score=None))
    entity = named(record, name)
    if entity is None:
        entity = Entity(hand_made("actor", name), name, "other")
        record = replace(record, entities=(*record.entities, entity))
    speaker = Hand("speaker", entity.id, entity.name)
    rest = tuple(hand for hand in statement.chain if hand.hand != "speaker")
    return put(record, replace(statement, speaker=entity.id, source_type=source_type_of(entity),
                               chain=(speaker, *rest) if statement.chain else (), score=None))


def named(record: Record, name: str) -> Entity | None:
    """The actor that goes by this name in the record, by its own name before another's alias."""
    wanted = name.casefold()
    return (next((e for e in record.entities if e.name.casefold() == wanted), None)
            or next((e for e in record.entities if wanted in (a.casefold() for a in e.aliases)), None))


def source_type_of(entity: Entity) -> SourceType | None:
    """The type of source that an actor of this type is; None where the type does not say."""
    kinds: dict[str, SourceType] = {"person": "named-person", "organisation": "organisation", "document": "document",
                                    "group": "collective"}
    return kinds.get(entity.type)


def same(record: Record, name: str, other: str) -> Record:
    """The record with the actor `name` going by the name of `other`; one actor, where both are in the record."""
    goes = next((e for e in record.entities if e.name.casefold() == name.casefold()), None)
    if goes is None:
        return record
    stays = next((e for e in record.entities if e.name.casefold() == other.casefold() and e.id != goes.id), None)
    if stays is None:
        renamed = replace(goes, name=other, aliases=_names(goes.name, *goes.aliases, but=other))
        return replace(record, entities=tuple(renamed if e.id == goes.id else e for e in record.entities))
    one = replace(stays, aliases=_names(*stays.aliases, goes.name, *goes.aliases, but=stays.name),
                  roles=tuple(sorted({*stays.roles, *goes.roles}, key=lambda r: (r.start, r.end, r.role))))

    def become(entity: str | None) -> str | None:
        return stays.id if entity == goes.id else entity

    return replace(
        record,
        entities=tuple(one if e.id == stays.id else e for e in record.entities if e.id != goes.id),
        mentions=tuple(replace(m, entity=become(m.entity)) for m in record.mentions),
        statements=tuple(replace(s, speaker=become(s.speaker),
                                 chain=tuple(replace(h, entity=become(h.entity)) for h in s.chain))
                         for s in record.statements),
        events=tuple(replace(e, actor=become(e.actor), recipient=become(e.recipient)) for e in record.events),
        labels=tuple(replace(label, entity=become(label.entity)) for label in record.labels))


def apart(record: Record, statement: Statement, name: str, other: str) -> Record:
    """The record with this report's actor of that name going by another, because it is not the one that other reports
    mean."""
    return replace(record, entities=tuple(
        replace(e, name=other) if e.id == statement.speaker and e.name.casefold() == name.casefold() else e
        for e in record.entities))


def hand_made(kind: str, words: str) -> str:
    """The id of what a person added, computed from its words."""
    return f"{kind}-{hashlib.sha256(words.casefold().encode('utf-8', 'replace')).hexdigest()[:10]}"


def new_statement(record: Record, spans: tuple[Span, ...]) -> Statement:
    """A statement that no reader found, at the words of its content; direct where quotation marks hold it."""
    text = record.document.text
    start, end = spans[0].start, spans[-1].end
    marks = text[max(0, start - 1):start] + text[end:end + 1] + text[start] + text[end - 1]
    form: Literal["direct", "indirect"] = "direct" if any(m in marks for m in "“”\"«»„") else "indirect"
    return Statement(id=hand_made("by-hand", f"{start}-{end}"), form=form, content=spans)


def as_json(statement: Statement) -> dict[str, Any]:
    """The statement's spans and form, as `old` and `new` keep them."""
    return {"id": statement.id, "form": statement.form, "source": [list(s) for s in statement.source],
            "cue": [list(s) for s in statement.cue], "content": [list(s) for s in statement.content],
            "speaker": statement.speaker, "source_type": statement.source_type}


def _from_json(kept: Any) -> Statement | None:
    if not kept:
        return None
    return Statement(id=kept["id"], form=kept["form"], source=_spans(kept["source"]), cue=_spans(kept["cue"]),
                     content=_spans(kept["content"]), speaker=kept.get("speaker"), source_type=kept.get("source_type"))


def _spans(kept: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple(sorted(Span(*span) for span in kept))


def _names(*names: str, but: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name != but))
