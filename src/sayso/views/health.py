"""Whether everything that sayso needs is here: one row a check, each with its remedy.  Plain data out."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from sayso.errors import SaysoError
from sayso.ledger.check import Fault, file_faults
from sayso.ledger.store import OLDEST_SQLITE, open_ledger

OLDEST_PYTHON = (3, 11)
LIBRARIES = ("trafilatura", "msgspec", "onnxruntime", "tokenizers", "numpy", "warcio", "feedparser", "httpx")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` is empty where nothing has to be done."""

    what: str
    state: Literal["good", "missing", "broken"]
    found: str
    remedy: str = ""


def checks(ledger: str | Path, probes: tuple[tuple[str, Callable[[], str]], ...] = ()) -> Iterator[Check]:
    """Every check in turn.  A probe is a name and a function that says what it found or raises a SaysoError whose
    message is the remedy: so the doors bring what this layer may not import, as the weights."""
    yield _python()
    yield _sqlite()
    yield from (_library(name) for name in LIBRARIES)
    for what, probe in probes:
        yield _probe(what, probe)
    yield from _ledger(Path(ledger))


def _python() -> Check:
    if sys.version_info < OLDEST_PYTHON:
        return Check("Python", "broken", platform.python_version(), "install Python 3.11 or newer")
    return Check("Python", "good", platform.python_version())


def _sqlite() -> Check:
    found = sqlite3.sqlite_version
    remedy = "use a Python whose SQLite is newer and has FTS5, as those of python.org or conda"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Check("SQLite", "broken", found, remedy)
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE words USING fts5(word)")
    except sqlite3.OperationalError as error:
        return Check("SQLite", "broken", f"{found}, without full text ({error})", remedy)
    return Check("SQLite", "good", f"{found} with FTS5")


def _library(name: str) -> Check:
    try:
        return Check(name, "good", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, "missing", "not installed", "pip install --upgrade sayso")


def _probe(what: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(what, "good", probe())
    except SaysoError as error:
        return Check(what, "missing", str(error))
    except Exception as error:  # a broken installation breaks in its own ways; say so and look on
        return Check(what, "broken", f"{type(error).__name__}: {error}", "pip install --force-reinstall sayso")


def _ledger(path: Path) -> Iterator[Check]:
    if not path.exists():
        yield Check("ledger", "good", f"none at {path} yet: sayso add SOURCE makes it")
        return
    try:
        with open_ledger(path) as ledger:
            faults: list[Fault] = list(file_faults(ledger))
            counts = ledger.counts()
    except SaysoError as error:
        yield Check("ledger", "broken", str(error))
        return
    for fault in faults:
        yield Check("ledger", "broken", f"{fault.document[:12]}: {fault.message}",
                    "sayso doctor --reindex; if it stays, bring the file back from a copy")
    if not faults:
        yield Check("ledger", "good", f"{path}: {counts.reports:,} reports, {counts.statements:,} statements, whole")
