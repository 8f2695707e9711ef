"""A record → the rows of the ledger's index: one row a thing, so that SQL can ask what JSON cannot.

Pure functions; `store.py` writes what they give.  The kept record is the truth: these rows can be made anew from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sayso.ledger.actors import handles
from sayso.model import REPORT_ROLES, Record, Span, Statement, evidence, words_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StatementRows:
    """The row of one statement, and those that hang on it, without its row number."""

    row: Row
    spans: tuple[Row, ...]
    hands: tuple[Row, ...]


def report_row(record: Record) -> Row:
    """The particulars of a report and its counts, without those that the ledger alone knows (seen, version)."""
    doc = record.document
    return {"document": doc.id, "address": doc.address, "outlet": doc.outlet, "title": doc.title,
            "byline": doc.byline, "dateline": doc.dateline, "published": doc.published,
            "published_from": doc.published_from, "day": doc.published[:10] if doc.published else None,
            "language": doc.language, "media_type": doc.media_type, "encoding": doc.encoding, "text": doc.text,
            "words": words_in_report(record), "statements": len(record.statements),
            "without_source": sum(not s.source for s in record.statements),
            "without_speaker": sum(s.speaker is None for s in record.statements)}


def words_in_report(record: Record) -> int:
    """How many words the report has, without debris and particulars."""
    doc = record.document
    if not doc.blocks:
        return len(doc.text.split())
    return sum(len(doc.text[b.start:b.end].split()) for b in doc.blocks if b.role in REPORT_ROLES)


def in_order(record: Record) -> list[Statement]:
    """The statements in the order of the text: by where the content begins, the longer one first."""
    return sorted(record.statements, key=lambda s: (s.content[0].start, -s.content[-1].end) if s.content else (0, 0))


def statement_rows(record: Record) -> Iterator[StatementRows]:
    """The rows of each statement, in the order of the text."""
    text = record.document.text
    names = {entity.id: entity.name for entity in record.entities}
    for number, s in enumerate(in_order(record), 1):
        row = {"statement": s.id, "number": number, "form": s.form, "source": words_of(text, s.source) or None,
               "cue": words_of(text, s.cue) or None, "content": words_of(text, s.content), "speaker": s.speaker,
               "speaker_name": names.get(s.speaker or ""), "source_type": s.source_type, "parent": s.parent,
               "in_headline": s.in_headline, "borne_out_by": s.borne_out_by, "block": s.block,
               "stance": s.status.stance if s.status else None, "certainty": s.status.certainty if s.status else None,
               "score": s.score, "start": s.content[0].start if s.content else None,
               "end": s.content[-1].end if s.content else None}
        hands = tuple({"step": step, "hand": h.hand, "entity": h.entity, "name": h.name, "start": h.start,
                       "end": h.end} for step, h in enumerate(s.chain))
        yield StatementRows(row, tuple(span_rows(s, text)), hands)


def parts(s: Statement) -> Iterator[tuple[str, int, Span]]:
    """Every span of a statement with its part and the number of the piece."""
    held = {"source": s.source, "cue": s.cue, "content": s.content, "reason": (s.reason,) if s.reason else (),
            "status": s.status.cue if s.status else ()}
    for part, spans in held.items():
        for piece, span in enumerate(spans):
            yield part, piece, span


def span_rows(s: Statement, text: str) -> Iterator[Row]:
    """The evidence of a statement: the exact words of every span, with a margin."""
    for part, piece, span in parts(s):
        kept = evidence(text, span)
        yield {"part": part, "piece": piece, "start": span.start, "end": span.end, "exact": kept.exact,
               "prefix": kept.prefix, "suffix": kept.suffix}


def layer_rows(record: Record) -> Iterator[tuple[str, Row]]:
    """Table and row of everything else in a record."""
    for n, b in enumerate(record.document.blocks):
        yield "block", {"number": n, "start": b.start, "end": b.end, "role": b.role}
    for e in record.entities:
        yield "entity", {"entity": e.id, "name": e.name, "type": e.type}
        for alias in dict.fromkeys(e.aliases):
            yield "alias", {"entity": e.id, "name": alias}
        for at in {(r.start, r.end): r for r in e.roles}.values():
            yield "role", {"entity": e.id, "role": at.role, "organisation": at.organisation, "start": at.start,
                           "end": at.end}
    for row in handles(record):
        yield "handle", dict(row)
    for n, m in enumerate(record.mentions):
        yield "mention", {"number": n, "start": m.start, "end": m.end, "kind": m.kind, "entity": m.entity,
                          "score": m.score}
    for n, q in enumerate(record.quoted):
        yield "quoted", {"number": n, "start": q.start, "end": q.end, "why": q.why}
    for n, t in enumerate(record.times):
        yield "timex", {"number": n, "start": t.start, "end": t.end, "type": t.type, "value": t.value,
                        "anchor": t.anchor}
    for n, p in enumerate(record.places):
        yield "place", {"number": n, "start": p.start, "end": p.end, "name": p.name, "lat": p.lat, "lon": p.lon,
                        "geonameid": p.geonameid, "score": p.score}
    for v in record.events:
        yield "event", {"event": v.id, "start": v.trigger.start, "end": v.trigger.end, "actor": v.actor,
                        "recipient": v.recipient, "plover": v.plover, "mode": v.mode, "timex": v.time,
                        "place": v.place, "voice": v.voice, "status": v.status}
    for n, w in enumerate(record.labels):
        yield "label", {"number": n, "start": w.start, "end": w.end, "entity": w.entity, "owner": w.owner}
    for n, made in enumerate(record.provenance):
        yield "provenance", {"number": n, "stage": made.stage, "name": made.name, "version": made.version}
    for n, wrong in enumerate(record.problems):
        yield "problem", {"number": n, "stage": wrong.stage, "code": wrong.code, "message": wrong.message}


def reader_of(record: Record) -> str:
    """Stage, name and version of all that read a record, as one line: equal where the same reader read."""
    return "; ".join(f"{p.stage} {p.name} {p.version}" for p in record.provenance)
