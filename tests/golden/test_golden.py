"""The example reports are read as they were when their reading was last reviewed, to the letter."""

from __future__ import annotations

import json

import pytest

from tests.golden.__main__ import NAMES, expected, layers, reading


@pytest.mark.model
@pytest.mark.parametrize("name", NAMES)
def test_reading_is_the_reviewed_one(name):
    assert layers(reading(name)) == json.loads(expected(name).read_text("utf-8")), (
        f"{name} is read in another way than before: run make golden and review the diff")
