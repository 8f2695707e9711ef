"""REST under /api: the same records as the command line, paged, with UTF-16 offsets only here and named as such."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request
from fastapi import Path as PathParam
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from sayso import codec
from sayso.errors import BadCorrection, NotInLedger
from sayso.ledger.corrections import Correction
from sayso.ledger.store import ReportRow
from sayso.model import Page, Record, Span, Statement
from sayso.views.actor import Evidence, find_actor, list_actors, said_by, said_of
from sayso.views.report import report_view
from sayso.views.rows import row
from sayso.web.correcting import Wish, correct, in_words, join
from sayso.web.pages import Opened, Wanted, thresholds
from sayso.web.rendering import utf16_offsets, web_address

DESCRIPTION = """Who claims what in news reports, on whose word, at the exact words.

Offsets in a record are code points of `document.text`, start included, end excluded. Fields that end in `_utf16` count
UTF-16 units, as JavaScript does. A request that changes something carries the header `X-Sayso-Token`, which
`GET /api/token` gives to whoever may read the ledger; pages of other sites cannot read it."""
TAGS = [{"name": "reports"}, {"name": "statements"}, {"name": "actors"}, {"name": "corrections"}, {"name": "adding"}]
EXAMPLE_ID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LIMIT = 200
DEEPEST = 1_000_000


class Problem(BaseModel):
    """What was found, what was hoped for and what to do, in one line."""

    model_config = ConfigDict(json_schema_extra={"example": {
        "code": "not-in-ledger", "message": "0000: no such report"}})
    code: str
    message: str


class ReportItem(BaseModel):
    """One report in a list."""

    model_config = ConfigDict(json_schema_extra={"example": {
        "id": EXAMPLE_ID, "address": "https://courier.example/karoa", "outlet": "The Beremba Courier",
        "title": "Malunde blames upstream dam", "published": "2026-03-09T07:30:00+02:00", "seen": "2026-03-09T08:00:00",
        "language": "en", "words": 412, "statements": 12, "without_source": 1, "without_speaker": 2, "version": 1,
        "current": True}})
    id: str
    address: str | None
    outlet: str | None
    title: str | None
    published: str | None
    seen: str
    language: str | None
    words: int
    statements: int
    without_source: int
    without_speaker: int
    version: int
    current: bool


class Reports(BaseModel):
    """One page of reports; `next_offset` is null on the last."""

    items: list[ReportItem]
    next_offset: int | None


class Words(BaseModel):
    """A piece of a source, cue or content: the words, and where they stand."""

    model_config = ConfigDict(json_schema_extra={"example": {
        "exact": "the siren had been broken", "start": 812, "end": 837, "start_utf16": 812, "end_utf16": 837}})
    exact: str
    start: int
    end: int
    start_utf16: int
    end_utf16: int


class HandItem(BaseModel):
    """One hand that a statement went through."""

    hand: str
    name: str
    actor: str | None


class StatementItem(BaseModel):
    """One statement of a report, with its owner and status."""

    id: str
    number: int
    owner: str
    owner_as: Literal["actor", "words", "none"]
    actor: str | None
    status: str
    form: str
    source_type: str | None
    certainty: Literal["plain", "unsure", "no score"]
    score: float | None
    corrected: bool
    parent: str | None
    source: list[Words]
    cue: list[Words]
    content: list[Words]
    chain: list[HandItem]
    link: str


class Statements(BaseModel):
    """All statements of a report, in the order of its text."""

    items: list[StatementItem]


class Hit(BaseModel):
    """One statement that a search found, with its report, owner and status."""

    report: str
    statement: str
    owner: str
    owner_as: Literal["actor", "words", "none"]
    actor: str | None
    status: str
    content: str
    form: str
    source_type: str | None
    certainty: Literal["plain", "unsure", "no score"]
    score: float | None
    outlet: str | None
    published: str | None
    title: str | None
    address: str | None
    actor_id: str | None


class Hits(BaseModel):
    """One page of statements, newest first, and how many there are."""

    total: int
    items: list[Hit]
    next_offset: int | None


class ActorItem(BaseModel):
    """One actor in the list."""

    model_config = ConfigDict(json_schema_extra={"example": {
        "name": "Tomas Adeyo", "type": "person", "role": "water minister of Malunde"}})
    name: str
    type: str
    role: str | None


class Actors(BaseModel):
    """Actors by the alphabet; `next_after` is null at the end."""

    items: list[ActorItem]
    next_after: str | None


class RoleItem(BaseModel):
    """A role as a report gives it."""

    role: str
    organisation: str | None
    report: str
    outlet: str | None
    day: str | None


class PrintedItem(BaseModel):
    """A report that prints a name."""

    report: str
    outlet: str | None
    day: str | None


class MergeItem(BaseModel):
    """Why two names are one actor; `why` says the rule in words."""

    name: str
    other: str
    rule: Literal["list", "marks", "spelling", "fuller", "acronym", "alias", "hand"]
    why: str
    reports: list[PrintedItem]
    other_reports: list[PrintedItem]


class ActorDetail(BaseModel):
    """One actor as reported; `names` are those that reports know it by, `merges` the evidence that they are one, `id`
    the actor's id in the user's own list."""

    name: str
    id: str | None
    names: list[str]
    merges: list[MergeItem]
    types: list[str]
    aliases: list[str]
    roles: list[RoleItem]
    relays: list[str]
    topics: list[str]
    reports: int
    said: Hits
    said_of: Hits


class CorrectionItem(BaseModel):
    """What a person put right; `report` is null where it is about the whole ledger."""

    id: int
    report: str | None
    field: str
    start: int | None
    end: int | None
    old: Any
    new: Any
    who: str
    made_at: str
    undone_at: str | None
    in_words: str


class Corrections(BaseModel):
    """Corrections, oldest first."""

    items: list[CorrectionItem]


class CorrectionWish(BaseModel):
    """What should be put right.  The words of a part either by offsets or as `words`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {
        "field": "speaker", "statement": "s3", "name": "Tomas Adeyo"}})
    field: Literal["content", "source", "cue", "speaker", "statement", "new", "apart"]
    statement: str | None = Field(None, max_length=300)
    name: str | None = Field(None, max_length=200)
    words: str | None = Field(None, max_length=20_000)
    start_utf16: int | None = Field(None, ge=0, le=2**40)
    end_utf16: int | None = Field(None, ge=0, le=2**40)


class JoinWish(BaseModel):
    """Two actors that are one (`name` goes by `other` from now on), or two names that are two."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {
        "name": "T. Adeyo", "other": "Tomas Adeyo"}})
    name: str = Field(max_length=500)
    other: str = Field(max_length=500)


class TextWish(BaseModel):
    """A text to read, or an address to fetch: one of the two."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {
        "text": "Ferry stays shut\\n\\n“It will stay shut,” Lena Ruiz said.", "outlet": "The Courier"}})
    text: str | None = Field(None, max_length=5_000_000)
    address: str | None = Field(None, max_length=2000)
    title: str | None = Field(None, max_length=500)
    outlet: str | None = Field(None, max_length=200)
    published: str | None = Field(None, max_length=40)


class JobItem(BaseModel):
    """How far an adding is; `total` grows while sources are opened."""

    id: str
    state: Literal["running", "done", "failed"]
    done: int
    total: int
    outcomes: dict[str, int]
    skipped: int
    statements: int
    error: str | None


class Token(BaseModel):
    """The token for requests that change something."""

    token: str


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request cannot be understood or its body cannot be read."},
    404: {"model": Problem, "description": "The ledger does not hold it."},
    422: {"model": Problem, "description": "A value is missing or out of its bounds."},
}
CHANGES: dict[int | str, dict[str, Any]] = ERRORS | {
    403: {"model": Problem, "description": "The header X-Sayso-Token is missing or of another server."}}
router = APIRouter(prefix="/api", responses=ERRORS)
ReportId = Annotated[str, PathParam(pattern="^[0-9a-f]{8,64}$", examples=[EXAMPLE_ID],
                                    description="An id (SHA-256 of the page), or its first eight or more characters.")]
Limit = Annotated[int, Query(ge=1, le=LIMIT)]
Offset = Annotated[int, Query(ge=0, le=DEEPEST)]


def changing(request: Request, x_sayso_token: Annotated[str, Header()] = "") -> None:
    """Refuses a change without the same-origin token."""
    if not request.app.state.door.allows_change(x_sayso_token):
        raise HTTPException(403, "X-Sayso-Token is missing or of another server; GET /api/token has it")


Changing = Depends(changing)


@router.get("/token", tags=["corrections"])
def token(request: Request) -> Token:
    """The same-origin token."""
    return Token(token=request.app.state.door.change)


@router.get("/reports", tags=["reports"])
def reports(ledger: Opened, outlet: Annotated[str | None, Query(max_length=300)] = None,
            since: Annotated[str | None, Query(max_length=10, description="ISO day")] = None,
            until: Annotated[str | None, Query(max_length=10, description="ISO day")] = None,
            limit: Limit = 50, offset: Offset = 0) -> Reports:
    """Reports, newest first."""
    found = ledger.reports(outlet=_text(outlet), since=_text(since), until=_text(until), limit=limit + 1,
                           offset=offset)
    return Reports(items=[_report(r) for r in found[:limit]],
                   next_offset=offset + limit if len(found) > limit else None)


@router.get("/reports/{report}", tags=["reports"], response_model=None)
def record(ledger: Opened, report: ReportId,
           as_read: Annotated[bool, Query(description="Without the corrections laid over it.")] = False) -> Response:
    """The record of a report, as `sayso show --json` prints it."""
    document = ledger.find(report)
    found = ledger.record(document) if as_read else ledger.corrected(document)[0]
    return Response(codec.encode(found), media_type="application/json")


@router.get("/reports/{report}/statements", tags=["statements"])
def statements(ledger: Opened, report: ReportId) -> Statements:
    """The statements of a report with their words, in code points and in UTF-16 units."""
    found, touched = ledger.corrected(ledger.find(report))
    return Statements(items=statement_items(found, touched))


def statement_items(found: Record, touched: frozenset[str]) -> list[StatementItem]:
    """The statements of a record as JSON has them."""
    unsure, hidden = thresholds()
    at, text = utf16_offsets(found.document.text), found.document.text

    def words(spans: tuple[Span, ...]) -> list[Words]:
        return [Words(exact=text[s:e], start=s, end=e, start_utf16=at(s), end_utf16=at(e)) for s, e in spans]

    def item(card: Any, s: Statement) -> StatementItem:
        return StatementItem(
            id=card.id, number=card.number, owner=card.owner, owner_as=card.owner_as, actor=card.actor,
            status=card.status, form=s.form, source_type=s.source_type, certainty=card.certainty, score=s.score,
            corrected=card.corrected, parent=s.parent, source=words(s.source), cue=words(s.cue),
            content=words(s.content), link=f"/report/{found.document.id}#{card.id}{card.fragment}",
            chain=[HandItem(hand=chip.hand, name=chip.name, actor=chip.actor) for chip in card.chips])

    return [item(card, card.statement) for card in report_view(found, unsure=unsure, corrected=touched).cards
            if card.statement.score is None or card.statement.score >= hidden]


@router.get("/search", tags=["statements"])
def search_api(ledger: Opened, wanted: Annotated[Wanted, Depends()], limit: Limit = 50, offset: Offset = 0) -> Hits:
    """Statements by words, speaker, outlet, day, type of source and form; at least one has to be given."""
    found = wanted.run(ledger, limit=limit, offset=offset)
    return _hits(found.statements, found.statements_in_all, limit, offset)


@router.get("/actors", tags=["actors"])
def actors(ledger: Opened, after: Annotated[str, Query(max_length=500)] = "", limit: Limit = 50) -> Actors:
    """Actors by the alphabet; persons only with a public role."""
    listed = list_actors(ledger.db, after=after, limit=limit + 1)
    return Actors(items=[ActorItem(name=a.name, type=a.type, role=a.role) for a in listed[:limit]],
                  next_after=listed[limit - 1].name if len(listed) > limit else None)


@router.get("/actors/{name:path}", tags=["actors"])
def actor(ledger: Opened, name: Annotated[str, PathParam(max_length=500, examples=["Tomas Adeyo"])],
          limit: Limit = 50, offset: Offset = 0) -> ActorDetail:
    """What an actor is reported to have said, and what is said of them, always with owner."""
    found = find_actor(ledger.db, name)
    hidden = thresholds()[1]
    return ActorDetail(
        name=found.name, id=found.id, names=list(found.names), merges=[_merge(m) for m in found.merges],
        types=list(found.types), aliases=list(found.aliases), relays=list(found.relays),
        topics=list(found.topics), reports=found.reports,
        roles=[RoleItem(role=r.role, organisation=r.organisation, report=r.document, outlet=r.outlet, day=r.day)
               for r in found.roles],
        said=_hits(*said_by(ledger.db, found.name, hidden=hidden, limit=limit, offset=offset), limit, offset),
        said_of=_hits(*said_of(ledger.db, found.name, hidden=hidden, limit=limit, offset=offset), limit, offset))


@router.get("/corrections", tags=["corrections"])
def corrections(ledger: Opened) -> Corrections:
    """All corrections, those taken back too."""
    return Corrections(items=[_correction(c) for c in ledger.corrections(undone=True)])


@router.post("/reports/{report}/corrections", tags=["corrections"], status_code=201, dependencies=[Changing],
             responses=CHANGES)
def correct_api(request: Request, ledger: Opened, report: ReportId, wish: CorrectionWish) -> CorrectionItem:
    """Puts something right in a report."""
    made = correct(ledger, report, Wish(**wish.model_dump()), who=request.app.state.who)
    return _correction(next(c for c in ledger.corrections(undone=True) if c.id == made))


@router.post("/actors", tags=["corrections"], status_code=201, dependencies=[Changing], responses=CHANGES)
def join_api(request: Request, ledger: Opened, wish: JoinWish) -> CorrectionItem:
    """Two actors are one, in the whole ledger."""
    made = join(ledger, _text(wish.name) or "", _text(wish.other) or "", who=request.app.state.who)
    return _correction(next(c for c in ledger.corrections(undone=True) if c.id == made))


@router.post("/actors/apart", tags=["corrections"], status_code=201, dependencies=[Changing], responses=CHANGES)
def apart_api(request: Request, ledger: Opened, wish: JoinWish) -> CorrectionItem:
    """Two names that the ledger joined are two actors."""
    made = ledger.part(wish.name, wish.other, who=request.app.state.who)
    return _correction(next(c for c in ledger.corrections(undone=True) if c.id == made))


@router.post("/corrections/{number}/undo", tags=["corrections"], dependencies=[Changing], responses=CHANGES)
def undo_api(ledger: Opened, number: Annotated[int, PathParam(ge=0, le=2**62)], redo: bool = False) -> CorrectionItem:
    """Takes a correction back, or lets it hold again."""
    ledger.undo(number, redo=redo)
    return _correction(next(c for c in ledger.corrections(undone=True) if c.id == number))


@router.post("/jobs", tags=["adding"], status_code=202, dependencies=[Changing], responses=CHANGES)
def add_api(request: Request, wish: TextWish) -> JobItem:
    """Starts reading a text, or fetching an address."""
    if bool(wish.text and wish.text.strip()) == bool(wish.address):
        raise BadCorrection("hoped for a text or an address, and not both")
    jobs = request.app.state.jobs
    if wish.address:
        if web_address(wish.address) is None:
            raise BadCorrection("this is no address of the web; it should begin with http:// or https://")
        return _job(jobs.add_address(wish.address))
    given = {"title": wish.title, "outlet": wish.outlet, "published": wish.published}
    return _job(jobs.add_page(Page(content=(wish.text or "").encode("utf-8", "replace"), media_type="text/plain",
                                   charset="utf-8", particulars=tuple(sorted((k, v) for k, v in given.items() if v)))))


@router.get("/jobs/{job}", tags=["adding"])
def job_api(request: Request, job: Annotated[str, PathParam(pattern="^[0-9a-f]{16}$")]) -> JobItem:
    """How far a job is."""
    found = request.app.state.jobs.get(job)
    if found is None:
        raise NotInLedger("this job is not known any more; what it added is in the ledger")
    return _job(found)


def _text(value: str | None) -> str | None:
    return value.encode("utf-8", "replace").decode() if value else None


def _report(r: ReportRow) -> ReportItem:
    return ReportItem(id=r.document, address=r.address, outlet=r.outlet, title=r.title, published=r.published,
                      seen=r.seen, language=r.language, words=r.words, statements=r.statements,
                      without_source=r.without_source, without_speaker=r.without_speaker, version=r.version,
                      current=r.current)


def _hits(found: Any, total: int, limit: int, offset: int) -> Hits:
    unsure = thresholds()[0]
    items = []
    for hit in found:
        plain = msgspec.to_builtins(row(hit, unsure=unsure))
        items.append(Hit(statement=plain.pop("id"), **plain))
    return Hits(total=total, items=items, next_offset=offset + limit if offset + limit < total else None)


def _correction(c: Correction) -> CorrectionItem:
    return CorrectionItem(id=c.id, report=c.document or None, field=c.field, start=c.start, end=c.end, old=c.old,
                          new=c.new, who=c.who, made_at=c.made_at, undone_at=c.undone_at, in_words=in_words(c))


def _merge(m: Evidence) -> MergeItem:
    return MergeItem.model_validate({"name": m.name, "other": m.other, "rule": m.rule, "why": m.why} | {
        side: [{"report": p.document, "outlet": p.outlet, "day": p.day} for p in getattr(m, side)]
        for side in ("reports", "other_reports")})


def _job(job: Any) -> JobItem:
    s = job.summary
    return JobItem(id=job.id, state=job.state, done=s.done, total=s.found, outcomes=dict(s.outcomes), skipped=s.skips,
                   statements=s.statements, error=job.error)


def complete(app: FastAPI) -> None:
    """Puts the record's own JSON Schema into the OpenAPI description, where a model of pydantic's would be a copy."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = plain()
            (_,), parts = msgspec.json.schema_components([Record], ref_template="#/components/schemas/Record.{name}")
            schemas = described.setdefault("components", {}).setdefault("schemas", {})
            schemas.update({f"Record.{name}": schema for name, schema in parts.items()})
            answer = described["paths"]["/api/reports/{report}"]["get"]["responses"]["200"]
            answer["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Record.Record"}}}
            for path in described["paths"].values():
                for operation in path.values():
                    operation["responses"]["422"] = {
                        "description": ERRORS[422]["description"],
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
