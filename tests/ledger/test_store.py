"""What a ledger keeps, what adding changes, and what it refuses."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zlib
from dataclasses import replace

import pytest

from sayso.errors import BadLedger, BadRecord, NotInLedger, UnwritableLedger
from sayso.ledger import store
from sayso.ledger.store import Counts, open_ledger
from sayso.model import Problem
from tests.conftest import ROOT
from tests.ledger.made import TEXT, page, record
from tests.test_schema import FULL


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "sayso.db", create=True) as opened:
        yield opened


def add(ledger, *pages, **how):
    return [ledger.add(each, record(each, **how)) for each in pages]


def rows(ledger, sql):
    return [tuple(row) for row in ledger.db.execute(sql)]


# ------------------------------------------------------------------ adding


def test_what_is_added_comes_back(ledger):
    add(ledger, page())
    assert ledger.record("https://courier.test/ferry") == record(page())
    assert ledger.page("https://courier.test/ferry") == page()
    assert ledger.counts() == Counts(pages=1, reports=1, statements=4, without_source=0, without_speaker=2, outlets=1,
                                     corrections=0, skipped=0)


def test_adding_twice_changes_nothing(ledger):
    assert add(ledger, page(), page()) == ["new", "unchanged"]


def test_other_bytes_at_one_address_are_a_new_version(ledger):
    first, second = page(fetched="2026-03-01T10:00:00Z"), page(TEXT + "!", fetched="2026-03-02T10:00:00+02:00")
    assert add(ledger, first, second) == ["new", "new version"]
    assert [(v.version, v.current) for v in ledger.versions(record(first).document.id)] == [(1, False), (2, True)]
    assert ledger.record(first.address) == record(second)
    assert [r.document for r in ledger.reports()] == [record(second).document.id]


def test_versions_are_ordered_by_when_they_were_seen_not_by_when_they_were_added(ledger):
    early, late = page(fetched="2026-03-01T10:00:00Z"), page(TEXT + "!", fetched="2026-03-02T10:00:00Z")
    add(ledger, late, early)
    assert ledger.record(early.address) == record(late)


def test_the_same_bytes_at_two_addresses_are_one_document(ledger):
    here, there = page(fetched="2026-03-01"), page(address="https://mirror.test/f", fetched="2026-03-02")
    assert add(ledger, there, here) == ["new", "read again"]      # seen here first: the record says so
    assert ledger.record(there.address).document.address == here.address
    assert ledger.counts().pages == 1


def test_a_newer_reader_replaces_the_record_and_keeps_corrections(ledger):
    add(ledger, page())
    name = record(page()).document.id
    ledger.correct(name, "speaker", start=81, end=90, old=None, new="Lena Ruiz", who="desk")
    assert add(ledger, page(), version="2") == ["read again"]
    assert ledger.record(name).provenance[0].version == "2"
    assert [(c.field, c.new, c.who) for c in ledger.corrections(name)] == [("speaker", "Lena Ruiz", "desk")]
    assert rows(ledger, "SELECT count(*) FROM statement_words WHERE statement_words MATCH 'ferry'") == [(2,)]


def test_a_correction_can_be_taken_back(ledger):
    add(ledger, page())
    number = ledger.correct(page().address, "statement", old=True, new=False, who="desk")
    ledger.undo(number)
    assert ledger.corrections() == []
    assert [c.id for c in ledger.corrections(undone=True)] == [number]
    with pytest.raises(NotInLedger):
        ledger.undo(number)


def test_every_layer_has_its_rows(ledger):
    whole = page("“No,” Ama said in Oke.")
    ledger.add(whole, replace(FULL, document=replace(FULL.document, id=record(whole).document.id)))
    for table in ("block", "statement", "span", "hand", "entity", "alias", "role", "mention", "quoted", "timex",
                  "place", "event", "label", "provenance", "problem"):
        assert rows(ledger, f"SELECT count(*) > 0 FROM {table}") == [(1,)], table
    assert rows(ledger, "PRAGMA integrity_check") == [("ok",)]
    assert rows(ledger, "SELECT part, exact FROM span ORDER BY start") == [
        ("content", "“No,”"), ("source", "Ama"), ("cue", "said"), ("status", "said")]


def test_a_record_of_another_page_is_refused(ledger):
    with pytest.raises(BadRecord, match="the page is"):
        ledger.add(page("other"), record(page()))


def test_a_lone_surrogate_is_refused_in_one_line(ledger):
    whole = page()
    with pytest.raises(BadRecord, match="lone surrogate") as error:
        ledger.add(whole, replace(record(whole), document=replace(record(whole).document, text=TEXT + "\ud800")))
    assert "\n" not in str(error.value)
    assert ledger.counts().pages == 0


def test_what_was_skipped_is_kept_once_and_goes_when_it_is_read(ledger):
    for _ in range(2):
        ledger.note_skipped(page().address, Problem("acquire", "unreadable-page", "no text"))
    assert [s.code for s in ledger.skipped()] == ["unreadable-page"]
    add(ledger, page())
    assert ledger.skipped() == []


def test_forgetting_leaves_nothing_but_corrections(ledger):
    add(ledger, page())
    ledger.correct(page().address, "statement", who="desk")
    ledger.forget(page().address)
    for table in ("page", "sighting", "record", "report", "statement", "span", "block", "entity"):
        assert rows(ledger, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert rows(ledger, "SELECT count(*) FROM statement_words WHERE statement_words MATCH 'ferry'") == [(0,)]
    assert len(ledger.corrections()) == 1


# ------------------------------------------------------------------ finding


def test_find_by_the_beginning_of_an_id_by_address_and_by_path(ledger, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    filed = page("another", address=str(tmp_path / "a.txt"))
    add(ledger, page(), filed)
    name = record(page()).document.id
    assert ledger.find(name) == ledger.find(name[:4].upper()) == ledger.find(page().address) == name
    assert ledger.find("a.txt") == record(filed).document.id


@pytest.mark.parametrize("name", ["", "abc", "ffffffff", "https://nowhere.test", "%", "a\0b", "\ud800"])
def test_what_is_not_there_is_said_in_one_line(ledger, name):
    add(ledger, page())
    with pytest.raises(NotInLedger):
        ledger.find(name)


def test_reports_newest_first_without_date_last(ledger):
    dated = [page(str(day)) for day in range(1, 4)]
    for day, each in enumerate(dated, 1):
        each = replace(each, address=f"https://courier.test/{day}")
        published = f"2026-03-0{day}T08:00:00Z" if day < 3 else None
        ledger.add(each, record(each, published=published, outlet=f"Outlet {day}"))
    assert [r.day for r in ledger.reports()] == ["2026-03-02", "2026-03-01", None]
    assert [r.outlet for r in ledger.reports(since="2026-03-02")] == ["Outlet 2"]
    assert [r.outlet for r in ledger.reports(outlet="Outlet 3")] == ["Outlet 3"]
    assert len(ledger.reports(limit=1, offset=2)) == 1


# ------------------------------------------------------------------ files that are not ours, older, newer, locked


@pytest.mark.parametrize(("content", "said"), [
    (b"%PDF-1.7 this is no database" * 40, "is not an SQLite file"),
    (b"\xff\xfe", "is not an SQLite file"),
    (b"", "is empty"),
])
def test_a_file_that_is_no_ledger_is_refused(tmp_path, content, said):
    path = tmp_path / "sayso.db"
    path.write_bytes(content)
    with pytest.raises(BadLedger, match=said) as error:
        open_ledger(path)
    assert "\n" not in str(error.value)
    assert path.read_bytes() == content


def test_a_file_that_is_no_ledger_is_not_made_one(tmp_path):
    path = tmp_path / "sayso.db"
    path.write_bytes(b"my thesis, the only copy")
    with pytest.raises(BadLedger, match="not an SQLite file"):
        open_ledger(path, create=True)
    assert path.read_bytes() == b"my thesis, the only copy"


def test_an_sqlite_file_of_another_program_is_refused(tmp_path):
    path = tmp_path / "other.db"
    sqlite3.connect(path).execute("CREATE TABLE page (id)").connection.close()
    with pytest.raises(BadLedger, match="did not make"):
        open_ledger(path, create=True)


@pytest.mark.parametrize(("path", "said"), [("", "is a folder"), ("missing.db", "no ledger at"),
                                             ("no/such/folder/sayso.db", "no ledger at")])
def test_a_ledger_that_is_not_there_is_not_made_by_reading(tmp_path, path, said):
    with pytest.raises(BadLedger, match=said):
        open_ledger(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_a_newer_sayso_is_refused(tmp_path):
    path = tmp_path / "sayso.db"
    with open_ledger(path, create=True) as ledger:
        ledger.db.execute(f"PRAGMA user_version = {store.VERSION + 1}")
    with pytest.raises(BadLedger, match="newer sayso"):
        open_ledger(path)


def test_an_older_ledger_is_brought_up_to_date_with_all_that_it_holds(tmp_path, monkeypatch):
    path = tmp_path / "sayso.db"
    with open_ledger(path, create=True) as ledger:
        add(ledger, page())
        ledger.correct(page().address, "statement", who="desk")
        ledger.db.execute("DROP TABLE hand")        # an older shape: a table that was not there yet
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)
    monkeypatch.setattr(store, "KEPT_CHANGES", {store.VERSION - 1: "ALTER TABLE correction ADD COLUMN why TEXT;\n"})
    with open_ledger(path) as ledger:
        assert rows(ledger, "PRAGMA user_version") == [(store.VERSION,)]
        assert rows(ledger, "SELECT who, why FROM correction") == [("desk", None)]
        assert rows(ledger, "SELECT count(*) FROM hand") == [(0,)]
        assert ledger.record(page().address) == record(page())


def test_a_step_that_fails_leaves_the_older_ledger_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "sayso.db"
    with open_ledger(path, create=True) as ledger:
        add(ledger, page())
    with monkeypatch.context() as later:
        later.setattr(store, "VERSION", store.VERSION + 1)
        later.setattr(store, "KEPT_CHANGES", {
            store.VERSION - 1: "CREATE TABLE new_one (id);\nCREATE TABLE nonsense;\n"})
        with pytest.raises(BadLedger):
            open_ledger(path)
    with open_ledger(path) as ledger:
        assert ledger.record(page().address) == record(page())
        assert rows(ledger, "SELECT count(*) FROM sqlite_master WHERE name = 'new_one'") == [(0,)]


def test_the_index_is_made_anew_as_it_was(ledger):
    add(ledger, page(fetched="2026-03-01"), page(TEXT + "!", fetched="2026-03-02"), page("x", address=None))
    before = dump(ledger)
    ledger.db.execute("DELETE FROM statement")
    ledger.reindex()
    assert dump(ledger) == before


def dump(ledger):
    """All that a ledger holds but row numbers and the times of adding."""
    own = {"report": "document, version, current, text, words, statements", "page": "id, content",
           "sighting": "page, address, fetched", "record": "document, json, reader"}
    found = {table: sorted(rows(ledger, f"SELECT {columns} FROM {table}"), key=repr) for table, columns in own.items()}
    found["span"] = sorted(rows(ledger, "SELECT document, statement.statement, part, piece, exact FROM span JOIN "
                                        "statement ON statement.id = span.statement JOIN report ON report.id = report"))
    return found


def test_a_full_disk_is_said_and_nothing_is_lost(ledger):
    add(ledger, page())
    ledger.db.execute(f"PRAGMA max_page_count = {rows(ledger, 'PRAGMA page_count')[0][0]}")
    big = page("".join(chr(0x4E00 + n * 7919 % 20000) for n in range(200_000)), address="https://courier.test/big")
    with pytest.raises(UnwritableLedger, match="no room left on the disk"):
        ledger.add(big, record(big))
    assert ledger.counts().pages == 1
    assert ledger.record(page().address) == record(page())


def test_a_file_that_may_not_grow_is_said_and_nothing_is_lost(tmp_path):
    path = tmp_path / "sayso.db"
    code = f"""
import resource, signal
from sayso.errors import UnwritableLedger
from sayso.ledger.store import open_ledger
from tests.ledger.made import page, record
with open_ledger({str(path)!r}, create=True) as ledger:
    ledger.add(page(), record(page()))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))
    try:
        for n in range(2000):
            each = page(f"{{n}} " * 5000, address=str(n))
            ledger.add(each, record(each))
            print(n, flush=True)
    except UnwritableLedger as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    *added, said = done.stdout.splitlines()
    assert "no room left on the disk" in said, done.stderr
    with open_ledger(path) as ledger:
        assert ledger.counts().pages == len(added) + 1


def test_a_ledger_that_another_program_holds_is_said(ledger, monkeypatch):
    ledger.db.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnwritableLedger, match="another program"):
        add(ledger, page())
    other.execute("ROLLBACK")
    assert add(ledger, page()) == ["new"]
    other.close()


def test_a_damaged_record_is_named(ledger):
    add(ledger, page())
    ledger.db.execute("UPDATE record SET json = ?", (zlib.compress(b'{"schema":"sayso/record/1"}'),))
    with pytest.raises(BadRecord, match="document"):
        ledger.record(page().address)


def test_files_that_give_themselves_one_web_address_are_versions(ledger):
    web = "https://courier.test/ferry"
    for n, each in enumerate([page(address="/a.html", fetched="2026-03-01"),
                              page(TEXT + "!", address="/b.html", fetched="2026-03-02")]):
        made = record(each)
        assert ledger.add(each, replace(made, document=replace(made.document, address=web))) == \
            ["new", "new version"][n]
    assert ledger.find(web) == ledger.find("/b.html") != ledger.find("/a.html")


def test_a_copy_seen_sooner_sets_the_order_of_versions(ledger):
    web = "https://courier.test/ferry"

    def put(each):
        made = record(each)
        return ledger.add(each, replace(made, document=replace(made.document, address=web)))

    put(page(address="/late.html", fetched="2026-03-03"))
    put(page(TEXT + "!", address="/b.html", fetched="2026-03-02"))
    assert ledger.find(web) == ledger.find("/late.html")
    assert put(page(address="/early.html", fetched="2026-03-01")) == "unchanged"
    assert ledger.find(web) == ledger.find("/b.html")
