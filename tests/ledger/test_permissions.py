"""A ledger in a place where one may not write: read where that can be, refused in one line where it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sayso.ledger.store import open_ledger
from tests.conftest import ROOT
from tests.ledger.made import page, record

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions here are those of POSIX")


@pytest.fixture
def folder():
    """A folder that any user may enter (pytest's own may not be)."""
    made = Path(tempfile.mkdtemp(prefix="sayso-"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def as_anybody(code: str) -> str:
    """What a user without special rights sees: ours, or `nobody` where the tests run as root."""
    if os.getuid() == 0:
        code = ("import os, sayso.ledger.store, tests.ledger.made  # now: this Python may lie where nobody may look\n"
                f"os.setgid(65534); os.setuid(65534)\n{code}")
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    return done.stdout.strip() or done.stderr


OPEN = """
from sayso.errors import SaysoError
from sayso.ledger.store import open_ledger
from tests.ledger.made import page, record
try:
    with open_ledger({path!r}, create={create}) as ledger:
        print(ledger.counts().reports, ledger.record(page().address).document.outlet)
except SaysoError as error:
    print(type(error).__name__, error)
"""


def test_a_ledger_that_may_only_be_read_is_read_and_not_written(folder):
    with open_ledger(folder / "sayso.db", create=True) as ledger:
        ledger.add(page(), record(page()))
    (folder / "sayso.db").chmod(0o444)
    folder.chmod(0o555)
    path = str(folder / "sayso.db")
    assert as_anybody(OPEN.format(path=path, create=False)) == "1 The Courier"
    said = as_anybody(OPEN.format(path=path, create=True))
    assert said.startswith("UnwritableLedger") and "write permission" in said and "\n" not in said


def test_a_ledger_that_may_not_be_read_is_said(folder):
    with open_ledger(folder / "sayso.db", create=True):
        pass
    (folder / "sayso.db").chmod(0)
    said = as_anybody(OPEN.format(path=str(folder / "sayso.db"), create=False))
    assert "Ledger" in said and "permission" in said and "\n" not in said


def test_a_folder_that_may_not_be_written_gets_no_ledger(folder):
    folder.chmod(0o555)
    said = as_anybody(OPEN.format(path=str(folder / "sayso.db"), create=True))
    assert said.startswith("UnwritableLedger") and "permission" in said and "\n" not in said


def test_a_folder_that_may_not_be_entered_is_said(folder):
    folder.chmod(0)
    said = as_anybody(OPEN.format(path=str(folder / "sayso.db"), create=False))
    assert said.startswith("BadLedger") and "\n" not in said
