"""Every kept span is read again in the text and in the page; what no longer holds is said in one line."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from sayso.codec import encode
from sayso.errors import UnreadablePage
from sayso.ledger.check import agrees, verify
from sayso.ledger.store import open_ledger
from sayso.model import Page, Run, Span
from tests.ledger.made import page, record


@pytest.fixture
def ledger():
    with open_ledger(":memory:", create=True) as opened:
        opened.add(page(), record(page()))
        yield opened


def decode(page: Page, _: object) -> str:
    return page.content.decode()


def said(ledger, decode=decode):
    return [fault.message for fault in verify(ledger, decode)]


def test_nothing_is_said_of_what_holds(ledger):
    assert said(ledger) == []


def test_bytes_that_changed(ledger):
    ledger.db.execute("UPDATE page SET content = ?", (zlib.compress(b"something else"),))
    fault, = said(ledger)
    assert "SHA-256" in fault


def test_bytes_that_are_broken(ledger):
    ledger.db.execute("UPDATE page SET content = x'00'")
    fault, = said(ledger)
    assert fault.startswith("cannot be read back")


def test_evidence_that_changed(ledger):
    ledger.db.execute("UPDATE span SET exact = 'The ferry will open' WHERE part = 'content' AND exact LIKE '%shut,%'")
    fault, = said(ledger)
    assert "its content was kept as 'The ferry will open'" in fault and "stands '“The ferry will stay shut,”'" in fault


def test_evidence_that_is_gone(ledger):
    ledger.db.execute("DELETE FROM span WHERE part = 'cue' AND exact = 'added'")
    assert said(ledger) == ["statement s2: no evidence is kept for its cue"]


def test_a_record_that_was_changed_does_not_agree_with_the_page(ledger):
    kept = ledger.record(page().address)
    other = replace(kept, document=replace(kept.document, text=kept.document.text.replace("shut,", "open,")))
    ledger.db.execute("UPDATE record SET json = ?", (zlib.compress(encode(other)),))
    assert any("is not the text of the record" in fault for fault in said(ledger))
    ledger.reindex()      # now text and evidence agree with one another, but not with the page
    fault, = said(ledger)
    assert "are not what the page has" in fault and "statement s1" in fault


def test_words_that_no_run_brings_from_the_page(ledger):
    kept = ledger.record(page().address)
    short = replace(kept, document=replace(kept.document, runs=(Run(0, 80, 0, 80),)))
    ledger.add(page(), replace(short, provenance=()))
    assert any("does not come from the page" in fault for fault in said(ledger))


def test_a_page_that_can_no_longer_be_decoded(ledger):
    def fails(page: Page, _: object) -> str:
        raise UnreadablePage("no")

    assert said(ledger, fails) == ["the kept page can no longer be decoded: no"]


def test_a_page_without_its_record(ledger):
    ledger.db.execute("DELETE FROM record")
    assert any("no record" in fault for fault in said(ledger))


@pytest.mark.parametrize(("text", "page", "run", "holds"), [
    ("a’b", "a&rsquo;b", Run(1, 2, 1, 8), True),
    ("a’b", "a&lsquo;b", Run(1, 2, 1, 8), False),
    ("a b", "a\n\t b", Run(1, 2, 1, 4), True),
    ("a b", "a&nbsp;b", Run(1, 2, 1, 7), True),
    ("a“b", r"a\u201cb", Run(1, 2, 1, 7), True),
    ("a?b", r"a\ud800b", Run(1, 2, 1, 7), True),
    ("a\nb", r"a\nb", Run(1, 2, 1, 3), True),
    ("a&b", "a&amp;b", Run(0, 3, 0, 7), True),
    ("abc", "abd", Run(0, 3, 0, 3), False),
    ("abc", "ab", Run(0, 3, 0, 3), False),
    ("abc", "", Run(0, 3, 9, 12), False),
])
def test_a_run_agrees_letter_for_letter_or_as_another_spelling(text, page, run, holds):
    assert agrees(run, text, page) is holds


def test_what_was_put_right_holds_too(ledger):
    start, end = ledger.record(page().address).statements[1].content[0]
    ledger.correct(page().address, "content", start=start, end=end, old=None, new=[[start + 1, end - 2]], who="desk")
    assert ledger.db.execute("SELECT count(*) FROM span WHERE exact = 'The ferry will stay shut'").fetchone()[0] == 1
    assert said(ledger) == []


def test_spans_are_kept_with_a_margin(ledger):
    row = ledger.db.execute("SELECT * FROM span WHERE exact = 'Lena Ruiz'").fetchone()
    text = ledger.record(page().address).document.text
    assert text[row["start"] - len(row["prefix"]):row["end"] + len(row["suffix"])] == \
        row["prefix"] + row["exact"] + row["suffix"]
    assert Span(row["start"], row["end"]) in [s for each in ledger.record(page().address).statements
                                               for s in each.source]
