"""What the tests of several folders share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def reports() -> Path:
    """The folder of the example reports."""
    return ROOT / "examples" / "reports"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium, for playwright's executable_path; skips where there is none."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(f"needs a browser: none of {', '.join(CHROMIUM_NAMES)} found; install the package chromium "
                "(Debian, Ubuntu: apt-get install chromium)")
