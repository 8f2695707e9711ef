"""Words and filters find statements and reports; no words that a user can type break the index."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.errors import BadQuery
from sayso.ledger.store import open_ledger
from sayso.views.search import fold, fts_query, search
from tests.ledger.made import TEXT, page, record


@pytest.fixture(scope="module")
def db():
    with open_ledger(":memory:", create=True) as ledger:
        first, second = page(), page(TEXT.replace("Monday", "Tuesday"), address="https://herald.test/1")
        ledger.add(first, record(first))
        ledger.add(second, record(second, outlet="El Heraldo", published="2026-03-05"))
        yield ledger.db


@pytest.mark.parametrize(("words", "filters", "statements", "reports"), [
    ("ferry", {}, 4, 2),
    ("FERRY shut", {}, 4, 2),
    ("ruíz", {}, 4, 2),                                     # owner's name or words for the source, accents folded
    ('"stay shut"', {}, 2, 2),
    ('"shut stay"', {}, 0, 0),
    ("ferr*", {}, 4, 2),
    ("airport", {}, 0, 0),
    ("ferry", {"speaker": "lena"}, 2, 0),
    ("ferry", {"outlet": "heraldo"}, 2, 1),
    ("", {"outlet": "courier", "form": "direct"}, 1, 0),
    ("", {"since": "2026-03-03"}, 4, 0),
    ("ferry", {"until": "2026-03-04", "since": "2026-03-02"}, 2, 1),
    ("safe", {"hidden": 0.85}, 2, 2),
    ("ferry", {"hidden": 0.5}, 2, 2),
])
def test_search(db, words, filters, statements, reports):
    found = search(db, words, **filters)
    assert (found.statements_in_all, found.reports_in_all) == (statements, reports)


def test_a_hit_says_who_where_and_when_and_marks_the_words(db):
    hit = search(db, "stay", outlet="courier").statements[0]
    assert (hit.owner, hit.cue, hit.outlet, hit.number) == ("Lena Ruiz", "said", "The Courier", 2)
    assert hit.snippet == "“The ferry will ⟦stay⟧ shut,”"


def test_hits_are_paged_newest_first(db):
    assert [h.day for h in search(db, "ferry", limit=3).statements] == ["2026-03-05", "2026-03-05", "2026-03-02"]
    assert [h.day for h in search(db, "ferry", limit=3, offset=3).statements] == ["2026-03-02"]


@pytest.mark.parametrize("words", ["!!!", '"', "*", "\0", "( )"])
def test_nothing_to_look_for_is_said(db, words):
    with pytest.raises(BadQuery):
        search(db, words)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.text(st.sampled_from('"*()^:-+{}[]~AND OR NOT NEAR\'\\\0\ud800a1 '), max_size=20))
def test_no_words_break_the_index(words):
    with open_ledger(":memory:", create=True) as ledger:
        try:
            search(ledger.db, words, outlet=words or None)
            search(ledger.db, "a", speaker=words or None)
        except BadQuery as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(("words", "query"), [
    ("two words", '"two" "words"'), ('"two words"', '"two words"'), ("NOT a:b", '"NOT" "a:b"'), ("wor*", '"wor"*'),
    ('un"closed', '"un closed"'), ("…", ""),
])
def test_fts_query(words, query):
    assert fts_query(words) == query


def test_fold():
    assert fold("Ruíz ÅSA") == "ruiz asa"
