"""What must always hold of a ledger, whatever comes in and in whatever order."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.ledger.check import verify
from sayso.ledger.store import open_ledger
from sayso.model import Block, Document, Page, Problem, Provenance, Record, Run, Span, Statement, evidence, holds

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
ADDRESSES = st.sampled_from(["https://a.test/1", "https://b.test/2", "/c/3.txt"])
DAYS = st.sampled_from(["2026-03-01", "2026-03-01T09:00:00+02:00", "2026-03-02T00:30:00Z"])


@st.composite
def readings(draw: st.DrawFn) -> tuple[Page, Record]:
    """A page with the record of it, of random words and statements."""
    text = draw(WORDS)
    content = text.encode()
    page = Page(content=content, media_type="text/plain", address=draw(ADDRESSES), fetched=draw(DAYS))
    statements = tuple(
        Statement(id=f"s{n}", form=draw(st.sampled_from(["direct", "indirect", "mixed"])), content=draw(spans(text, 1)),
                  source=draw(spans(text, 0)), cue=draw(spans(text, 0)), score=draw(st.none() | st.floats(0, 1)))
        for n in range(draw(st.integers(0, 3))))
    # The record is a function of the bytes, the address and the reader, as a real reader's is.
    document = Document(id=hashlib.sha256(content).hexdigest(), text=text, address=page.address, outlet="The Courier",
                        published=page.fetched, blocks=(Block(0, len(text), "body"),),
                        runs=(Run(0, len(text), 0, len(text)),))
    return page, Record(document=document, statements=statements, provenance=(Provenance("claims", "drawn", "1"),))


def spans(text: str, fewest: int) -> st.SearchStrategy[tuple[Span, ...]]:
    """Up to three pieces of a text, in order and apart."""
    edges = st.lists(st.integers(0, len(text)), unique=True, max_size=6).map(sorted)
    pieces = edges.map(lambda e: tuple(Span(a, b) for a, b in zip(e[::2], e[1::2], strict=False)))
    return pieces.map(lambda p: p or (Span(0, len(text)),) * fewest)


def dump(ledger) -> dict[str, list[tuple[object, ...]]]:
    """All that a ledger holds but row numbers and the time of reading."""
    asked = {
        "page": "SELECT id, content FROM page", "sighting": "SELECT page, address, seen, particulars FROM sighting",
        "record": "SELECT document, json, reader FROM record",
        "report": "SELECT document, address, seen, text, words, statements, version, current FROM report",
        "statement": "SELECT document, statement, number, form, source, cue, content, score FROM statement JOIN report "
                     "ON report.id = report",
        "span": "SELECT document, statement.statement, part, piece, exact, prefix, suffix FROM span JOIN statement ON "
                "statement.id = span.statement JOIN report ON report.id = report",
        "skipped": "SELECT source, stage, code, message FROM skipped"}
    return {table: sorted((tuple(row) for row in ledger.db.execute(sql)), key=repr) for table, sql in asked.items()}


def filled(items, *, times: int = 1) -> dict[str, list[tuple[object, ...]]]:
    """What a ledger holds after adding these, in this order."""
    with open_ledger(":memory:", create=True) as ledger:
        for _ in range(times):
            for page, record in items:
                ledger.add(page, record)
            ledger.note_skipped("x", Problem("acquire", "refused", "x: no"))
        return dump(ledger)


def of_a_reader(items):
    """The items with one record for the same bytes at the same address, as a reader gives: the first drawn."""
    first: dict[tuple[bytes, str | None], tuple[Page, Record]] = {}
    texts: dict[bytes, tuple[Statement, ...]] = {}
    for page, record in items:
        record = replace(record, statements=texts.setdefault(page.content, record.statements))
        first.setdefault((page.content, page.address), (page, record))
    return list(first.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(readings(), max_size=4))
def test_adding_twice_is_adding_once(items):
    items = of_a_reader(items)
    assert filled(items) == filled(items, times=2)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_of_reading_does_not_matter(data):
    items = of_a_reader(data.draw(st.lists(readings(), max_size=5)))
    assert filled(items) == filled(data.draw(st.permutations(items)))


@settings(max_examples=40, deadline=None)
@given(st.lists(readings(), max_size=3))
def test_what_is_kept_comes_back_and_holds(items):
    with open_ledger(":memory:", create=True) as ledger:
        for page, record in of_a_reader(items):
            ledger.add(page, record)
        assert list(verify(ledger, lambda page, _: page.content.decode())) == []
        for document in ledger.documents():
            kept = ledger.record(document)
            for s in kept.statements:
                for span in (*s.source, *s.cue, *s.content):
                    assert holds(evidence(kept.document.text, span), kept.document.text)


@settings(max_examples=40, deadline=None)
@given(st.lists(readings(), max_size=4))
def test_the_index_made_anew_is_the_index(items):
    with open_ledger(":memory:", create=True) as ledger:
        for page, record in of_a_reader(items):
            ledger.add(page, record)
        before = dump(ledger)
        ledger.reindex()
        assert dump(ledger) == before
