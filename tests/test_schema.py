"""schema/record-1.json is what model.py says, and records keep to it."""

from __future__ import annotations

import json

import jsonschema
import pytest

from sayso.codec import encode
from sayso.model import (
    Block,
    Document,
    Entity,
    Event,
    Hand,
    Label,
    Mention,
    Place,
    Problem,
    Provenance,
    Quoted,
    Record,
    ReportedRole,
    Run,
    Span,
    Statement,
    Status,
    Timex,
)
from schema.__main__ import FILE, text

BARE = Record(document=Document(id="0" * 64, text=""))
FULL = Record(
    document=Document(id="1" * 64, text="“No,” Ama said in Oke.", published="2026-03-02", published_from="text 0-4",
                      blocks=(Block(0, 22, "body"),), runs=(Run(0, 22, 10, 32),)),
    entities=(Entity("e1", "Ama", "person", ("A.",), (ReportedRole("judge", None, 6, 9),)),),
    mentions=(Mention(6, 9, "name", "e1", 0.9),),
    statements=(Statement(id="s1", form="direct", content=(Span(0, 5),), source=(Span(6, 9),), cue=(Span(10, 14),),
                          speaker="e1", source_type="named-person", chain=(Hand("speaker", "e1", "Ama", 6, 9),),
                          status=Status("denies", None, (Span(10, 14),)), score=0.8),),
    quoted=(Quoted(1, 4, "scare"),), times=(Timex(0, 2, "DATE", "2026-03-02"),), places=(Place(18, 21, "Oke"),),
    events=(Event("v1", Span(10, 14), "e1", None, "CONSULT", None, None, 0, "s1", "asserted"),),
    labels=(Label(0, 2, "e1", "outlet"),), provenance=(Provenance("claims", "reader", "1"),),
    problems=(Problem("claims", "missing-piece", "no weights"),))


@pytest.fixture(scope="module")
def schema():
    return json.loads(FILE.read_text("utf-8"))


def test_schema_is_what_the_model_says():
    assert FILE.read_text("utf-8") == text(), "model.py changed: run make schema and read the diff"


def test_schema_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("record", [BARE, FULL])
def test_records_keep_to_the_schema(record, schema):
    jsonschema.validate(json.loads(encode(record)), schema)


def test_schema_refuses_what_is_no_record(schema):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": "sayso/record/1", "document": {"id": "x"}}, schema)
