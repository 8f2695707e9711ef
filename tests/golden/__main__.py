"""Writes the expected readings of tests/golden/ anew: python -m tests.golden (or make golden).

The files are written to be read: words beside offsets, one statement after another.  A change of them is reviewed like
a change of prose; a reading that is known to be wrong says so in the README beside them, not by being left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sayso.acquire.fetch import find_pages
from sayso.model import Record, Span, words_of
from sayso.pipeline import read

HERE = Path(__file__).resolve().parent
REPORTS = HERE.parent.parent / "examples" / "reports"
NAMES = ("beremba-courier.html", "radio-ombara.html", "vellapur-express.html", "zarhan-remarks.txt")
PARTICULARS = ("outlet", "title", "byline", "dateline", "published", "published_from", "language", "media_type",
               "encoding")


def reading(name: str) -> Record:
    """What sayso makes of one example report."""
    page, = find_pages([str(REPORTS / name)])
    return read(page)


def layers(record: Record) -> dict[str, Any]:
    """The layers of a record that are reviewed, in words."""
    text = record.document.text
    names = {entity.id: entity.name for entity in record.entities}

    def at(spans: tuple[Span, ...]) -> list[str]:
        return [f"{start}-{end} {text[start:end]}" for start, end in spans]

    return {
        "document": {field: getattr(record.document, field) for field in PARTICULARS},
        "blocks": [{"role": block.role, "at": f"{block.start}-{block.end}", "words": text[block.start:block.end]}
                   for block in record.document.blocks],
        "entities": [{"name": entity.name, "type": entity.type, "aliases": list(entity.aliases),
                      "roles": [role.role for role in entity.roles]} for entity in record.entities],
        "statements": [{
            "form": statement.form, "source": at(statement.source), "cue": at(statement.cue),
            "content": at(statement.content), "speaker": names.get(statement.speaker or ""),
            "source_type": statement.source_type,
            "chain": [f"{hand.hand}: {hand.name}" for hand in statement.chain],
            "inside": next((words_of(text, other.content) for other in record.statements
                            if other.id == statement.parent), None),
            "in_headline": statement.in_headline} for statement in record.statements],
        "problems": [f"{problem.code}: {problem.message}" for problem in record.problems],
    }


def expected(name: str) -> Path:
    """The file that holds the reviewed reading of a report."""
    return HERE / f"{name}.json"


if __name__ == "__main__":
    for report in NAMES:
        expected(report).write_text(json.dumps(layers(reading(report)), indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"wrote {expected(report)}")
