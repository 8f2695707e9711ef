"""The example reports through the whole pipeline: what is the report and what is debris, and what must always hold."""

from __future__ import annotations

from functools import lru_cache

import pytest

from sayso.acquire.fetch import find_pages
from sayso.codec import decode, encode, span_paths
from sayso.model import REPORT_ROLES, Record
from sayso.pipeline import read
from tests.conftest import ROOT

FOLDER = ROOT / "examples" / "reports"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".html", ".txt"})

PARTICULARS = [  # file, outlet, day of publication
    ("beremba-courier.html", "The Beremba Courier", "2026-03-10"),
    ("al-sahil-times.html", "Al-Sahil Times", "2026-03-11"),
    ("wexcombe-herald.html", "The Wexcombe Herald", "2026-03-11"),
    ("radio-ombara.html", "Radio Ombara", "2026-03-11"),
    ("vellapur-express.html", "The Vellapur Express", "2026-03-11"),
    ("karoa-observer.html", "Karoa Observer", "2026-03-12"),
    ("aldermoor-chronicle.html", "Aldermoor Chronicle", "2026-02-19"),
    ("kalinda-ledger.html", "Kalinda Ledger", "2026-01-28"),
    ("lucero-bulletin.html", "The Lucero Bulletin", "2025-11-17"),
    ("stallions-post.html", "SportPost Beremba", "2026-03-08"),
]
REPORT = [  # words that belong to the report
    ("beremba-courier.html", "They opened four gates in the middle of the night"),
    ("beremba-courier.html", "had never been installed"),
    ("al-sahil-times.html", "accused neighbouring Ombara of opening the gates"),
    ("wexcombe-herald.html", "omasi Lule had tied up his ferry"),
    ("wexcombe-herald.html", "Where is our siren?"),
    ("radio-ombara.html", "A gate weighs 140 tonnes."),
    ("radio-ombara.html", "let the fish cross"),
    ("vellapur-express.html", "baseless to blame either side”"),
    ("karoa-observer.html", "Then my shoes were gone."),
    ("zarhan-remarks.txt", "It is not farmers who are coming."),
    ("zarhan-remarks.txt", "blamed on smugglers."),
    ("aldermoor-chronicle.html", "No dredger has been seen in Aldermoor since 2014."),
    ("kalinda-ledger.html", "We would rather be late than wrong."),
    ("lucero-bulletin.html", "She is president of a balcony."),
    ("tarn-transcript.txt", "But a bed is not a cure."),
    ("stallions-post.html", "He heard what they were singing"),
]
DEBRIS = [  # words that do not, though they stand on the page
    ("beremba-courier.html", "store cookies"),
    ("beremba-courier.html", "the letter nobody answered"),
    ("beremba-courier.html", "Sign me up"),
    ("beremba-courier.html", "mama_T"),
    ("al-sahil-times.html", "ghaf trees"),
    ("al-sahil-times.html", "Daily Briefing"),
    ("wexcombe-herald.html", "The 40-year quarrel"),
    ("wexcombe-herald.html", "support us from"),
    ("radio-ombara.html", "Best viewed at"),
    ("radio-ombara.html", "300 tractors"),
    ("vellapur-express.html", "Vellapur lake bund"),
    ("vellapur-express.html", "moderating your comments"),
    ("karoa-observer.html", "Proudly powered"),
    ("zarhan-remarks.txt", "ZarhanGulfSecurity"),
    ("zarhan-remarks.txt", "Land registry to reopen"),
    ("zarhan-remarks.txt", "Back to top button"),
    ("aldermoor-chronicle.html", "Seven sheds"),
    ("kalinda-ledger.html", "for subscribers"),
    ("lucero-bulletin.html", "the senator who sells hats"),
    ("stallions-post.html", "LionBet"),
    ("tarn-transcript.txt", "a singing dog"),
]


@lru_cache
def record(name: str) -> Record:
    """The record of one example, read once."""
    page, = find_pages([str(FOLDER / name)])
    return read(page)


def roles_of(name: str, words: str) -> set[str]:
    """The roles of the blocks that hold these words; empty where the text does not have them."""
    document = record(name).document
    at = document.text.find(words)
    return {block.role for block in document.blocks if at >= 0 and block.start < at + len(words) and at < block.end}


@pytest.mark.parametrize(("name", "outlet", "day"), PARTICULARS)
def test_outlet_and_day(name, outlet, day):
    document = record(name).document
    assert (document.outlet, (document.published or "")[:10]) == (outlet, day)


@pytest.mark.parametrize(("name", "words"), REPORT)
def test_words_of_the_report(name, words):
    assert roles_of(name, words) and roles_of(name, words) <= REPORT_ROLES


@pytest.mark.parametrize(("name", "words"), DEBRIS)
def test_debris_is_not_report(name, words):
    assert not roles_of(name, words) & REPORT_ROLES


@pytest.mark.parametrize("name", NAMES)
def test_blocks_cover_the_text_once_and_in_order(name):
    document = record(name).document
    ends = 0
    for block in document.blocks:
        assert not document.text[ends:block.start].strip() and block.start >= ends
        ends = block.end
    assert not document.text[ends:].strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_span_lies_in_the_text(name):
    length = len(record(name).document.text)
    assert [path for path, start, end in span_paths(record(name)) if not 0 <= start < end <= length] == []


@pytest.mark.parametrize("name", NAMES)
def test_runs_lead_back_to_the_page(name):
    document = record(name).document
    page = (FOLDER / name).read_bytes().decode(document.encoding)
    for start, end, page_start, page_end in document.runs:
        if end - start == page_end - page_start and page[page_start] != "&":
            there, here = page[page_start:page_end], document.text[start:end]
            assert there == here or (there.isspace() and here.isspace())


@pytest.mark.parametrize("name", NAMES)
def test_json_and_back(name):
    assert decode(encode(record(name))) == record(name)


@pytest.mark.parametrize("name", NAMES)
def test_statements_keep_to_the_report(name):
    document = record(name).document
    outside = [document.text[s:e] for statement in record(name).statements for s, e in statement.content
               if any(block.role not in REPORT_ROLES for block in document.blocks if block.start < e and s < block.end)]
    assert outside == []


def test_a_wrong_declaration_is_seen_through():
    document = record("vellapur-express.html").document
    assert document.encoding.lower().replace("_", "-") in {"windows-1252", "cp1252"}
    assert "�" not in document.text and "°C" not in document.title


def test_text_that_came_in_is_the_text():
    assert record("zarhan-remarks.txt").document.text == (FOLDER / "zarhan-remarks.txt").read_text("utf-8")
