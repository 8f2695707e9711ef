"""One report as a reader sees it: paragraphs cut into marked pieces, a card a statement, the sourcing on top.

Record in, plain data out; no HTML, no ledger.  Spans may overlap, nest and come in pieces: the text of a block is cut
at every border of every span, and each piece names all the marks that cover it, so that nothing has to be nested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal
from urllib.parse import quote

from sayso.model import Block, Document, Entity, Hand, Record, Span, Statement, words_of

Part = Literal["source", "cue", "content"]

DEBRIS: frozenset[str] = frozenset({"tags", "teaser", "boilerplate"})
"""Roles that are folded away; byline, dateline and wire credit are particulars and stay in sight, small."""

FRAGMENT_WORDS = 5
"""Words at each end of a long text fragment: enough to be unique in a report, short enough for an address bar."""

REPORTED = "reported"
"""Shown as the status of a statement whose stance no stage has read: that it was reported is sure."""

NOT_OWNED = "nobody named"
"""Shown where a report names no source: a finding, not a gap."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement's part that covers a piece; `first` where the part begins with this piece."""

    statement: str
    part: Part
    first: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of the text that the same marks cover; `start` in code points."""

    start: int
    text: str
    marks: tuple[Mark, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts played by this piece, each once, as source, cue, content."""
        return tuple(part for part in ("source", "cue", "content") if any(m.part == part for m in self.marks))

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements that touch this piece, each once."""
        return tuple(dict.fromkeys(m.statement for m in self.marks))

    @property
    def depth(self) -> int:
        """How many contents lie over one another here; 2 is a statement inside a statement."""
        return sum(m.part == "content" for m in self.marks)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of the report, cut into pieces."""

    index: int
    role: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring paragraphs that are shown alike: report, particulars, or debris to fold away."""

    kind: Literal["report", "particulars", "debris"]
    paragraphs: tuple[Paragraph, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in this passage, each once, in order."""
        return tuple(dict.fromkeys(p.role for p in self.paragraphs))


@dataclass(frozen=True, slots=True)
class Chip:
    """One hand of a statement's chain: its name, its part, and the actor if known."""

    name: str
    hand: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One statement as it stands beside the text.  `owner_as` says how the owner is known: by an actor, by the words
    of the report, or not at all."""

    id: str
    number: int
    statement: Statement
    owner: str
    owner_as: Literal["actor", "words", "none"]
    actor: str | None
    source: str
    cue: str
    content: str
    chips: tuple[Chip, ...]
    status: str
    certainty: Literal["plain", "unsure", "no score"]
    fragment: str
    role: str | None = None
    """The owner's role as this report gives it."""
    reason: str | None = None
    """Why an anonymous source is not named, in the report's words."""
    borne_out: int | None = None
    """For a headline statement: the number of the body statement that says the same."""
    parent_number: int | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Sourcing:
    """How a report is sourced, in counts.  `share` is the part of the report's words that stand in a content, 0–1.
    `sole_owner` is the one owner of every owned statement where there are two or more of them."""

    statements: int
    by_type: tuple[tuple[str, int], ...]
    share: float
    owners: int
    sole_owner: str | None
    unowned: int
    anonymous: int
    anonymous_with_reason: int
    unsure: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything that the report page shows."""

    document: Document
    headline: Paragraph | None
    passages: tuple[Passage, ...]
    cards: tuple[Card, ...]
    sourcing: Sourcing
    record: Record


def report_view(record: Record, *, unsure: float, corrected: frozenset[str] = frozenset()) -> ReportView:
    """The view of a record; statements under the score `unsure` are shown as unsure, those whose ids are in
    `corrected` as corrected by hand."""
    blocks = record.document.blocks or (Block(0, len(record.document.text), "body"),)
    paragraphs = paragraphs_of(record.document.text, blocks, record.statements)
    headline = next((p for p in paragraphs if p.role == "headline"), None)
    rest = [p for p in paragraphs if p is not headline]
    passages = tuple(Passage(kind, tuple(group)) for kind, group in groupby(rest, key=lambda p: _kind(p.role)))
    cards = cards_of(record, unsure=unsure, corrected=corrected)
    return ReportView(record.document, headline, passages, cards, sourcing(record, cards), record)


def _kind(role: str) -> Literal["report", "particulars", "debris"]:
    if role in DEBRIS:
        return "debris"
    return "particulars" if role in ("byline", "dateline", "wire-credit") else "report"


def paragraphs_of(text: str, blocks: Iterable[Block], statements: Iterable[Statement]) -> list[Paragraph]:
    """Each block cut into pieces; joined again, the pieces are the block, letter for letter."""
    spans = sorted((span, part, s.id, n == 0) for s in statements for part, held in _parts(s)
                   for n, span in enumerate(sorted(held)))
    found = []
    for index, block in enumerate(blocks):
        inside = [(span, Mark(sid, part, first)) for span, part, sid, first in spans
                  if span.start < block.end and block.start < span.end]
        found.append(Paragraph(index, block.role, pieces(text, block, inside)))
    return found


def _parts(statement: Statement) -> tuple[tuple[Part, tuple[Span, ...]], ...]:
    return (("source", statement.source), ("cue", statement.cue), ("content", statement.content))


def pieces(text: str, block: Block, spans: list[tuple[Span, Mark]]) -> tuple[Piece, ...]:
    """The block's text, cut at every border of the spans."""
    borders = {block.start, block.end}
    for span, _ in spans:
        borders |= {min(max(edge, block.start), block.end) for edge in span}
    cuts = sorted(borders)
    found = []
    for start, end in pairwise(cuts):
        marks = tuple(replace(mark, first=mark.first and span.start == start) for span, mark in spans
                      if span.start <= start and end <= span.end)
        found.append(Piece(start, text[start:end], marks))
    return tuple(found)


def cards_of(record: Record, *, unsure: float, corrected: frozenset[str] = frozenset()) -> tuple[Card, ...]:
    """A card a statement, in the order of the text, numbered from 1."""
    entities = {e.id: e for e in record.entities}
    ordered = sorted(record.statements, key=lambda s: (s.content[0].start, -s.content[-1].end))
    numbers = {s.id: n for n, s in enumerate(ordered, 1)}
    text = record.document.text
    found = []
    for statement in ordered:
        name, known_as = owner(statement, entities, text)
        found.append(Card(
            id=statement.id, number=numbers[statement.id], statement=statement, owner=name, owner_as=known_as,
            actor=statement.speaker if statement.speaker in entities else None,
            source=words_of(text, statement.source), cue=words_of(text, statement.cue),
            content=words_of(text, statement.content),
            chips=chips(statement, entities, text, record.document.outlet),
            status=statement.status.stance if statement.status else REPORTED,
            certainty=certainty(statement.score, unsure), fragment=text_fragment(text, statement.content),
            role=_role(statement.speaker, entities),
            reason=words_of(text, (statement.reason,)) if statement.reason else None,
            borne_out=numbers.get(statement.borne_out_by) if statement.borne_out_by else None,
            parent_number=numbers.get(statement.parent) if statement.parent else None,
            corrected=statement.id in corrected))
    return tuple(found)


def _role(speaker: str | None, entities: dict[str, Entity]) -> str | None:
    roles = entities[speaker].roles if speaker in entities else ()
    return roles[0].role if roles else None


def certainty(score: float | None, unsure: float) -> Literal["plain", "unsure", "no score"]:
    """How a score is shown."""
    if score is None:
        return "no score"
    return "unsure" if score < unsure else "plain"


def owner(statement: Statement, entities: dict[str, Entity], text: str
          ) -> tuple[str, Literal["actor", "words", "none"]]:
    """The owner's name where an actor is known, else the report's own words for the source, else `NOT_OWNED`."""
    if statement.speaker in entities:
        return entities[statement.speaker].name, "actor"
    if statement.source:
        return words_of(text, statement.source), "words"
    return NOT_OWNED, "none"


def chips(statement: Statement, entities: dict[str, Entity], text: str, outlet: str | None) -> tuple[Chip, ...]:
    """The chain of hands, speaker first, outlet last; where no chain was read, owner and outlet."""
    if statement.chain:
        return tuple(Chip(_hand_name(hand, entities, outlet), hand.hand, hand.entity if hand.entity in entities
                          else None) for hand in statement.chain)
    name, known_as = owner(statement, entities, text)
    first = Chip(name, "speaker", statement.speaker if known_as == "actor" else None)
    return (first, Chip(outlet or "this report", "outlet"))


def _hand_name(hand: Hand, entities: dict[str, Entity], outlet: str | None) -> str:
    if hand.entity in entities:
        return entities[hand.entity].name
    return hand.name or ((outlet or "this report") if hand.hand == "outlet" else NOT_OWNED)


def sourcing(record: Record, cards: tuple[Card, ...]) -> Sourcing:
    """The sourcing of a report in counts; types that no stage has read are counted as “type not read”."""
    types = Counter((c.statement.source_type or "type not read") for c in cards)
    owners = Counter(c.actor or c.owner.casefold() for c in cards if c.owner_as != "none")
    sole = next((c.owner for c in cards if c.owner_as != "none"), None) if len(owners) == 1 else None
    return Sourcing(
        statements=len(cards), by_type=tuple(sorted(types.items(), key=lambda item: (-item[1], item[0]))),
        share=share_of_words(record), owners=len(owners), sole_owner=sole if sum(owners.values()) > 1 else None,
        unowned=sum(c.owner_as == "none" for c in cards), anonymous=types["anonymous"],
        anonymous_with_reason=sum(c.statement.source_type == "anonymous" and c.reason is not None for c in cards),
        unsure=sum(c.certainty == "unsure" for c in cards))


def share_of_words(record: Record) -> float:
    """The part of the report's words (headline, body, captions) that stand in a content, 0 to 1."""
    text = record.document.text
    blocks = [b for b in record.document.blocks if _kind(b.role) == "report"] or [Block(0, len(text), "body")]
    covered = bytearray(len(text))
    for statement in record.statements:
        for start, end in statement.content:
            covered[start:end] = b"\1" * (end - start)
    total = inside = 0
    for block in blocks:
        at = block.start
        for word in text[block.start:block.end].split():
            at = text.index(word, at)
            total += 1
            inside += covered[at]
            at += len(word)
    return inside / total if total else 0.0


def text_fragment(text: str, content: tuple[Span, ...]) -> str:
    """A W3C text fragment (`:~:text=…`) that points a browser at the content; a directive a piece.  A fragment cannot
    cross blocks, so a browser may find less than the whole of a content of several paragraphs."""
    directives = []
    for start, end in content:
        words = text[start:end].split()
        if not words:
            continue
        if len(words) <= 2 * FRAGMENT_WORDS:
            directives.append("text=" + _fragment_words(words))
        else:
            directives.append(f"text={_fragment_words(words[:FRAGMENT_WORDS])},"
                              f"{_fragment_words(words[-FRAGMENT_WORDS:])}")
    return ":~:" + "&".join(directives) if directives else ""


def _fragment_words(words: list[str]) -> str:
    # quote() leaves the hyphen alone, but in a fragment it marks prefix and suffix.  A lone surrogate has no UTF-8.
    return quote(" ".join(words), safe="", errors="replace").replace("-", "%2D")
