"""A person whose name is withheld: gone from all that is shown, every offset as it was, and back again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sayso.errors import NotInLedger
from sayso.ledger.check import verify
from sayso.ledger.store import open_ledger
from sayso.ledger.withheld import WITHHELD, Mask, masked
from sayso.model import Entity, Mention
from sayso.views.export import export_lines
from sayso.views.search import search
from tests.ledger import made

TEXT = made.TEXT + "\n\nRuiz was told. LENA RUIZ, 40, is a pilot; the Ruizes are not."


def report(text=TEXT, address="https://courier.test/lena-ruiz-says-ruiz", **given):
    """A page that names Lena Ruiz in text, title and address, with its record."""
    page = made.page(text, address=address)
    record = made.record(page, title="Lena Ruiz on the ferry", **given)
    mention = Mention(*made.at(text, "Lena Ruiz"), "name", "person:lena-ruiz") if "Lena Ruiz" in text else None
    entities = (Entity("person:lena-ruiz", "Lena Ruiz", "person", ("Ruiz",)),)
    statements = tuple(replace(s, speaker="person:lena-ruiz" if s.speaker else None) for s in record.statements)
    return page, replace(record, entities=entities, statements=statements, mentions=(mention,) if mention else ())


@pytest.fixture
def ledger():
    with open_ledger(":memory:", create=True) as opened:
        opened.add(*report())
        yield opened


def whole(ledger):
    """All that is shown of a ledger, as one string."""
    tables = ("report", "statement", "span", "hand", "entity", "alias", "role", "mention", "handle", "known_as",
              "merge")
    rows = [tuple(row) for table in tables for row in ledger.db.execute(f"SELECT * FROM {table}")]
    lines = [*export_lines(ledger, text=True), *(ledger.record_line(d) for d in ledger.documents())]
    return repr(rows) + b"".join(lines).decode() + repr(ledger.corrections(undone=True)) + repr(ledger.listed())


def test_the_name_is_nowhere_and_search_does_not_find_it(ledger):
    ledger.withhold("Lena Ruiz", who="desk")
    shown = whole(ledger).casefold()
    assert "lena" not in shown and "ruiz " not in shown and "'ruiz'" not in shown and "-ruiz" not in shown
    assert "the ruizes are not" in shown                                      # another word
    assert search(ledger.db, "lena").statements_in_all == search(ledger.db, "ruiz").reports_in_all == 0
    assert ledger.db.execute("SELECT count(*) FROM statement WHERE speaker_name = ?", (WITHHELD,)).fetchone()[0] == 2


def test_offsets_stay_and_everything_still_holds(ledger):
    before = ledger.record("https://courier.test/lena-ruiz-says-ruiz")
    ledger.withhold("Lena Ruiz", who="desk")
    after = ledger.record(before.document.id)
    assert [(s.source, s.cue, s.content) for s in after.statements] == [(s.source, s.cue, s.content)
                                                                       for s in before.statements]
    assert len(after.document.text) == len(before.document.text) and "█████████ said on Monday" in after.document.text
    assert list(verify(ledger, lambda page, _: page.content.decode())) == []


def test_it_outlives_a_new_reading_a_new_index_and_new_reports(ledger):
    ledger.withhold("Lena Ruiz", who="desk")
    ledger.add(*report(version="2"))
    ledger.add(*report(made.TEXT.replace("Lena Ruiz", "Léna Ruiz"), "https://times.test/1"))
    ledger.reindex()
    assert "ruiz " not in whole(ledger).casefold()
    assert len(ledger.reports()) == 2


def test_it_is_taken_back(ledger):
    before = whole(ledger)
    made_ = ledger.withhold("Lena Ruiz", who="desk")
    with pytest.raises(NotInLedger, match="forget --person"):
        ledger.undo(made_)                                                    # not by the page's undo
    ledger.show_again("lena ruiz")
    assert whole(ledger).split("[Correction")[0].count("Lena") == before.count("Lena")
    with pytest.raises(NotInLedger, match="is not withheld"):
        ledger.show_again("Lena Ruiz")


def test_other_spellings_go_along(ledger):
    page, record = report(made.TEXT.replace("Lena Ruiz", "Lena Maria Ruiz"), "https://times.test/2")
    ledger.add(page, replace(record, entities=(Entity("person:lena-ruiz", "Lena Maria Ruiz", "person"),), mentions=()))
    ledger.withhold("Lena Ruiz", who="desk")
    assert "maria" not in whole(ledger).casefold()


def test_what_does_not_name_the_person_stays_as_it_was():
    _, record = report(made.TEXT.replace("Lena Ruiz", "Tomas Ruiz"), "https://times.test/3")
    record = replace(record, entities=(Entity("e9", "Tomas Ruiz", "person"),), mentions=(),
                     document=replace(record.document, title=None),
                     statements=tuple(replace(s, speaker=None) for s in record.statements))
    assert masked(record, [Mask(1, ("Lena Ruiz",))]) is record


def test_a_name_that_the_reader_took_for_nobody_is_withheld_too(ledger):
    ledger.add(*report(made.TEXT + " Bo Oke was there.", "https://times.test/4"))
    ledger.withhold("Bo Oke", who="desk")
    assert "Bo Oke" not in whole(ledger) and "Lena Ruiz" in whole(ledger)


def test_nobody_of_that_name(ledger):
    with pytest.raises(NotInLedger, match="no person of this name"):
        ledger.withhold("Nobody", who="desk")
    assert json.dumps(len(ledger.corrections())) == "0"
