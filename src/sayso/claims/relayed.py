"""Sources put right where a report says who speaks and who passes it on in one breath.

The training corpus knows one source a statement, so the reader often names the medium: “state radio *quoted the
minister as saying* …”, “…,” *the minister told* the Courier, *the Herald reported*.  Here the one who speaks becomes
the source, and what “citing” brings in is no statement of its own; `chain.trace_hands` then finds the medium in the
words around.  A dateline before a colon (“TARNFORD: Ada Moro said …”) is nobody's speech: the statement goes to whoever
the lead itself names, or is dropped.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sayso.claims.inner import inner_cues, inner_parts
from sayso.claims.source_type import is_medium
from sayso.model import Document, Provenance, Record, Span, Statement

VERSION = "3"
AS_SAYING = re.compile(
    r"(?P<who>[^;:“”]{2,120}?),?\s+(?P<cue>as (?:saying|telling|warning|stating|claiming|writing|denying|"
    r"insisting|describing|calling|adding|asking))\b,?:?\s*(?P<what>(?=\S).+)",
    re.S,
)
QUOTING = re.compile(
    r"\b(?:quot|cit)(?:ed|es|ing|e)\s+(?P<who>[^;:“”]{2,120}?),?\s+(?P<cue>as (?:saying|telling|warning|stating|"
    r"claiming|writing|denying|insisting|describing|calling|adding))\b")
BEFORE_QUOTED = re.compile(r"\b((?:quot|cit)ing)\s+\Z")
QUOTED_THAT = re.compile(r"(?P<who>[^;:“”]{2,120}?),\s+(?P<what>that\s.+)", re.S)
"""What follows “the Herald reported, quoting”: who speaks, and what."""
CITING_THAT = re.compile(r"(?:quot|cit)ing\s+[^;:“”]{2,120}?,\s+(?P<what>that\s.+)", re.S)
AS = re.compile(r"as (?:saying|telling|warning|stating|writing)\s")
NAMED_AS_SAYING = re.compile(
    r"(?P<who>[^;:“”]{2,120}?),?\s+(?P<cue>as (?:saying|telling|warning|stating|writing))\W*", re.S)
"""What may follow a quotation and “the Herald quoted”: who speaks, and nothing else."""
READ_BY = re.compile(r"\s+(?P<who>[^.;:“”]{2,120}?),?\s+(?:(?:that|which)\s+(?:was|were|has been|have been)\s+)?"
                     r"(?:aired|broadcast|carried|cited|obtained|published|read|released|reviewed|seen|verified|viewed)"
                     r"\s+by\s+", re.S)
"""What may stand between “according to” and a medium: the document that it has seen."""
AT_SOMEBODY = frozenset("accused accuses blamed blames urged urges rejected rejects condemned condemns denounced "
                        "dismissed criticised criticized called calls".split())
BESIDE = frozenset("citing quoting pointing based".split())
OPENING = re.compile(r"^[A-Z][\w’'.-]*(?:[ ,]+[A-Z][\w’'.-]*){0,3} ?:(?= )", re.M)
"""A line that begins with a name and a colon: a dateline when it is the only one, else turns of speech."""
SAID_LAST = re.compile(r",\s+(?=[^,“”\"]{2,60}\b(?:said|says|told|added|claimed|warned|insisted|argued)\b"
                       r"[^,“”\"]{0,25},?\s*$)")
"""Where “…, Ada Moro said” begins at the end of a content."""
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
    filed = _dateline(record, text)
    for number, one in enumerate(record.statements):
        if filed is not None and one.source and one.cue and one.source[0].start == filed.start and \
                one.cue[0].end <= filed.end:
            place = paragraph(one.content[0].start)
            changed += _lead(one, text, place) if place is not None else []
            continue
        if _only_cites(one, record.statements[max(0, number - 3):number + 4], text):
            continue
        place = paragraph(one.content[0].start)
        changed.append(_put_right(one, text, place) if place is not None else one)
    return replace(record, statements=tuple(changed),
                   provenance=(*record.provenance, Provenance("relayed", "sayso-rules", VERSION)))


def _dateline(record: Record, text: str) -> Span | None:
    """Place and colon before the report's first paragraph, where no other line begins so, and the name stands in
    capitals or is spoken of as a place."""
    body = [block for block in record.document.blocks if block.role == "body"]
    lines = [mark for block in body for mark in OPENING.finditer(text, block.start, block.end)]
    if len(lines) != 1 or lines[0].start() != body[0].start:
        return None
    name = lines[0][0].rstrip(" :")
    where = re.search(rf"\b(?:in|at|near|outside) (?:the [\w ]{{1,30}} of )?{re.escape(name)}\b", text)
    return Span(*lines[0].span()) if name.isupper() or where else None


def _lead(one: Statement, text: str, paragraph: Any) -> list[Statement]:
    """The statement that a lead after a dateline holds, if any, in place of the one laid to the dateline."""
    start, end = one.content[0].start, one.content[-1].end
    found = [*inner_parts(paragraph, start, end), *_accusation(paragraph, start, end)][:1]
    if not found:
        return []
    source, cue, content = found[0]
    quotes = "“" in text[content.start:content.end] or "\"" in text[content.start:content.end]
    return [replace(one, source=(source,), cue=(cue,), content=(content,), form="mixed" if quotes else "indirect",
                    score=None)]


def _accusation(paragraph: Any, start: int, end: int) -> Iterator[tuple[Span, Span, Span]]:
    """“X accused Y of …”, “X urged Y to …” in text[start:end]: X, the verb, and what comes after it."""
    tokens = [token for token in paragraph.parsed if start <= paragraph.start + token.idx < end]
    for token in tokens:
        subject = next((child for child in token.children if child.dep_ == "nsubj" and child.i >= tokens[0].i), None)
        if token.lower_ in AT_SOMEBODY and subject is not None and subject.i < token.i and token.i < tokens[-1].i:
            last = max(other.i for other in tokens if other.sent == token.sent and not other.is_punct)
            if last > token.i:
                who = paragraph.span(subject.left_edge.i, max(subject.i, _of(subject)))
                yield who, paragraph.span(token.i, token.i), paragraph.span(token.i + 1, last)


def _of(noun: Any) -> int:
    """The last word of “of …” right after a noun, without days."""
    of = next((child for child in noun.rights if child.lower_ == "of" and child.i == noun.i + 1), None)
    name = next(of.rights, None) if of is not None else None
    return int(name.i) if name is not None else -1


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
    passing = BEFORE_QUOTED.search(text, max(0, start - 10), start)
    if one.source and passing and (found := QUOTED_THAT.match(text, start, one.content[0].end)):
        content = (Span(found.start("what"), one.content[0].end), *one.content[1:])
        if is_medium(text[one.source[0].start:one.source[-1].end]):
            return replace(one, source=(_span(text, found.start("who"), found.end("who")),), content=content,
                           cue=(Span(passing.start(), passing.end(1)),))
        return replace(one, content=content)
    if (found := CITING_THAT.match(text, start, one.content[0].end)) and one.source:
        one = replace(one, content=(Span(found.start("what"), one.content[0].end), *one.content[1:]))
        start = one.content[0].start
    last = one.content[-1]
    if re.match(r"quot|cit", cue) and len(one.content) > 1 and (found := NAMED_AS_SAYING.fullmatch(text, *last)):
        return replace(one, source=(_span(text, found.start("who"), found.end("who")),), content=one.content[:-1],
                       cue=(*one.cue[:1], Span(found.start("cue"), found.end("cue"))))
    if cue.endswith("quoted") and len(one.content) > 1 and one.content[0].end <= one.cue[0].start and (
            found := AS.match(text, *last)):
        return replace(one, source=one.content[:1], content=(Span(found.end(), last.end),),
                       cue=(*one.cue[:1], Span(found.start(), found.end() - 1)))
    if re.fullmatch(r"(?:quot|cit)ing", cue) and (found := QUOTED_THAT.match(text, start, one.content[0].end)):
        return replace(one, source=(_span(text, found.start("who"), found.end("who")),),
                       content=(Span(found.start("what"), one.content[0].end), *one.content[1:]))
    if not one.source or one.source[0].start < paragraph.start or one.source[-1].end > paragraph.end:
        return one
    source = text[one.source[0].start:one.source[-1].end]
    if cue.endswith("according to") and is_medium(source) and (
            found := READ_BY.fullmatch(text, one.cue[-1].end, max(one.cue[-1].end, one.source[0].start))):
        return replace(one, source=(_span(text, found.start("who"), found.end("who")),))
    if cue in ("citing", "quoting") and (named := _who_cites(one, paragraph)) is not None:
        return named
    near = text[max(paragraph.start, one.source[0].start - 5):min(paragraph.end, one.source[-1].end + 120)]
    if re.search(r"\b(?:quot|cit)", near) and (found := QUOTING.search(text, one.source[0].start,
                                                                       min(paragraph.end, one.source[-1].end + 160))):
        who = _span(text, found.start("who"), found.end("who"))
        content = tuple(span for span in one.content if not (who.start <= span.start and span.end <= who.end))
        if content and not any(a < who.end and who.start < b for a, b in (*content, *one.source)):
            return replace(one, source=(who,), content=content, cue=(Span(found.start(), found.start("who") - 1),
                                                    Span(found.start("cue"), found.end("cue"))))
    after_to = text[:one.source[0].start].rstrip().endswith("ccording to")
    reported = re.match(r",? reported\b", text[one.source[-1].end:one.source[-1].end + 12]) is not None
    if (is_medium(source) or reported or after_to) and one.source[0].start > start:
        return _speaker_between(one, text, paragraph, after_to or reported)
    return one


def _who_cites(one: Statement, paragraph: Any) -> Statement | None:
    """“Police said, citing residents, that …”: the police, whose source the residents are; None for a medium, which
    passes on what it cites."""
    token = next((token for token in paragraph.parsed if paragraph.start + token.idx == one.cue[0].start), None)
    verb = token.head if token is not None and token.dep_ in ("advcl", "xcomp") else None
    if verb is None or verb.lower_ not in inner_cues():
        return None
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    if subject is None or subject.i > verb.i or subject.tag_.startswith("W"):
        return None
    low, high = paragraph.phrase(subject)
    who = paragraph.span(low, high)
    if is_medium(paragraph.parsed[low:high + 1].text) or any(
            start < who.end and who.start < end for start, end in (*one.content, *one.source)):
        return None
    return replace(one, source=(who,), cue=(paragraph.span(verb.i, verb.i),))


def _speaker_between(one: Statement, text: str, paragraph: Any, sure: bool) -> Statement:
    """“…,” X told Y, *Z reported*: X, where a verb of speech with a subject stands between the quotation and Z."""
    low = one.content[-1].end
    quote = CLOSED.match(text, one.content[0].start, one.content[-1].end)
    inside = quote is not None and quote.end() < one.content[-1].end - 3 and len(one.content) == 1
    if inside and quote is not None:
        low = quote.end()
    elif sure and len(one.content) == 1 and (tail := SAID_LAST.search(text, *one.content[0])):
        low, inside = tail.end(), True                         # “It rained, Ada Moro said, according to the Herald”
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
            form="direct" if inside and quote is not None else one.form,
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
