"""The scripts of examples/ do what their first line says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.model


def run(*command: str) -> str:
    """What a command prints, run in the project's root with this Python's scripts on the path; fails with it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path, "NO_COLOR": "1"}, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_demo_reads_all_and_verifies(tmp_path):
    printed = run("bash", "examples/demo.sh", str(tmp_path / "demo.db"))
    assert "13 new, 0 unchanged, 0 skipped" in printed
    assert "every kept span stands where it stood" in printed


def test_read_one_prints_speakers(reports):
    printed = run(sys.executable, "examples/read_one.py", str(reports / "radio-ombara.html"))
    assert "Edmond Batsuma: “A gate weighs 140 tonnes." in printed
