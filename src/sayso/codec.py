"""Records ⇄ JSON, one object a line; checks what comes in and names the faulty field by its path.

msgspec reads the dataclasses of `model.py` as they are.  `json_schema()` is what `schema/record-1.json` holds.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sayso.errors import BadRecord
from sayso.model import Record

_DECODER = msgspec.json.Decoder(Record)
_ENCODER = msgspec.json.Encoder()


def encode(record: Record) -> bytes:
    """One line of JSON, without the line break."""
    return _ENCODER.encode(record)


def decode(line: bytes | str) -> Record:
    """The record that a line of JSON holds.  BadRecord where it is none, with the path of the faulty field."""
    try:
        record = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raise BadRecord(f"not a sayso record: {error}; hoped for {Record.__dataclass_fields__['schema'].default}"
                        " as schema/record-1.json describes it") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadRecord(f"not JSON: {error}; hoped for one sayso record a line") from None
    for path, start, end in span_paths(record):
        if not 0 <= start < end <= len(record.document.text):
            raise BadRecord(f"not a sayso record: {path} is {start}..{end}, but the text has "
                            f"{len(record.document.text)} characters (a span needs 0 <= start < end <= that)")
    return record


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a record, generated from `model.Record`."""
    (_,), parts = msgspec.json.schema_components([Record], ref_template="#/$defs/{name}")
    top = parts.pop("Record")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "sayso/record/1", **top, "$defs": parts}


def span_paths(record: Record) -> list[tuple[str, int, int]]:
    """Every span of a record with its path, as ("$.statements[3].cue[0]", 120, 124)."""
    found: list[tuple[str, int, int]] = []

    def walk(value: Any, path: str) -> None:
        if isinstance(value, tuple):
            if hasattr(value, "_fields"):
                found.append((path, value[0], value[1]))
                return
            for index, item in enumerate(value):
                walk(item, f"{path}[{index}]")
        elif hasattr(value, "__dataclass_fields__"):
            start, end = getattr(value, "start", None), getattr(value, "end", None)
            if start is not None and end is not None:
                found.append((path, start, end))
            for name in value.__dataclass_fields__:
                walk(getattr(value, name), f"{path}.{name}")

    walk(record, "$")
    return found
