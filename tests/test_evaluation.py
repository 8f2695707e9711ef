"""The runner of evaluation/: tables, floors, and words where data is missing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from evaluation import Peer, speakers
from evaluation import __main__ as runner

SCORER = """import json, sys
gold, predictions = (dict((r["id"], r) for r in map(json.loads, open(p))) for p in sys.argv[1:3])
print(json.dumps({"right": sum(gold[k]["x"] == predictions[k]["x"] for k in gold) / len(gold)}))
"""


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A task "time" that guesses 1, on a bench of two rows, with its own RESULTS.md and floors."""
    folder = tmp_path / "bench" / "time"
    folder.mkdir(parents=True)
    (folder / "score.py").write_text(SCORER)
    (folder / "dev.jsonl").write_text('{"id": "a", "x": 1}\n{"id": "b", "x": 2}\n')
    monkeypatch.setenv("SAYSO_BENCH", str(tmp_path / "bench"))
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(runner, "FLOORS", tmp_path / "floors.toml")
    runner.FLOORS.write_text("")
    module = SimpleNamespace(GOLD="time/dev.jsonl", PEERS=(Peer("peer", {"right": 0.25}, "its paper"),),
                             model=lambda: "guess 1", predict=lambda rows: ({"id": r["id"], "x": 1} for r in rows),
                             headline=lambda scores: {"right": scores["right"]})
    monkeypatch.setattr(runner, "load", lambda name: module)
    return folder


def test_our_row_stands_beside_the_peers(task, capsys):
    assert runner.main(["time"]) == 0
    out = capsys.readouterr().out
    assert "0.500" in out and "0.250" in out and "its paper" in out
    assert "| peer | 0.250 | its paper |" in runner.RESULTS.read_text()


def test_below_its_floor_is_status_1(task, capsys):
    runner.FLOORS.write_text("[time]\nright = 0.51\n")
    assert runner.main(["time"]) == 1
    assert "right is 0.500, its floor 0.510" in capsys.readouterr().err


def test_a_check_looks_at_the_floors_and_writes_nothing(task):
    runner.FLOORS.write_text("[time]\nright = 0.51\n")
    assert runner.main(["--check", "time"]) == 1
    assert not runner.RESULTS.exists()


def test_a_floor_without_a_figure_is_below_it(task):
    runner.FLOORS.write_text("[time]\nspeed = 1\n")
    assert runner.main(["time"]) == 1


def test_another_gold_file_leaves_predictions_and_touches_no_results(task, tmp_path):
    gold, out = tmp_path / "other.jsonl", tmp_path / "out.jsonl"
    gold.write_text('{"id": "z", "x": 1}\n')
    assert runner.main(["time", "--gold", str(gold), "--predictions", str(out)]) == 0
    assert json.loads(out.read_text()) == {"id": "z", "x": 1}
    assert not runner.RESULTS.exists()


def test_a_second_run_takes_the_place_of_the_first(task):
    runner.main(["time"])
    runner.main(["time"])
    assert runner.RESULTS.read_text().count("## time") == 1


def test_no_bench_is_said_and_skipped(task, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SAYSO_BENCH", str(tmp_path / "nowhere"))
    assert runner.main(["time"]) == 0
    assert "skipped: no bench data at" in capsys.readouterr().out


@pytest.mark.parametrize(("lines", "fault"), [("{", "not JSON"), (None, "No such file")])
def test_a_bad_gold_file_is_one_line_and_status_2(task, tmp_path, capsys, lines, fault):
    gold = tmp_path / "gold.jsonl"
    if lines is not None:
        gold.write_text(lines)
    assert runner.main(["time", "--gold", str(gold)]) == 2
    assert fault in capsys.readouterr().err


def test_unknown_tasks_and_lonely_options_are_refused(task, capsys):
    for arguments in (["tiem"], ["--gold", "x"], ["time", "page", "--gold", "x"]):
        with pytest.raises(SystemExit) as stop:
            runner.main(arguments)
        assert stop.value.code == 2


@pytest.mark.parametrize(("start", "end", "names", "right"), [
    ("10", "20", [[10, 20]], True), ("10", "20", [[16, 20], [90, 94]], True), ("10", "20", [[20, 25]], False),
    ("10", "20", [], False), ("-", "", [], True), ("-", "", [[1, 2]], False), ("+", "", [[1, 2]], False),
    ("+", "", [], False),
])
def test_a_source_is_right_by_the_name_of_its_entity(start, end, names, right):
    assert speakers.agrees({"name_start": start, "name_end": end}, names) is right


def test_the_sheet_of_sources_is_whole():
    rows = speakers.read_sheet()
    assert len(rows) == 100
    assert all(row["name_start"] in "-+" or int(row["name_start"]) < int(row["name_end"]) for row in rows)
