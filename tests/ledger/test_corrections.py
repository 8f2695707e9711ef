"""Corrections laid over a record: twice is once, they find their statement again, and they leave the rest alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.ledger.corrections import Correction, as_json, extent, overlaid, statement_at
from tests.ledger import made

RECORD = made.record(made.page())


def correction(field, new, *, of="s1", old=None, number=1, **given):
    """A correction of a statement of RECORD."""
    statement = next(s for s in RECORD.statements if s.id == of)
    start, end = extent(statement)
    return Correction(**{"document": RECORD.document.id, "field": field, "start": start, "end": end, "new": new,
                         "old": old or {"value": None, "statement": as_json(statement)}, "who": "desk",
                         "made_at": "2026-03-02", "id": number} | given)


def owner(record, statement):
    """The speaker's name."""
    said = next(s for s in record.statements if s.id == statement)
    return next((e.name for e in record.entities if e.id == said.speaker), None)


@pytest.mark.parametrize("one", [
    correction("speaker", "Ama Boru"), correction("speaker", None), correction("statement", None),
    correction("content", [[0, 16]]), correction("source", []), correction("apart", "Lena Ruiz (another)",
                                                                           old={"value": "Lena Ruiz"})])
def test_twice_is_once(one):
    once, touched = overlaid(RECORD, [one])
    assert once != RECORD
    assert overlaid(once, [one])[0].statements == once.statements or one.field == "content"
    assert touched <= {s.id for s in once.statements}
    assert [s for s in once.statements if s.id not in touched and s.id != "s1"] == [
        s for s in RECORD.statements if s.id != "s1"]


@pytest.mark.parametrize("one", [
    correction("speaker", "Ama Boru", undone_at="2026-03-03"), correction("speaker", "Ama Boru", document="another"),
    correction("content", [[0, 10_000]]), correction("unheard of", 1), correction("speaker", "x", start=None)])
def test_what_does_not_hold_or_fit_changes_nothing(one):
    assert overlaid(RECORD, [one]) == (RECORD, frozenset())


def test_a_newer_reading_with_other_borders_is_corrected_too():
    said = next(s for s in RECORD.statements if s.id == "s1")
    narrower = replace(said, id="n1", content=(replace_span(said.content[0], 1),))
    newer = replace(RECORD, statements=(narrower,))
    assert owner(overlaid(newer, [correction("speaker", "Ama Boru")])[0], "n1") == "Ama Boru"


def test_a_statement_that_a_newer_reading_lost_is_put_back():
    newer = replace(RECORD, statements=())
    put_back, touched = overlaid(newer, [correction("speaker", "Ama Boru")])
    assert owner(put_back, "s1") == "Ama Boru" and touched == {"s1"}


def test_half_of_an_extent_is_enough_and_less_is_not():
    start, end = extent(next(s for s in RECORD.statements if s.id == "s1"))
    assert statement_at(RECORD, start, start + (end - start + 1) // 2).id == "s1"
    assert statement_at(RECORD, start, start + (end - start) // 3) is None


def replace_span(span, by):
    """The span, shorter by so many characters at each end."""
    return type(span)(span.start + by, span.end - by)
