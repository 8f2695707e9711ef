"""Writes schema/record-1.json from `model.py`: python -m schema (or make schema)."""

import json
from pathlib import Path

from sayso.codec import json_schema

FILE = Path(__file__).with_name("record-1.json")


def text() -> str:
    """The schema as it is checked in."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
    print(f"wrote {FILE}")
