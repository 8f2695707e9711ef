"""Task speakers: 100 pronoun or nominal sources of the attribution dev part → the name of who is meant.

`speakers.tsv` holds the sources, drawn at random, and for each, by reading, where the report names the right person,
body or thing: offsets only, no text of the corpus.  The whole pipeline reads the reports.  A source is right where its
entity is named by the right words; one whom the report nowhere names (`-`) is right where no name is given to it; one
that is several named people (`+`) is always wrong, since a source has one entity.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evaluation import Peer, Row
from sayso.model import Block, Document, Record
from sayso.pipeline import STAGES, annotate, reader

GOLD = "attribution/polnear-dev.jsonl"
PEERS: tuple[Peer, ...] = ()
SHEET = Path(__file__).parent / "speakers.tsv"
NOBODY, SEVERAL = "-", "+"


def model() -> str:
    return reader()


def read_sheet() -> list[dict[str, str]]:
    """The rows of the sheet by column."""
    lines = (line for line in SHEET.read_text("utf-8").splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines, delimiter="\t"))


def predict(rows: Iterable[Row]) -> Iterator[Row]:
    """Of each report in the sheet its sources: number, pronoun or other word, and the spans that name the entity."""
    sheet = read_sheet()
    for row in rows:
        asked = [one for one in sheet if one["document"] == row["id"]]
        if asked:
            text = row["text"]
            record = annotate(Record(document=Document(id="0" * 64, text=text, language="en",
                                                       blocks=(Block(0, len(text), "body"),))), stages=STAGES)
            yield {"id": row["id"], "sources": [
                {"number": one["number"], "words": text[int(one["start"]):int(one["end"])].lower(),
                 "names": named(record, int(one["start"]), int(one["end"]))} for one in asked]}


def named(record: Record, start: int, end: int) -> list[list[int]]:
    """The spans that name the entity of a source: of the statement that has it, else of the mention that stands
    there."""
    entity = next((one.speaker for one in record.statements
                   if any(s < end and start < e for s, e in one.source)), None)
    if entity is None:
        entity = next((one.entity for one in record.mentions if one.start < end and start < one.end), None)
    return [[one.start, one.end] for one in record.mentions if entity and one.entity == entity and one.kind == "name"]


def score(gold: Path, predictions: Path) -> dict[str, Any]:
    """Number of sources → whether it is right, of all and of “he” and “she”."""
    said = {one["number"]: one for line in predictions.read_text("utf-8").splitlines()
            for one in json.loads(line)["sources"]}
    right = {row["number"]: agrees(row, said[row["number"]]["names"]) for row in read_sheet() if row["number"] in said}
    return {"all": right, "he or she": {number: value for number, value in right.items()
                                        if said[number]["words"] in ("he", "she")}}


def agrees(row: dict[str, str], names: list[list[int]]) -> bool:
    """Whether an entity's names hold the right one."""
    if row["name_start"] in (NOBODY, SEVERAL):
        return row["name_start"] == NOBODY and not names
    start, end = int(row["name_start"]), int(row["name_end"])
    return any(s < end and start < e for s, e in names)


def headline(scores: dict[str, Any]) -> dict[str, float]:
    return {name: 100 * sum(right.values()) / max(1, len(right)) for name, right in scores.items()}
