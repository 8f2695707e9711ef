"""The stages, in order, in one tuple: Page → Document → Record.

A stage is a plain function, or a small frozen object with `__call__`, that takes a Record and returns it with one more
layer.  A stage that fails with a SaysoError leaves its layer empty and a Problem on the record; the next one goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version

from sayso.acquire.article import VERSION as ARTICLE
from sayso.acquire.article import to_document
from sayso.annotate.entities import find_entities
from sayso.annotate.parse import parse_report
from sayso.claims.attribution import read_statements
from sayso.claims.chain import TraceHands
from sayso.claims.headlines import ReadHeadlines
from sayso.claims.inner import ReadInner
from sayso.claims.quoted import find_quoted
from sayso.claims.relayed import NameTheQuoted
from sayso.errors import SaysoError
from sayso.model import Page, Problem, Record

Stage = Callable[[Record], Record]
LANGUAGE = "en"
"""What the reader was trained on."""

STAGES: tuple[Stage, ...] = (read_statements, NameTheQuoted(parse_report), ReadHeadlines(parse_report),
                             ReadInner(parse_report), find_entities, TraceHands(parse_report), find_quoted)


def read(page: Page, *, stages: tuple[Stage, ...] = STAGES) -> Record:
    """The record of one page.  UnreadablePage where it holds no text at all."""
    return annotate(Record(document=to_document(page)), stages=stages)


def annotate(record: Record, *, stages: tuple[Stage, ...] = STAGES) -> Record:
    """The record with the layer of each stage added, or the reason why not: a report in another language has none."""
    language = record.document.language
    if language not in (None, LANGUAGE):
        where = record.document.address or "standard input"
        reason = (f"{where}: the report is in another language ({language}); sayso reads English, so the text is kept "
                  "and no statement is read; if it is English, give it as JSONL with \"language\": \"en\"")
        return replace(record, problems=(*record.problems, Problem("read", "other-language", reason)))
    for stage in stages:
        try:
            record = stage(record)
        except SaysoError as error:
            record = replace(record, problems=(*record.problems, Problem(_name(stage), error.code, str(error))))
    return record


def reader(stages: tuple[Stage, ...] = STAGES) -> str:
    """Name and version of sayso and of each stage: equal where a page would be read in the same way.

    A stage says its version by an attribute `version`, or its module by a constant VERSION."""
    read_by = (f"{_name(stage)} {_version(stage)}".strip() for stage in stages)
    return "; ".join([f"sayso {version('sayso')}", f"article {ARTICLE}", *read_by])


def _name(stage: Stage) -> str:
    return str(getattr(stage, "__name__", type(stage).__name__))


def _version(stage: Stage) -> str:
    try:
        return str(getattr(stage, "version", None) or getattr(sys.modules.get(stage.__module__), "VERSION", ""))
    except SaysoError as error:
        return error.code
