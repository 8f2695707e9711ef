"""The record: who claims what, on whose word, about whom, when and where, each field at its exact characters.

`Page` is what came in, `Document` the report's text with its particulars, `Record` the document with the layers that
the stages of `pipeline.py` add.  A record is what `sayso read --json` prints and what the ledger keeps; its JSON Schema
(`schema/record-1.json`) is generated from this file, and a test fails where the two drift.  Names are promises.

All offsets are code points of `Document.text`, start included, end excluded (W3C Web Annotation, text position
selector).  A layer that no stage has filled is an empty tuple; nothing here is ever made up to look complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

SCHEMA: Final = "sayso/record/1"

Role = Literal["headline", "tags", "byline", "dateline", "body", "caption", "pull-quote", "teaser", "boilerplate",
               "wire-credit"]
Form = Literal["direct", "indirect", "mixed"]
EntityType = Literal["person", "organisation", "place", "group", "document", "other"]
SourceType = Literal["named-person", "office", "organisation", "document", "media", "anonymous", "collective",
                     "unattributed"]
HandKind = Literal["speaker", "origin", "relay", "wire", "outlet"]
MediaType = Literal["text/html", "text/plain", "application/json"]

REPORT_ROLES: frozenset[str] = frozenset({"headline", "body", "caption", "pull-quote"})
"""Roles whose words belong to the report: statements are looked for in these, each within its own block or, for body,
within one run of neighbouring body blocks.  The other roles are particulars or debris: kept, never read as prose."""


class Span(NamedTuple):
    """Characters start (included) to end (excluded) of Document.text, counted in code points.

    A named tuple, not a dataclass, because JSON writes it as [start, end]; `codec.decode` checks 0 <= start < end <=
    len(text) and names the span that fails.
    """

    start: int
    end: int


class Run(NamedTuple):
    """text[start:end] stands at page[page_start:page_end], both in code points; JSON: four numbers.

    Of equal length and letter for letter the same, or else a single unit that the page spells in another way: an HTML
    character reference (`&rsquo;`), a JSON escape, folded white space.  Text between runs (line breaks between blocks)
    was not in the page.  Runs are in order of start and do not overlap.
    """

    start: int
    end: int
    page_start: int
    page_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came in: bytes as they were, and what came with them.  The address is where it was found, if anywhere."""

    content: bytes
    media_type: MediaType
    address: str | None = None
    """Web address, or the path of the file (with #member or #line for archives and JSONL)."""
    charset: str | None = None
    """Character encoding named by the transport (HTTP, WARC); the page's own declaration and sniffing come after."""
    fetched: str | None = None
    """When it was fetched or saved, ISO 8601 with offset, if known."""
    particulars: tuple[tuple[str, str], ...] = ()
    """Given beside the page by a feed, JSONL or WARC: title, outlet, published, byline, language; sorted by name."""
    text_field: str | None = None
    """For application/json: the field that holds the text or HTML."""


@dataclass(frozen=True, slots=True)
class Block:
    """Characters start to end of the text, with the part they play on the page.  Blocks cover every non-blank
    character once, in order.  headline and body are the report; see REPORT_ROLES."""

    start: int
    end: int
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The text of one report, never rewritten, with its particulars.  `id` is the SHA-256 of the page's bytes, hex."""

    id: str
    text: str
    address: str | None = None
    outlet: str | None = None
    title: str | None = None
    byline: str | None = None
    dateline: str | None = None
    published: str | None = None
    """Day or time of publication, ISO 8601 (2024-02-28 or 2024-02-28T09:30:00+03:00)."""
    published_from: str | None = None
    """Where that date was found, as `json-ld datePublished`, `meta article:published_time`, `text 120-141` …"""
    language: str | None = None
    """ISO 639-1 code: given with the page, else by the words of the report, else as the page declares."""
    media_type: MediaType = "text/plain"
    encoding: str = "utf-8"
    """The encoding that the page was decoded with; page offsets in `runs` count code points of that decoding."""
    blocks: tuple[Block, ...] = ()
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedRole:
    """A role as reported (“leader of …”, “former …”), at its characters; `organisation` as an entity id or null."""

    role: str
    organisation: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """One person, organisation, place … as this report speaks of it."""

    id: str
    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()
    roles: tuple[ReportedRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that refer.  `entity` is null where the margin was too small to say to whom; `score` is the probability
    that it is the right one, null for the words that bring it in."""

    start: int
    end: int
    kind: Literal["name", "nominal", "pronoun"]
    entity: str | None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand a statement went through, at the words that name it (an outlet only where it was told so itself)."""

    hand: HandKind
    entity: str | None
    name: str | None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How the owner puts it (asserts, denies, demands …) and how surely; `cue` holds the words that say so."""

    stance: str
    certainty: str | None = None
    cue: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One attribution: content laid to a source by a cue (Pareti 2016, PARC 3.0; Newell et al. 2018, PolNeAR).

    `source` empty: the report names nobody; `cue` empty: no reporting words, as in a pulled quote.  Contents come in
    several pieces when the cue interrupts.  `score` is the calibrated probability that content and source are right
    (loose match of the attribution bench), or null where no such figure exists.
    """

    id: str
    form: Form
    content: tuple[Span, ...]
    source: tuple[Span, ...] = ()
    cue: tuple[Span, ...] = ()
    speaker: str | None = None
    source_type: SourceType | None = None
    chain: tuple[Hand, ...] = ()
    parent: str | None = None
    reason: Span | None = None
    """Why an anonymous source is not named, in the report's words."""
    in_headline: bool = False
    borne_out_by: str | None = None
    """For a headline statement: the id of the body statement that says the same; null where none does."""
    block: int = 0
    """Index into Document.blocks of the block where the content begins."""
    status: Status | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words inside quotation marks that are nobody's speech."""

    start: int
    end: int
    why: Literal["scare", "title", "motto", "nickname"]


@dataclass(frozen=True, slots=True)
class Timex:
    """A time phrase as TIMEX3 (ISO 8601 value); `anchor` names what it is relative to."""

    start: int
    end: int
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    value: str | None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A toponym, resolved to a GeoNames id or not."""

    start: int
    end: int
    name: str
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A report of an event: actor, PLOVER code, recipient, and whose voice says that it happened."""

    id: str
    trigger: Span
    actor: str | None
    recipient: str | None
    plover: str
    mode: str | None
    time: int | None
    place: int | None
    voice: str
    status: str


@dataclass(frozen=True, slots=True)
class Label:
    """A loaded word for somebody, kept as its owner's word (`outlet` or a statement id)."""

    start: int
    end: int
    entity: str | None
    owner: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which stage, by which model or rule set and version, made a layer of this record (W3C PROV)."""

    stage: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong at one stage of one report, in one line."""

    stage: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One report as sayso reads it: the document, and a layer a stage."""

    schema: Literal["sayso/record/1"] = SCHEMA
    document: Document
    entities: tuple[Entity, ...] = ()
    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    times: tuple[Timex, ...] = ()
    places: tuple[Place, ...] = ()
    events: tuple[Event, ...] = ()
    labels: tuple[Label, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exact words of a span with a margin on both sides, to find them again if the page moves
    (W3C Web Annotation, text quote selector)."""

    span: Span
    exact: str
    prefix: str
    suffix: str


def evidence(text: str, span: Span, *, margin: int = 32) -> Evidence:
    """The words at span, with up to `margin` characters before and after."""
    return Evidence(span, text[span.start:span.end], text[max(0, span.start - margin):span.start],
                    text[span.end:span.end + margin])


def holds(kept: Evidence, text: str) -> bool:
    """Whether the kept words still stand where they stood."""
    return text[kept.span.start:kept.span.end] == kept.exact


def words_of(text: str, spans: tuple[Span, ...]) -> str:
    """The words of a source, cue or content; pieces are joined by an ellipsis in square brackets."""
    return " […] ".join(text[s:e] for s, e in spans)
