"""Words inside quotation marks that are nobody's speech: scare quotes, titles, mottos, nicknames.

Looked at: quotations that no statement's content holds, and inside contents only a bare name in marks (‘Israel’): marks
put on a name say what the writer thinks of it.  Known failure: a partial quotation whose statement was missed is
taken for scare quotes when it is short.
"""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import replace
from typing import Literal

from sayso.model import REPORT_ROLES, Provenance, Quoted, Record

VERSION = "1"
MARKS = re.compile(
    r"“([^“”\n]{1,160})”|(?<![\w’])‘([^‘’\n]{1,160})’(?!\w)|(?<!\w)\"([^\"\n]{1,160})\"(?!\w)|«\s?([^«»\n]{1,160}?)\s?»"
)
NICKNAME = re.compile(
    r"(?:nicknamed|dubbed|known (?:locally |widely |popularly )?as|also called|alias|a\.?k\.?a\.?|nom de guerre"
    r"|called (?:him|her|it)?self|the so-called)\W*(?:the )?\W*$",
    re.I,
)
MOTTO = re.compile(
    r"\b(?:motto|slogan|banner|banners|placard|placards|sign|signs|hashtag|chant\w*|graffiti|reading|read"
    r"|emblazoned|inscription|painted|logo)\b[^.“‘\"]{0,30}$",
    re.I,
)
WORK = re.compile(r"\b(?:film|movie|book|novel|song|album|play|poem|series|show|programme|program|report|paper|article"
                  r"|documentary|column|podcast|painting|exhibition|titled|entitled|headlined|essay|memoir|opera|study)\b"
                  r"[^.“‘\"]{0,20}$", re.I)
SMALL = frozenset("a an the of in on and or to for with from by at is as not".split())
SCARE_WORDS = 4
"""Longest scare quotation, in words; beyond it marks outside any statement are left unexplained."""


def find_quoted(record: Record) -> Record:
    """The record with `quoted`: what stands in marks but is nobody's speech, and why."""
    document = record.document
    contents = sorted((start, end, one.form) for one in record.statements for start, end in one.content)
    starts = [start for start, _, _ in contents]
    found = []
    for block in document.blocks:
        if block.role not in REPORT_ROLES:
            continue
        for mark in MARKS.finditer(document.text, block.start, block.end):
            group = mark.lastindex or 1
            inside = any(
                start <= mark.start(group) < end
                for start, end, _ in contents[
                    max(0, bisect(starts, mark.start(group)) - 4) : bisect(starts, mark.start(group))
                ]
            )
            why = reason(document.text, mark.start(), mark[group], inside, document.text[mark.end():mark.end() + 20])
            if why:
                found.append(Quoted(mark.start(group), mark.end(group), why))
    return replace(record, quoted=tuple(found),
                   provenance=(*record.provenance, Provenance("quoted", "sayso-rules", VERSION)))


def reason(text: str, start: int, words: str, inside: bool,
           after: str) -> Literal["scare", "title", "motto", "nickname"] | None:
    """Why words in marks are nobody's speech; None where they may be speech."""
    before = text[max(0, start - 60):start]
    parts = words.split()
    if not parts:
        return None
    name = (
        all(part[0].isupper() or part in SMALL for part in parts)
        and parts[0][0].isupper()
        and words[-1] not in ",.!?"
    )
    if NICKNAME.search(before):
        return "nickname"
    if name and len(parts) <= 3 and re.search(r"\b[A-Z][\w’'-]+ $", before) and re.match(r" [A-Z]", after):
        return "nickname"
    if inside:
        return "scare" if name and len(parts) <= 2 and not text[start - 1:start].isalnum() and (
            before.rstrip() == "" or before[-1] in " \n(") and len(words) < 30 and not re.search(
            r"\b(?:said|says|called|calls|word)\W*$", before) else None
    if name and WORK.search(before):
        return "title"
    if MOTTO.search(before):
        return "motto"
    if name and len(parts) >= 2:
        return "title"
    return "scare" if len(parts) <= SCARE_WORDS and words[-1] not in ",.!?" else None
