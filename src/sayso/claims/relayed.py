"""Sources put right where a report says who speaks and who passes it on in one breath.

The training corpus knows one source a statement, so the reader often names the medium: “state radio *quoted the
minister as saying* …”, “…,” *the minister told* the Courier, *the Herald reported*.  Here the one who speaks becomes
the source, and what “citing” brings in is no statement of its own; `chain.trace_hands` then finds the medium in the
words around.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sayso.claims.inner import inner_cues
from sayso.claims.source_type import is_medium
from sayso.model import Document, Provenance, Record, Span, Statement

VERSION = "1"
AS_SAYING = re.compile(
    r"(?P<who>[^,;:]{2,90}?)\s+(?P<cue>as (?:saying|telling|warning|stating|claiming|writing|denying|"
    r"insisting|describing|calling|adding|asking))\b,?:?\s*(?P<what>(?=\S).+)",
    re.S,
)
QUOTING = re.compile(r"\b(?:quot|cit)(?:ed|es|ing|e)\s+(?P<who>[^,;:“”]{2,90}?)\s+(?P<cue>as (?:saying|telling|warning|"
                     r"stating|claiming|writing|denying|insisting|describing|calling|adding))\b")
BESIDE = frozenset("citing quoting pointing based".split())
CLOSED = re.compile(r"[“\"][^“”\"]{3,}[”\"],?\s*")


@dataclass(frozen=True, slots=True)
class NameTheQuoted:
    """The stage; `parse` gives the report's paragraphs (annotate.parse.parse_report)."""

    parse: Callable[[Document], Sequence[Any]]

    def __call__(self, record: Record) -> Record:
        """The record with sources put right and “citing …” folded into the statement beside it."""
        if not record.statements:
            return record
        return name_the_quoted(record, self.parse(record.document))


def name_the_quoted(record: Record, paragraphs: Sequence[Any]) -> Record:
    """The record with sources put right and “citing …” folded into the statement beside it."""
    text = record.document.text
    starts = [one.start for one in paragraphs]

    def paragraph(position: int) -> Any | None:
        at = bisect(starts, position) - 1
        return paragraphs[at] if at >= 0 and position < paragraphs[at].end else None

    changed = []
    for number, one in enumerate(record.statements):
        if _only_cites(one, record.statements[max(0, number - 3):number + 4], text):
            continue
        place = paragraph(one.content[0].start)
        changed.append(_put_right(one, text, place) if place is not None else one)
    return replace(record, statements=tuple(changed),
                   provenance=(*record.provenance, Provenance("relayed", "sayso-rules", VERSION)))


def _only_cites(one: Statement, near: Sequence[Statement], text: str) -> bool:
    """Whether a statement is only what another one beside it, of the same source, cites."""
    cue = text[one.cue[0].start:one.cue[0].end].lower().split() if one.cue else []
    return (
        bool(cue)
        and cue[0] in BESIDE
        and any(
            other is not one
            and _same(other.source, one.source)
            and "\n"
            not in text[
                min(other.content[0].start, one.content[0].start) : max(other.content[-1].end, one.content[-1].end)
            ]
            for other in near
        )
    )


def _same(one: tuple[Span, ...], other: tuple[Span, ...]) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)


def _put_right(one: Statement, text: str, paragraph: Any) -> Statement:
    start, end = one.content[0].start, one.content[-1].end
    cue = text[one.cue[0].start:one.cue[-1].end].lower() if one.cue else ""
    if re.match(r"quot|cit|carr", cue) and (found := AS_SAYING.match(text, start, end)):
        begin = found.start("what")
        if "telling" in found["cue"] and (that := re.match(r"[^,.;]{1,40}?\s(?=that\b)", text[begin:end])):
            begin += that.end()
        return (
            replace(
                one,
                source=(_span(text, found.start("who"), found.end("who")),),
                cue=(*one.cue[:1], Span(found.start("cue"), found.end("cue"))),
                content=(Span(begin, one.content[0].end), *one.content[1:]),
            )
            if begin < one.content[0].end
            else one
        )
    if not one.source or one.source[0].start < paragraph.start or one.source[-1].end > paragraph.end:
        return one
    source = text[one.source[0].start:one.source[-1].end]
    near = text[max(paragraph.start, one.source[0].start - 5):min(paragraph.end, one.source[-1].end + 120)]
    if re.search(r"\b(?:quot|cit)", near) and (found := QUOTING.search(text, one.source[0].start,
                                                                       min(paragraph.end, one.source[-1].end + 160))):
        who = _span(text, found.start("who"), found.end("who"))
        if not any(a < who.end and who.start < b for a, b in (*one.content, *one.source)):
            return replace(one, source=(who,), cue=(Span(found.start(), found.start("who") - 1),
                                                    Span(found.start("cue"), found.end("cue"))))
    after_to = text[:one.source[0].start].rstrip().endswith("ccording to")
    reported = re.match(r",? reported\b", text[one.source[-1].end:one.source[-1].end + 12]) is not None
    if (is_medium(source) or reported or after_to) and one.source[0].start > start:
        return _speaker_between(one, text, paragraph, after_to or reported)
    return one


def _speaker_between(one: Statement, text: str, paragraph: Any, sure: bool) -> Statement:
    """“…,” X told Y, *Z reported*: X, where a verb of speech with a subject stands between the quotation and Z."""
    low = one.content[-1].end
    quote = CLOSED.match(text, one.content[0].start, one.content[-1].end)
    inside = quote is not None and quote.end() < one.content[-1].end - 3 and len(one.content) == 1
    if inside and quote is not None:
        low = quote.end()
    high = one.source[0].start
    for token in paragraph.parsed:
        place = paragraph.start + token.idx
        if not low <= place < high or inner_cues().get(token.lower_) is None or token.tag_[:2] != "VB":
            continue
        subject = next((child for child in token.children if child.dep_ == "nsubj"
                        and low <= paragraph.start + child.idx < high), None)
        if subject is None:
            continue
        first = subject.left_edge.i
        while paragraph.start + paragraph.parsed[first].idx < low or paragraph.parsed[first].is_punct:
            first += 1
        last = subject.right_edge.i if subject.right_edge.i < token.i else token.i - 1
        if subject.i > token.i:
            last = subject.right_edge.i
        while last > first and paragraph.parsed[last].is_punct:
            last -= 1
        if first > last or not (sure or inside):
            return one
        content = (Span(one.content[0].start, _trimmed(text, one.content[0].start, low)),) if inside else one.content
        return replace(
            one,
            source=(paragraph.span(first, last),),
            cue=(paragraph.span(token.i, token.i),),
            content=content,
            form="direct" if inside else one.form,
        )
    return one


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return end


def _span(text: str, start: int, end: int) -> Span:
    while text[start].isspace():
        start += 1
    return Span(start, _trimmed(text, start, end))
