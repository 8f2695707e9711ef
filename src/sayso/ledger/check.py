"""Reads everything that is kept again and says in one line each what no longer holds.

A span holds when its words still stand in the kept text, and when every character of it that came from the page is
still what the kept page has there.  How a page's bytes become characters is acquire's business, so `decode` comes from
above.  An unequal run is one unit that the page spells in another way (model.Run): a character reference, a JSON
escape, folded white space.
"""

from __future__ import annotations

import hashlib
import html
import json
import sqlite3
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sayso.errors import SaysoError
from sayso.ledger.index import statement_rows
from sayso.ledger.store import Ledger
from sayso.model import REPORT_ROLES, Document, Page, Record, Run, Span

Decode = Callable[[Page, Document], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that no longer holds: in which document (or “ledger”), and what."""

    document: str
    message: str


def verify(ledger: Ledger, decode: Decode) -> Iterator[Fault]:
    """Every fault of a ledger: of the file, then of each document."""
    yield from file_faults(ledger)
    for document in ledger.documents():
        yield from document_faults(ledger, document, decode)


def file_faults(ledger: Ledger) -> Iterator[Fault]:
    """What SQLite itself finds wrong: pages of the file, references between tables, the full text."""
    try:
        for (message,) in ledger.db.execute("PRAGMA integrity_check").fetchall():
            if message != "ok":
                yield Fault("ledger", f"the file is damaged: {message}")
        for table, row, other, _ in ledger.db.execute("PRAGMA foreign_key_check").fetchall():
            yield Fault("ledger", f"table {table}, row {row}: points at a row of {other} that is not there")
        missing = ledger.db.execute("SELECT page.id FROM page LEFT JOIN record ON document = page.id LEFT JOIN report "
                                    "USING (document) WHERE report.id IS NULL").fetchall()
    except sqlite3.DatabaseError as error:
        yield Fault("ledger", f"the file cannot be read: {error}")
        return
    for (document,) in missing:
        yield Fault(document, "has a page but no record, or no rows in the index: run sayso doctor --reindex")


def document_faults(ledger: Ledger, document: str, decode: Decode) -> Iterator[Fault]:
    """What no longer holds of one document: bytes, record (with its corrections), evidence in the text and the page."""
    try:
        page = ledger.page(document)
        record, _ = ledger.corrected(document)
        unmasked, _ = ledger.corrected(document, withheld=False)
    except (zlib.error, sqlite3.DatabaseError, SaysoError, ValueError) as error:
        yield Fault(document, f"cannot be read back: {error}")
        return
    found = hashlib.sha256(page.content).hexdigest()
    if found != document:
        yield Fault(document, f"the kept bytes have SHA-256 {found[:12]}…, not that of the page that was added")
        return
    yield from evidence_faults(ledger.db, record)
    try:
        page_text = decode(page, record.document)
    except (SaysoError, UnicodeError, LookupError) as error:
        yield Fault(document, f"the kept page can no longer be decoded: {error}")
        return
    yield from run_faults(unmasked, page_text)


def evidence_faults(db: sqlite3.Connection, record: Record) -> Iterator[Fault]:
    """Kept words that no longer stand in the kept text, and rows that are missing or too many."""
    document, text = record.document.id, record.document.text
    kept_text = db.execute("SELECT text FROM report WHERE document = ?", (document,)).fetchone()
    if kept_text is None:
        return
    if kept_text[0] != text:
        yield Fault(document, "the text in the index is not the text of the record: run sayso doctor --reindex")
    kept = {(row["name"], row["part"], row["piece"]): row for row in db.execute(
        "SELECT statement.statement AS name, part, piece, span.start, span.end, exact FROM span JOIN statement ON "
        "statement.id = span.statement JOIN report ON report.id = statement.report WHERE document = ?", (document,))}
    for rows in statement_rows(record):
        for span in rows.spans:
            name = rows.row["statement"]
            row = kept.pop((name, span["part"], span["piece"]), None)
            if row is None:
                yield Fault(document, f"statement {name}: no evidence is kept for its {span['part']}")
            elif text[row["start"]:row["end"]] != row["exact"] or (row["start"], row["end"]) != (span["start"],
                                                                                                span["end"]):
                yield Fault(document, f"statement {name}: its {span['part']} was kept as {row['exact'][:60]!r}, but "
                                      f"at {row['start']}..{row['end']} stands {text[row['start']:row['end']][:60]!r}")
    for name, part, _ in kept:
        yield Fault(document, f"statement {name}: evidence is kept for a {part} that the record does not have")


# ------------------------------------------------------------------ the page


def run_faults(record: Record, page_text: str) -> Iterator[Fault]:
    """Runs that no longer agree with the page, by the spans and report blocks that stand on them."""
    document = record.document
    broken = [run for run in document.runs if not agrees(run, document.text, page_text)]
    for run in broken[:3]:
        touched = [f"statement {s.id}" for s in record.statements
                   for span in (*s.source, *s.cue, *s.content) if span.start < run.end and run.start < span.end]
        words = document.text[run.start:run.end]
        yield Fault(document.id, f"characters {run.start}..{run.end} ({words[:40]!r}) are not what the page has at "
                                 f"{run.page_start}..{run.page_end} ({page_text[run.page_start:run.page_end][:40]!r})"
                                 + (f"; {', '.join(dict.fromkeys(touched))} stands there" if touched else ""))
    if len(broken) > 3:
        yield Fault(document.id, f"{len(broken) - 3} further places are not what the page has there")
    spans = [(f"statement {s.id}", span) for s in record.statements for span in (*s.source, *s.cue, *s.content)]
    spans += [(f"block {n}", Span(b.start, b.end)) for n, b in enumerate(document.blocks) if b.role in REPORT_ROLES]
    starts = [run.start for run in document.runs]
    for name, span in spans:
        loose = uncovered(span, document.text, document.runs, starts)
        if loose.strip():
            yield Fault(document.id, f"{name}: {loose.strip()[:40]!r} does not come from the page by any run")


def agrees(run: Run, text: str, page_text: str) -> bool:
    """Whether a run's characters are what the page has there, letter for letter or as another spelling of one unit."""
    ours, theirs = text[run.start:run.end], page_text[run.page_start:run.page_end]
    if ours == theirs:
        return True
    if not theirs or run.page_end > len(page_text):
        return False
    meant = respellings(theirs)
    return ours in meant or (not ours.strip() and any(not words.strip() for words in meant))


def respellings(unit: str) -> set[str]:
    """What one unit of a page may stand for: a character reference, a JSON escape, or folded white space."""
    plain = html.unescape(unit)
    found = {plain, " ".join(plain.split()), " ".join(unit.split())}
    if "\\" in unit:
        try:
            escaped = str(json.loads(f'"{unit}"'))
            if any("\ud800" <= c < "\ue000" for c in escaped):  # a lone surrogate, which no text may hold
                return {"?", "\ufffd"}
            found |= {escaped, html.unescape(escaped), " ".join(escaped.split())}
        except ValueError:
            pass
    return found


def uncovered(span: Span, text: str, runs: tuple[Run, ...], starts: list[int]) -> str:
    """The characters of a span that no run covers, run together."""
    loose, at = [], span.start
    for n in range(max(0, bisect_right(starts, span.start) - 1), len(runs)):
        run = runs[n]
        if run.start >= span.end:
            break
        if run.start > at:
            loose.append(text[at:run.start])
        at = max(at, min(run.end, span.end))
    return "".join(loose) + text[at:span.end]
