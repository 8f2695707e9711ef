"""Lines for other programs: owner and status always, the publisher's text only when asked for."""

from __future__ import annotations

import json

import pytest

from sayso.codec import decode
from sayso.ledger.store import open_ledger
from sayso.views.export import correction_lines, export_lines
from tests.ledger.made import TEXT, page, record


@pytest.fixture
def ledger():
    with open_ledger(":memory:", create=True) as opened:
        for each in (page(fetched="2026-03-01"), page(TEXT + "!", fetched="2026-03-02")):
            opened.add(each, record(each))
        yield opened


def test_a_line_has_every_statement_with_its_owner_and_status_and_no_text(ledger):
    line, = export_lines(ledger)
    row = json.loads(line)
    assert row["schema"] == "sayso/record/1 without text"
    assert "text" not in row["document"] and "Monday" not in line.decode()
    assert [s["owner"] for s in row["statements"]] == ["harbour master", "Lena Ruiz", "Lena Ruiz", "the owners"]
    assert all("status" in s for s in row["statements"])
    assert row["statements"][1]["words"] == {"source": "Lena Ruiz", "cue": "said",
                                             "content": "“The ferry will stay shut,”"}


def test_with_its_text_a_line_is_a_record(ledger):
    line, = export_lines(ledger, text=True)
    assert decode(line) == ledger.record(page().address)


def test_older_versions_only_when_asked_for(ledger):
    assert len(list(export_lines(ledger, current=False))) == 2


def test_what_was_put_right_is_exported_and_marked(ledger):
    start, end = ledger.record(page().address).statements[0].content[0]
    ledger.correct(page().address, "speaker", start=start, end=end, old=None, new="Oke Harbour", who="desk")
    row = json.loads(next(export_lines(ledger)))
    first, second, *_ = row["statements"]
    assert (first["owner"], first["corrected"]) == ("Oke Harbour", True)
    assert (second["owner"], second["corrected"]) == ("Lena Ruiz", False)


def test_reports_that_were_put_right_are_exported_for_training(ledger):
    assert list(correction_lines(ledger)) == []
    start, end = ledger.record(page().address).statements[1].content[0]
    ledger.correct(page().address, "statement", start=start, end=end, old=None, new=None, who="desk")
    line, = correction_lines(ledger)
    row = json.loads(line)
    assert list(row) == ["id", "text", "attributions"] and row["text"] == TEXT + "!"
    assert [row["text"][slice(*a["content"][0])] for a in row["attributions"]] == [
        "Ferry stays shut", "that the owners believe it is safe"]
