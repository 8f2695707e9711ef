"""Adding many: what becomes of each page, whatever happens to those beside it or to the process itself."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from sayso.ledger.intake import add_all, read_one
from sayso.ledger.store import open_ledger
from sayso.model import Problem
from tests.conftest import ROOT
from tests.ledger import made
from tests.ledger.made import TEXT, page


def pages(count: int, *, text: str = TEXT):
    return [page(f"{text} {n}", address=f"https://courier.test/{n}") for n in range(count)]


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "sayso.db", create=True) as opened:
        yield opened


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_page_is_accounted_for(ledger, jobs):
    found = [*pages(7), page("", address="https://courier.test/empty"), Problem("acquire", "refused", "b.bin: no text")]
    summary = add_all(ledger, found, read=made.read, reader="by heart 1", jobs=jobs)
    assert (summary.found, summary.read, summary.done, summary.statements) == (9, 7, 9, 28)
    assert dict(summary.outcomes) == {"new": 7}
    assert {code: group.count for code, group in summary.skipped.items()} == {"unreadable-page": 1, "refused": 1}
    assert [s.source for s in ledger.skipped()] == ["b.bin", "https://courier.test/empty"]


def test_what_this_reader_has_read_is_not_read_again(ledger):
    def never(page):
        raise AssertionError

    add_all(ledger, pages(3), read=made.read, reader="by heart 1")
    summary = add_all(ledger, pages(3), read=never, reader="by heart 1")
    assert (dict(summary.outcomes), summary.read) == ({"unchanged": 3}, 0)
    assert dict(add_all(ledger, pages(3), read=made.read, reader="by heart 2").outcomes) == {"read again": 3}


def test_a_record_with_problems_is_read_again_next_time(ledger):
    from dataclasses import replace

    def half(page):
        return replace(made.read(page), problems=(Problem("claims", "missing-piece", "no weights"),), statements=())

    summary = add_all(ledger, pages(2), read=half, reader="by heart 1")
    assert summary.problems["claims: missing-piece"].count == 2
    assert dict(add_all(ledger, pages(2), read=made.read, reader="by heart 1").outcomes) == {"read again": 2}


def test_a_fault_in_one_report_does_not_stop_the_others(ledger):
    summary = add_all(ledger, [*pages(1), page("raise"), *pages(2)], read=made.read_or_fail)
    assert summary.skipped["crashed"].count == 1
    assert "ZeroDivisionError: nobody thought of it" in summary.skipped["crashed"].example
    assert summary.read == 3


def test_a_page_that_kills_its_reader_is_named_and_the_others_are_read(ledger):
    found = pages(9)
    found.insert(4, page("kill the reader", address="https://courier.test/bad"))
    summary = add_all(ledger, found, read=made.read_or_die, jobs=2)
    assert [s.source for s in ledger.skipped()] == ["https://courier.test/bad"]
    assert (summary.found, summary.read, ledger.counts().reports) == (10, 9, 9)


def test_a_lone_surrogate_is_one_skipped_page(ledger):
    from dataclasses import replace

    def torn(page):
        record = made.read(page)
        return replace(record, document=replace(record.document, title="\ud83d"))

    assert read_one(torn, page()).code == "bad-record"


def test_a_full_disk_ends_it_with_all_kept_that_was_added(ledger):
    ledger.db.execute(f"PRAGMA max_page_count = {ledger.db.execute('PRAGMA page_count').fetchone()[0] + 60}")
    summary = add_all(ledger, pages(200, text=TEXT * 50), read=made.read)
    assert "no room left" in str(summary.stopped)
    assert 0 < summary.outcomes["new"] == ledger.counts().reports < 200


def test_an_interrupt_ends_it_with_all_kept_that_was_added(ledger):
    def interrupted():
        yield from pages(3)
        raise KeyboardInterrupt

    summary = add_all(ledger, interrupted(), read=made.read)
    assert isinstance(summary.stopped, KeyboardInterrupt)
    assert summary.outcomes["new"] == ledger.counts().reports == 3


# ------------------------------------------------------------------ processes

ADDING = """
import sys
from sayso.ledger.intake import add_all
from sayso.ledger.store import open_ledger
from tests.ledger import made
from tests.ledger.test_intake import pages
if __name__ == "__main__":
    with open_ledger(sys.argv[1], create=True) as ledger:
        add_all(ledger, pages(int(sys.argv[2])), read=made.read_slowly, jobs=int(sys.argv[3]),
                progress=lambda so_far: print(so_far.outcomes["new"], flush=True))
"""


def adding(tmp_path, count, jobs):
    """A process that adds pages and prints how many it has added."""
    script = tmp_path / "adding.py"
    script.write_text(ADDING)
    return subprocess.Popen([sys.executable, script, str(tmp_path / "sayso.db"), str(count), str(jobs)],
                            stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_kill_loses_nothing_that_was_reported_and_the_next_add_goes_on(tmp_path, jobs):
    writer = adding(tmp_path, 40, jobs)
    reported = [int(writer.stdout.readline()) for _ in range(7)][-1]
    writer.send_signal(signal.SIGKILL)
    rest = writer.communicate()[0].split()
    reported = int(rest[-1]) if rest else reported
    with open_ledger(tmp_path / "sayso.db", create=True) as ledger:
        kept = ledger.counts().reports
        assert reported <= kept < 40
        assert [row[0] for row in ledger.db.execute("PRAGMA integrity_check")] == ["ok"]
        summary = add_all(ledger, pages(40), read=made.read, reader="claims by-heart 1")
        assert (summary.outcomes["unchanged"], summary.outcomes["new"]) == (kept, 40 - kept)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes in /proc")
def test_readers_end_when_their_parent_is_killed(tmp_path):
    writer = adding(tmp_path, 400, 2)
    writer.stdout.readline()
    children = [int(each) for each in os.listdir("/proc") if each.isdigit() and parent_of(each) == writer.pid]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert children
    until = time.monotonic() + 10
    while any(alive(child) for child in children):
        assert time.monotonic() < until, "a reader outlived the program that started it"
        time.sleep(0.05)


def stat(process):
    """State and parent of a process, or nothing where it is gone."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[:2]
    except OSError:
        return None


def parent_of(process):
    found = stat(process)
    return int(found[1]) if found else None


def alive(process):
    found = stat(process)
    return bool(found) and found[0] != "Z"


def test_two_read_while_one_writes(tmp_path):
    writer = adding(tmp_path, 40, 1)
    writer.stdout.readline()
    with open_ledger(tmp_path / "sayso.db") as one, open_ledger(tmp_path / "sayso.db") as two:
        seen = []
        while writer.poll() is None:
            counts = one.counts()
            statements = two.db.execute("SELECT count(*), count(DISTINCT report) FROM statement").fetchone()
            assert statements[0] == 4 * statements[1]           # a report is in with all its statements, or not at all
            seen.append(counts.reports)
        assert seen == sorted(seen) and len(set(seen)) > 5
        assert one.counts().reports == 40
    writer.communicate()


def test_two_may_write_at_once(tmp_path):
    (tmp_path / "other").mkdir()
    writers = [adding(tmp_path, 30, 1), adding(tmp_path, 30, 1)]
    assert [w.communicate()[0] != "" and w.returncode for w in writers] == [0, 0]
    with open_ledger(tmp_path / "sayso.db") as ledger:
        assert ledger.counts().reports == 30


def test_an_older_sqlite_connection_left_open_does_not_block_reading(ledger):
    add_all(ledger, pages(1), read=made.read)
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM report").fetchone()
    assert add_all(ledger, pages(2), read=made.read).outcomes["new"] == 1
    other.close()
