"""Runs the tasks: predicts, has the bench's own score.py score it, prints our row above the peers', checks the floors.

Exit status: 0 when every figure is at or above its floor (a task without data is skipped in words), 1 below a floor,
2 when something that was asked for cannot be run.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from evaluation import TASKS, Peer, Row

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
FLOORS = HERE / "floors.toml"
RESULTS_HEAD = """# Results

Written by `python -m evaluation`; not edited by hand. Every figure of ours was measured by the command above its table,
on the date there, by the bench's own scorer; the peers' figures are from the source named in their row. A task that is
not here has not been measured.
"""


class CannotRun(Exception):
    """A task cannot be run; the message is one line saying what was found, hoped for and to be done."""


class NoData(CannotRun):
    """The data is not on this machine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"of {', '.join(TASKS)}; all of them by default")
    parser.add_argument("--gold", type=Path, help="score on this file, not on the bench's dev file (one task)")
    parser.add_argument("--predictions", type=Path, help="leave the predictions here (one task)")
    parser.add_argument("--check", action="store_true", help="look at the floors and leave RESULTS.md as it is")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.tasks if name not in TASKS]:
        parser.error(f"no task {unknown[0]!r}; there are {', '.join(TASKS)}")
    if (options.gold or options.predictions) and len(options.tasks) != 1:
        parser.error("--gold and --predictions go with exactly one TASK")
    worst = 0
    for name in options.tasks or TASKS:
        try:
            sunk = run(name, gold=options.gold, predictions=options.predictions, check=options.check)
        except NoData as reason:
            print(f"{name}: skipped: {reason}")
            if options.gold:
                worst = 2
        except CannotRun as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            worst = 2
        else:
            for line in sunk:
                print(f"{name}: BELOW ITS FLOOR: {line}", file=sys.stderr)
            worst = max(worst, bool(sunk))
    return worst


def run(name: str, *, gold: Path | None = None, predictions: Path | None = None, check: bool = False) -> list[str]:
    """The floors that this task's figures are below, in words.

    Prints the table.  Writes it to RESULTS.md (unless it is to `check` alone), and looks at the floors, only for the
    dev file: they mean no other.
    """
    task = load(name)
    dev = gold is None
    gold = gold or dev_file(task)
    rows = list(read_rows(gold))
    with tempfile.TemporaryDirectory() as folder:
        out = predictions or Path(folder) / "predictions.jsonl"
        began = time.perf_counter()
        count = write_rows(out, task.predict(iter(rows)))
        seconds = time.perf_counter() - began
        scores = score(name, task, gold, out)
        figures = task.headline(scores)
        extras = task.extras(rows, list(read_rows(out))) if hasattr(task, "extras") else {}
    intervals = task.intervals(scores) if hasattr(task, "intervals") else {}
    print(f"\n{name}: {count:,} predictions in {seconds:.1f} s, {task.model()}")
    table = format_table(figures, intervals, task.PEERS)
    print(plain(table))
    for label, value in extras.items():
        print(f"  {label}: {show(value)}")
    if not dev:
        return []
    if not check:
        write_results(name, task.model(), table, extras)
    return below_floors(tomllib.loads(FLOORS.read_text("utf-8")).get(name, {}), figures | extras)


# ------------------------------------------------------------------ where things are

def load(name: str) -> ModuleType:
    """The module of a task.  NoData where nobody has written it yet."""
    if importlib.util.find_spec(f"evaluation.{name}") is None:
        raise NoData(f"no evaluation/{name}.py: sayso does not fill this layer yet")
    return importlib.import_module(f"evaluation.{name}")


def bench() -> Path:
    """The folder with the bench's data and scorers.  NoData where it is not there."""
    folder = Path(os.environ.get("SAYSO_BENCH") or HERE.parent.parent / "shared" / "bench")
    if not folder.is_dir():
        raise NoData(f"no bench data at {folder}; put it there, or name its folder in SAYSO_BENCH")
    return folder


def dev_file(task: ModuleType) -> Path:
    """The gold file that a task is scored on by default."""
    path = task.GOLD if isinstance(task.GOLD, Path) else bench() / task.GOLD
    if not path.is_file():
        raise NoData(f"no file {path}")
    return path


def scorer(name: str, gold: Path) -> Path:
    """The bench's score.py for a task, or else the one beside the gold file."""
    places = [gold.parent / "score.py"]
    with contextlib.suppress(NoData):
        places.insert(0, bench() / name / "score.py")
    for path in places:
        if path.is_file():
            return path
    raise NoData(f"the predictions are written, but there is no scorer at {' or '.join(map(str, places))}")


# ------------------------------------------------------------------ rows and scores

def read_rows(path: Path) -> Iterator[Row]:
    """The objects of a JSONL file, plain or .gz."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except ValueError as error:
                        raise CannotRun(f"{path}:{number}: not JSON ({error}); hoped for one object a line") from None
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror or error}") from None


def write_rows(path: Path, rows: Iterator[Row]) -> int:
    """How many rows were written, one JSON object a line; gzipped where the name ends in .gz."""
    count = 0
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def score(name: str, task: ModuleType, gold: Path, predictions: Path) -> dict[str, Any]:
    """What the scorer says of the predictions; the task's own `score` where it has one, else the bench's score.py."""
    if hasattr(task, "score"):
        return dict(task.score(gold, predictions))
    command = [sys.executable, str(scorer(name, gold)), str(gold), str(predictions), "--json",
               *getattr(task, "OPTIONS", ())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stderr:
        print(done.stderr.strip(), file=sys.stderr)
    if done.returncode:
        raise CannotRun(f"the scorer ended with {done.returncode}: {shlex.join(command)}")
    return dict(json.loads(done.stdout))


def below_floors(floors: dict[str, float], figures: dict[str, float]) -> list[str]:
    """One line for each floor that its figure does not reach, or that has no figure."""
    return [f"{label} is {show(figures.get(label))}, its floor {show(floor)}" for label, floor in floors.items()
            if not (label in figures and figures[label] >= floor)]


# ------------------------------------------------------------------ tables

def show(value: Any) -> str:
    """A figure as printed: shares below 1 with three digits, percentages with one, the rest as it is."""
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) <= 1 else f"{value:,.1f}"
    return "–" if value is None else str(value)


def format_table(figures: dict[str, float], intervals: dict[str, tuple[float, float]], peers: Sequence[Peer]) -> str:
    """A Markdown table: ours, in bold, then the peers."""
    labels = list(figures)
    ours = [show(figures[label]) + ("" if label not in intervals else
                                    f" [{show(intervals[label][0])}, {show(intervals[label][1])}]") for label in labels]
    lines = [["system", *labels, "source"], ["---"] * (len(labels) + 2),
             [f"**sayso {version('sayso')}**", *ours, "this run"]]
    lines += [[peer.name, *(show(peer.scores.get(label)) for label in labels), peer.source] for peer in peers]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def plain(table: str) -> str:
    """A Markdown table with its columns lined up, for the terminal."""
    rows = [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in table.splitlines()]
    widths = [max(len(row[i]) for row in rows if row[i] != "---") for i in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in rows if row[0] != "---")


def write_results(name: str, model: str, table: str, extras: dict[str, float]) -> None:
    """Puts one task's section into RESULTS.md, in the place of its last one."""
    old = RESULTS.read_text("utf-8") if RESULTS.exists() else RESULTS_HEAD
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", old, re.M | re.S))
    body = f"\n`python -m evaluation {name}` · {date.today()} · {model}\n\n{table}\n"
    if extras:
        body += "\n" + "\n".join(f"- {label}: {show(value)}" for label, value in extras.items()) + "\n"
    sections[name] = body + "\n"
    text = "".join(f"\n## {task}\n{sections[task].rstrip()}\n" for task in TASKS if task in sections)
    RESULTS.write_text(RESULTS_HEAD + text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
