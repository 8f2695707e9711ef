"""The OpenAPI description against the server, by schemathesis: no server error, no answer off its schema."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from sayso.web.app import create_app
from tests.web import made

schemathesis = pytest.importorskip("schemathesis", reason="needs the package schemathesis")
FOLDER = Path(tempfile.mkdtemp(prefix="sayso-test-"))
APP = create_app(made.ledger(FOLDER / "news.db"), who="the desk", read=made.read, reader="test")
HOME = "http://127.0.0.1"
described = schemathesis.openapi.from_asgi("/api/openapi.json", APP, headers={"host": "127.0.0.1"})


@described.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case):
    if case.path == "/api/jobs" and isinstance(case.body, dict):
        case.body.pop("address", None)  # nothing is fetched in tests
    case.headers = {**(case.headers or {}), "host": "127.0.0.1", "x-sayso-token": APP.state.door.change}
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )
    case.call_and_validate(checks=[not_a_server_error, status_code_conformance, content_type_conformance,
                                   response_schema_conformance])


@pytest.fixture(scope="module")
def web():
    return TestClient(APP, base_url=HOME)


def test_a_record_is_the_one_of_the_command_line(web):
    from sayso import codec
    _, record = made.flood()
    answer = web.get(f"/api/reports/{record.document.id}?as_read=true")
    assert answer.content == codec.encode(record)


def test_lists_are_paged_to_their_end(web):
    seen, offset = [], 0
    while offset is not None:
        page = web.get(f"/api/reports?limit=1&offset={offset}").json()
        seen += [r["id"] for r in page["items"]]
        offset = page["next_offset"]
    assert len(seen) == len(set(seen)) >= 3


def test_offsets_are_in_both_counts_and_named_so(web):
    _, record = made.flood()
    text = record.document.text
    for statement in web.get(f"/api/reports/{record.document.id}/statements").json()["items"]:
        for piece in statement["content"] + statement["source"]:
            assert text[piece["start"]:piece["end"]] == piece["exact"]
            units = text.encode("utf-16-le")
            assert units[2 * piece["start_utf16"]:2 * piece["end_utf16"]].decode("utf-16-le") == piece["exact"]
