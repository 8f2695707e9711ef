"""The command line from outside: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sayso import cli, pipeline
from sayso.codec import decode
from sayso.ledger.store import open_ledger
from sayso.model import Block, Document, Entity, Hand, Record, Span, Statement
from sayso.views.report import report_view
from tests.conftest import ROOT
from tests.ledger import made
from tests.ledger.made import TEXT


@pytest.fixture
def sayso(tmp_path, monkeypatch, capsysbinary):
    """Runs a command in a fresh folder, with a reader that needs no model; gives status, output and complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipeline, "read", made.read)
    monkeypatch.setattr(pipeline, "reader", lambda: "by heart 1")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("SAYSO_LEDGER", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str):
        monkeypatch.setattr(sys, "argv", ["sayso", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsysbinary.readouterr()
        return end.value.code, out.decode(), err.decode()

    (tmp_path / "ferry.txt").write_text(TEXT, "utf-8")
    return run


# ------------------------------------------------------------------ reading and adding


def test_read_prints_one_record_a_line_and_touches_no_ledger(sayso, tmp_path):
    status, out, err = sayso("read", "ferry.txt", "--json")
    assert (status, err) == (0, "")
    assert decode(out).document.text == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["ferry.txt"]


def test_read_tells_who_says_what_apart_by_marks(sayso):
    status, out, _ = sayso("read", "ferry.txt")
    assert status == 0 and "\x1b" not in out
    assert "⟦²“The ferry will stay shut,”²⟧ ⟨²Lena Ruiz⟩ ‹²said› on Monday." in out
    assert "‹⁴believe› ⟦⁴it is safe⁴⟧³⟧." in out
    assert "~ boilerplate: Share this page" in out


def test_add_says_what_became_of_every_page(sayso, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    status, out, err = sayso("add", "ferry.txt", "empty.txt", "missing.txt", "--jobs", "1")
    assert status == 1
    assert "3 pages" in out and "1 new, 0 unchanged, 2 skipped" in out
    assert "4 statements" in out and "sayso.db now holds 1 report and 4 statements" in out
    status, out, err = sayso("add", "ferry.txt")
    assert (status, err) == (0, "") and "0 new, 1 unchanged, 0 skipped" in out


def test_add_again_reads_again(sayso):
    sayso("add", "ferry.txt")
    assert "1 unchanged" in sayso("add", "ferry.txt", "--again")[1]


def test_a_changed_file_is_a_new_version_and_show_says_so(sayso, tmp_path):
    sayso("add", "ferry.txt")
    os.utime(tmp_path / "ferry.txt", (0, 0))
    (tmp_path / "ferry.txt").write_text(TEXT + " again", "utf-8")
    assert "1 new version" in sayso("add", "ferry.txt")[1]
    assert "Version 2 of 2" in sayso("show", "ferry.txt")[1]


@pytest.mark.parametrize("command", ["read", "add"])
def test_where_nothing_can_be_read_the_status_is_2(sayso, command):
    status, out, err = sayso(command, "missing.txt")
    assert status == 2
    assert "missing.txt" in out + err


# ------------------------------------------------------------------ asking


def test_show_by_path_and_by_the_beginning_of_an_id(sayso):
    sayso("add", "ferry.txt")
    name = decode(sayso("show", "ferry.txt", "--json")[1]).document.id
    assert sayso("show", name[:8])[1] == sayso("show", "ferry.txt")[1]


def test_search_prints_hits_with_who_and_where(sayso):
    sayso("add", "ferry.txt")
    status, out, _ = sayso("search", "stay", "shut", "--form", "direct")
    assert status == 0 and "Lena Ruiz said  direct" in out and "will ⟦stay⟧ ⟦shut⟧" in out and "1 statement" in out
    assert "0 statements" in sayso("search", "airport")[1]


def test_who_prints_what_an_actor_said_and_their_roles(sayso, tmp_path):
    sayso("add", "ferry.txt")
    assert sayso("who", "Nobody")[0] == 2
    status, _, err = sayso("who", "Lena", "Ruiz")              # no report gives her a public role: no page on her
    assert status == 2 and "keeps no page on them" in err
    with open_ledger(tmp_path / "sayso.db") as ledger:
        ledger.db.execute("UPDATE entity SET type = 'organisation'")
    status, out, _ = sayso("who", "Lena", "Ruiz")
    assert status == 0 and "is reported to have said: 2 statements" in out and "The ferry will stay shut" in out


def test_export_leaves_the_text_behind(sayso):
    sayso("add", "ferry.txt")
    assert "text" not in json.loads(sayso("export", "jsonl")[1])["document"]
    assert decode(sayso("export", "jsonl", "--text")[1]).document.text == TEXT


def test_verify_says_what_no_longer_holds(sayso, tmp_path):
    sayso("add", "ferry.txt")
    status, out, _ = sayso("verify")
    assert status == 0 and "every kept span stands where it stood" in out
    with open_ledger(tmp_path / "sayso.db") as ledger:
        ledger.db.execute("UPDATE span SET exact = 'open' WHERE part = 'cue' AND exact = 'said'")
    status, out, _ = sayso("verify")
    assert status == 1 and out.count("\n") == 1 and "was kept as 'open'" in out


def test_doctor_reindexes_and_looks_at_the_ledger(sayso, tmp_path):
    sayso("add", "ferry.txt")
    with open_ledger(tmp_path / "sayso.db") as ledger:
        ledger.db.execute("DELETE FROM report")
    assert "no rows in the index" in " ".join(sayso("doctor")[1].split())
    assert "1 reports, 4 statements" in " ".join(sayso("doctor", "--reindex")[1].split())


def test_forget(sayso):
    sayso("add", "ferry.txt")
    assert sayso("forget", "ferry.txt")[0] == 0
    assert sayso("show", "ferry.txt")[0] == 2


# ------------------------------------------------------------------ bad use


@pytest.mark.parametrize("arguments", [
    ("foo",), ("add",), ("add", "ferry.txt", "--jobs", "x"), ("add", "ferry.txt", "--field", "text"), ("show", "x"),
    ("search", "a", "--form", "x"), ("search", "a", "--since", "soon"), ("export", "xml"), ("verify",),
    ("add", "ferry.txt", "--ledger", "no/such/folder/x.db"), ("search", "!!!", "--ledger", "kept.db"),
    ("search", "--ledger", "kept.db"), ("who", "Nobody", "--ledger", "kept.db"),
    ("show", "x", "--ledger", "ferry.txt"), ("add", "ferry.txt", "--ledger", "."),
])
def test_bad_use_is_one_line_on_standard_error(sayso, arguments):
    sayso("add", "ferry.txt", "--ledger", "kept.db")
    status, out, err = sayso(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("sayso: ") and err.count("\n") == 1


def test_help_loads_nothing_heavy():
    code = ("import sys; sys.argv = ['sayso', '--help']\ntry:\n import sayso.cli; sayso.cli.main()\nexcept SystemExit: "
            "pass\nprint([m for m in ('numpy', 'onnxruntime', 'trafilatura', 'httpx', 'spacy') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


# ------------------------------------------------------------------ drawing


def draw(text: str, *statements: Statement) -> str:
    """The first block of a report, with its marks."""
    document = Document(id="0" * 64, text=text, blocks=(Block(0, len(text), "body"),))
    view = report_view(Record(document=document, statements=statements), unsure=0.5)
    return cli._paragraph(view.passages[0].paragraphs[0], {c.id: str(c.number) for c in view.cards}).plain


def said(name: str, content: tuple[Span, ...], **parts: tuple[Span, ...]) -> Statement:
    return Statement(id=name, form="direct", content=content, **parts)


@pytest.mark.parametrize(("statements", "drawn"), [
    ((), "abcdef"),
    ((said("a", (Span(0, 2), Span(4, 6)), cue=(Span(2, 4),)),), "⟦¹ab¹⟧‹¹cd›⟦¹ef¹⟧"),
    ((said("a", (Span(0, 6),)), said("b", (Span(2, 4),))), "⟦¹ab⟦²cd²⟧ef¹⟧"),
    ((said("a", (Span(0, 4),)), said("b", (Span(2, 6),))), "⟦¹ab⟦²cd¹⟧ef²⟧"),
    ((said("a", (Span(0, 3),)), said("b", (Span(0, 6),))), "⟦¹⟦²abc²⟧def¹⟧"),
    ((said("a", (Span(0, 3),)), said("b", (Span(3, 6),), source=(Span(0, 3),))), "⟦¹⟨²abc⟩¹⟧⟦²def²⟧"),
])
def test_marks_nest_cross_and_come_in_pieces(statements, drawn):
    assert draw("abcdef", *statements) == drawn


def test_control_characters_are_shown_not_obeyed():
    assert draw("a\x1b[31mb\x07c\x9bd") == "a␛[31mb␇c�d"


def test_a_chain_stands_in_the_table(capsys):
    text = "It is so."
    chain = (Hand("speaker", None, "Ruiz"), Hand("relay", None, "Radio Oke"), Hand("outlet", None, None))
    document = Document(id="0" * 64, text=text, outlet="The Courier", blocks=(Block(0, 9, "body"),))
    cli._print_report(Record(document=document, statements=(
        Statement(id="a", form="direct", content=(Span(0, 9),), chain=chain, score=0.9),)))
    assert "Ruiz → Radio Oke → The Courier" in capsys.readouterr().out


# ------------------------------------------------------------------ signals and pipes

SLOW = """
import sys, sayso.pipeline, sayso.cli
from tests.ledger import made
if __name__ == "__main__":
    sayso.pipeline.read, sayso.pipeline.reader = made.read_slowly, lambda: "by heart 1"
    sayso.cli.main()
"""


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command in a process of its own, with a reader that takes its time."""
    (tmp_path / "slow.py").write_text(SLOW)
    return subprocess.Popen([sys.executable, tmp_path / "slow.py", *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, cwd=tmp_path,
                            env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"})


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_was_added_and_says_so(tmp_path, jobs):
    (tmp_path / "in").mkdir()
    for n in range(200):
        (tmp_path / "in" / f"{n}.txt").write_text(f"{TEXT} {n}", "utf-8")
    adding = start(tmp_path, "add", "in", "--jobs", jobs)
    until = time.monotonic() + 30
    while time.monotonic() < until and reports(tmp_path / "sayso.db") < 3:
        time.sleep(0.05)
    adding.send_signal(signal.SIGINT)
    out, err = adding.communicate(timeout=20)
    assert adding.returncode == 130, err
    kept = reports(tmp_path / "sayso.db")
    assert 3 <= kept < 200
    assert f"{kept} new" in out and f"now holds {kept} reports" in out
    assert err == "sayso: stopped by Ctrl-C; what was added is kept: the same command goes on from here\n"


def reports(path: Path) -> int:
    """How many reports a ledger holds; none where it is not there yet."""
    try:
        with open_ledger(path) as ledger:
            return ledger.counts().reports
    except Exception:
        return 0


def test_a_closed_pipe_is_quiet(tmp_path):
    (tmp_path / "ferry.txt").write_text(TEXT * 2000, "utf-8")
    reading = start(tmp_path, "read", "ferry.txt", "--json")
    reading.stdout.close()
    assert reading.stderr.read() == ""
    assert reading.wait(timeout=20) in (1, 141)


# ------------------------------------------------------------------ actors of several reports


@pytest.fixture
def two(tmp_path):
    """A ledger with two spellings of one body, which speaks in both reports."""
    with open_ledger(tmp_path / "sayso.db", create=True) as ledger:
        for number, name in enumerate(("Asa'ib Shamal", "Asaib Shamal")):
            came = made.page(TEXT + f" {number}", address=f"https://courier.test/{number}")
            record = made.record(came)
            ledger.add(came, replace(record, entities=(Entity("e1", name, "organisation"),)))


def test_who_shows_the_joined_actor_with_its_evidence(sayso, two):
    out = " ".join(sayso("who", "Asaib", "Shamal")[1].split())
    assert "organisation, 2 reports" in out and "is reported to have said: 4 statements" in out
    assert "one actor: Asa'ib Shamal (The Courier, 2026-03-02) and Asaib Shamal" in out and "marks and letter" in out


def test_who_takes_apart_and_joins_again(sayso, two):
    assert "2 statements" in sayso("who", "Asaib", "Shamal", "--apart", "Asa'ib Shamal")[1]
    sayso("doctor", "--reindex")
    assert "1 report" in sayso("who", "Asaib", "Shamal")[1]
    assert "4 statements" in sayso("who", "Asaib", "Shamal", "--join", "Asa'ib Shamal")[1]
    status, _, err = sayso("who", "Asaib", "Shamal", "--apart", "Nobody")
    assert status == 2 and "are not joined" in err


def test_actors_are_taken_from_a_list(sayso, two, tmp_path):
    (tmp_path / "a.csv").write_text("name,aliases,id,type\nNorthern Asaib,Asa'ib Shamal,Q7,group\n", "utf-8")
    assert "1 actor with 2 names from a.csv; reports in sayso.db name 1 of them" in sayso("actors", "a.csv")[1]
    assert "Q7, group, 2 reports" in sayso("who", "Q7")[1] and "your list" in sayso("who", "Northern", "Asaib")[1]
    assert '"id":"Q7"' in sayso("export", "jsonl")[1]
    assert sayso("actors")[1] == "Northern Asaib · Q7 · group · Asa'ib Shamal\n"
    (tmp_path / "bad.csv").write_text("name\nx\n", "utf-8")
    status, _, err = sayso("actors", "bad.csv")
    assert status == 2 and "no column aliases, id, type" in err and sayso("actors")[1]
    assert sayso("actors", "missing.csv")[0] == 2
    assert "has no list" in sayso("actors", "--clear")[1] and sayso("actors")[1] == ""


def test_forget_withholds_a_persons_name(sayso):
    sayso("add", "ferry.txt")
    status, out, _ = sayso("forget", "--person", "Lena Ruiz")
    assert status == 0 and "the file itself still has the pages" in out
    for command in (["show", "ferry.txt"], ["show", "ferry.txt", "--json"], ["search", "ferry"], ["export", "jsonl"],
                    ["export", "jsonl", "--text"], ["export", "corrections"]):
        status, out, _ = sayso(*command)
        assert status == 0 and "Ruiz" not in out, command
    assert "0 statements" in sayso("search", "Ruiz")[1] and sayso("verify")[0] == 0
    assert sayso("who", "Lena", "Ruiz")[0] == sayso("who", "[name withheld]")[0] == 2
    assert sayso("forget", "--person", "Lena Ruiz", "--undo")[0] == 0
    assert "Lena Ruiz said" in sayso("search", "ferry")[1]
    assert sayso("forget")[0] == 2
