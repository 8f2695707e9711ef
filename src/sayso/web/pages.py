"""The pages: routes that ask `views` and fill templates.  Every change comes by a form with the same-origin token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi import Path as PathParam
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from sayso.errors import BadQuery, NotInLedger, SaysoError
from sayso.ledger.store import Ledger, open_ledger
from sayso.ledger.withheld import WITHHELD
from sayso.model import Page
from sayso.views.actor import find_actor, list_actors, public_names, said_by, said_of
from sayso.views.report import Sourcing, report_view
from sayso.views.rows import Row, as_csv, as_jsonl, row
from sayso.views.search import Found, search
from sayso.web.correcting import Wish, correct, in_words, join
from sayso.web.rendering import day, urlpath, utf16_offsets, web_address

router = APIRouter(include_in_schema=False)

PER_PAGE = 40
DEEPEST = 25_000
"""Last page that can be asked for: an offset costs what it skips."""
EXPORT = 100_000
"""Most rows of one export from a search; the whole ledger is `sayso export`."""
SOURCE_TYPES = ("named-person", "office", "organisation", "document", "media", "anonymous", "collective",
                "unattributed")
FORMS = ("direct", "indirect", "mixed")

ReportId = Annotated[str, PathParam(pattern="^[0-9a-f]{8,64}$")]
PageNumber = Annotated[int, Query(alias="page", ge=1, le=DEEPEST)]


def opened(request: Request) -> Iterator[Ledger]:
    """The ledger, open for one request."""
    with open_ledger(request.app.state.ledger) as ledger:
        yield ledger


Opened = Annotated[Ledger, Depends(opened)]


def changing(request: Request, token: Annotated[str, Form()] = "") -> None:
    """Refuses a change that does not come from a page of this server."""
    if not request.app.state.door.allows_change(token):
        raise HTTPException(403, "This page is older than the server, or not its own: reload it and try again.")


Changing = Depends(changing)


@dataclass(frozen=True, slots=True)
class Pager:
    """Links to the pages before and after; first and last count rows from 1."""

    first: int
    last: int
    total: int | None
    before: str | None
    after: str | None


def pager(path: str, query: dict[str, str], number: int, shown: int, total: int) -> Pager:
    """The pager of one page of a list."""
    first = (number - 1) * PER_PAGE + 1

    def link(page: int) -> str:
        return f"{path}?{urlencode({**query, 'page': str(page)})}"

    return Pager(first, first + shown - 1, total, link(number - 1) if number > 1 else None,
                 link(number + 1) if first + shown <= total and shown else None)


def thresholds() -> tuple[float, float]:
    """The scores under which a statement is unsure, and not shown."""
    from sayso.claims.attribution import HIDDEN, UNSURE

    return UNSURE, HIDDEN


def render(request: Request, name: str, **values: Any) -> str:
    """A template with what every page needs."""
    state = request.app.state
    values = {"here": request.url.path, "version": state.version, "ledger_name": state.ledger.name, "find_words": "",
              "token": state.door.change, "home": "", "alone": state.door.entry is None, **values}
    return str(state.templates.get_template(name).render(values))


def page(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of HTML."""
    return HTMLResponse(render(request, name, **values), status)


# ------------------------------------------------------------------ reading


@router.get("/")
def home(request: Request, ledger: Opened, number: PageNumber = 1,
         outlet: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Reports, newest first, by day."""
    counts = ledger.counts()
    rows = ledger.reports(outlet=outlet or None, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    days = [(day(key) or "Day not known", list(group)) for key, group in groupby(rows, key=lambda r: r.day)]
    total = counts.reports if not outlet else (number - 1) * PER_PAGE + len(rows) + more
    return page(request, "home.html", days=days, counts=counts, outlet=outlet,
                pages=pager("/", {"outlet": outlet} if outlet else {}, number, len(rows), total))


@router.get("/report/{report}")
def report(request: Request, ledger: Opened, report: ReportId,
           made: Annotated[int | None, Query(ge=0, le=2**62)] = None) -> Response:
    """One report, with its statements beside it."""
    document = ledger.find(report)
    record, touched = ledger.corrected(document)
    unsure, hidden = thresholds()
    shown = tuple(s for s in record.statements if s.score is None or s.score >= hidden)
    view = report_view(replace(record, statements=shown), unsure=unsure, corrected=touched)
    corrections = [{"id": c.id, "text": in_words(c), "who": c.who, "when": c.made_at, "undone": c.undone_at}
                   for c in ledger.corrections(document, undone=True)]
    notice = next((c for c in corrections if c["id"] == made and not c["undone"]), None)
    named = {s.speaker for s in record.statements}
    people = {e.name for e in record.entities if e.id in named or e.type in ("person", "organisation")} - {WITHHELD}
    return page(request, "report.html", view=view, numbers={c.id: c.number for c in view.cards},
                unsure={c.id for c in view.cards if c.certainty == "unsure"}, utf16=utf16_offsets(record.document.text),
                versions=ledger.versions(document), source_link=web_address(record.document.address),
                readers=bool(record.provenance), bars=bars(view.sourcing), notice=notice, corrections=corrections,
                people=sorted(people)[:12], public=public_names(ledger.db, (e.name for e in record.entities)))


def bars(sourcing: Sourcing) -> list[tuple[str, float, float]]:
    """Type, left edge and width of each part of the sourcing bar, in thousandths."""
    found, x = [], 0.0
    for kind, count in sourcing.by_type:
        width = 1000 * count / sourcing.statements
        found.append((kind, round(x, 1), round(width, 1)))
        x += width
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search as it stands in the address bar; empty fields ask for nothing."""

    q: Annotated[str, Query(max_length=400)] = ""
    speaker: Annotated[str, Query(max_length=200)] = ""
    outlet: Annotated[str, Query(max_length=200)] = ""
    since: Annotated[str, Query(max_length=10)] = ""
    until: Annotated[str, Query(max_length=10)] = ""
    source_type: Annotated[str, Query(max_length=20)] = ""
    form: Annotated[str, Query(max_length=10)] = ""

    def fields(self) -> dict[str, str]:
        """The fields that ask for something."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name).strip())}

    def run(self, ledger: Ledger, *, limit: int, offset: int = 0) -> Found:
        """What the ledger holds of it.  BadQuery where it asks for nothing that can be found."""
        _, hidden = thresholds()
        asked = self.fields()
        return search(ledger.db, asked.pop("q", ""), hidden=hidden, reports=False, limit=limit,
                      offset=offset, **asked)  # type: ignore[arg-type]


@router.get("/search")
def search_page(request: Request, ledger: Opened, wanted: Annotated[Wanted, Depends()], number: PageNumber = 1
                ) -> Response:
    """Statements that a search finds; the address bar holds all of it."""
    asked, unsure = wanted.fields(), thresholds()[0]
    found, message = Found((), 0, (), 0), ""
    if asked:
        try:
            found = wanted.run(ledger, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        except BadQuery as error:
            message = str(error)
    rows = [row(hit, unsure=unsure) for hit in found.statements]
    public = public_names(ledger.db, (r.owner for r in rows if r.owner_as == "actor"))
    return page(request, "search.html", public=public, status=400 if message else 200, wanted=wanted, asked=asked,
                rows=rows, message=message, total=found.statements_in_all, query=urlencode(asked), find_words=wanted.q,
                source_types=SOURCE_TYPES, forms=FORMS,
                pages=pager("/search", asked, number, len(rows), found.statements_in_all))


@router.get("/search.{form_of_file}")
def search_export(ledger: Opened, wanted: Annotated[Wanted, Depends()],
                  form_of_file: Annotated[str, PathParam(pattern="^(csv|jsonl)$")]) -> Response:
    """All rows of a search, each with its owner and status, without the reports' texts."""
    rows: list[Row] = [row(hit, unsure=thresholds()[0]) for hit in wanted.run(ledger, limit=EXPORT).statements]
    lines = as_csv(rows) if form_of_file == "csv" else as_jsonl(rows)
    kind = "text/csv" if form_of_file == "csv" else "application/x-ndjson"
    return StreamingResponse(lines, media_type=f"{kind}; charset=utf-8", headers={
        "content-disposition": f'attachment; filename="sayso-statements.{form_of_file}"'})


@router.get("/actors")
def actors(request: Request, ledger: Opened, after: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Actors by the alphabet."""
    listed = list_actors(ledger.db, after=after, limit=PER_PAGE + 1)
    more = urlencode({"after": listed[PER_PAGE - 1].name}) if len(listed) > PER_PAGE else ""
    has_actors = bool(listed or after or ledger.db.execute("SELECT 1 FROM entity LIMIT 1").fetchone())
    return page(request, "actors.html", listed=listed[:PER_PAGE], more=more, after=after, has_actors=has_actors)


@router.get("/actor/{name:path}")
def actor(request: Request, ledger: Opened, name: Annotated[str, PathParam(max_length=500)], number: PageNumber = 1,
          word: Annotated[str, Query(max_length=80)] = "") -> Response:
    """What one actor is reported to have said, and what is said of them."""
    found = find_actor(ledger.db, name)
    unsure, hidden = thresholds()
    said, total = said_by(ledger.db, found.name, word=word, hidden=hidden, limit=PER_PAGE,
                          offset=(number - 1) * PER_PAGE)
    of, of_total = said_of(ledger.db, found.name, hidden=hidden, limit=12) if number == 1 and not word else ((), 0)
    public = public_names(ledger.db, (hit.speaker_name for hit in (*said, *of) if hit.speaker_name))
    return page(request, "actor.html", public=public, actor=found, word=word,
                said=[row(hit, unsure=unsure) for hit in said], total=total,
                of=[row(hit, unsure=unsure) for hit in of], of_total=of_total,
                pages=pager(f"/actor/{urlpath(found.name)}", {"word": word} if word else {}, number, len(said), total))


# ------------------------------------------------------------------ adding


@router.get("/add")
def add_page(request: Request) -> Response:
    """Three ways in: files, an address, pasted text."""
    return page(request, "add.html", message="")


@router.post("/add/files", dependencies=[Changing])
def add_files(request: Request, files: list[UploadFile]) -> Response:
    """Starts reading uploaded files."""
    given = [(file.filename or "file", file.file) for file in files if file.filename]
    if not given:
        return page(request, "add.html", status=400, message="No file was chosen.")
    return to_job(request.app.state.jobs.add_files(given).id)


@router.post("/add/address", dependencies=[Changing])
def add_address(request: Request, address: Annotated[str, Form(max_length=2000)]) -> Response:
    """Starts fetching an address."""
    if web_address(address.strip()) is None:
        return page(request, "add.html", status=400, message=f"“{address.strip()[:80]}” is not an address of the web; "
                    "it should begin with http:// or https://")
    return to_job(request.app.state.jobs.add_address(address.strip()).id)


@router.post("/add/text", dependencies=[Changing])
def add_text(request: Request, text: Annotated[str, Form()], title: Annotated[str, Form(max_length=500)] = "",
             outlet: Annotated[str, Form(max_length=200)] = "", published: Annotated[str, Form(max_length=40)] = ""
             ) -> Response:
    """Starts reading pasted text."""
    if not text.strip():
        return page(request, "add.html", status=400, message="There is no text to read.")
    given = {"title": title.strip(), "outlet": outlet.strip(), "published": published.strip()}
    pasted = Page(content=text.replace("\r\n", "\n").encode("utf-8", "replace"), media_type="text/plain",
                  charset="utf-8", particulars=tuple(sorted((k, v) for k, v in given.items() if v)))
    return to_job(request.app.state.jobs.add_page(pasted).id)


def to_job(job: str) -> Response:
    """On to the page that shows how far it is."""
    return RedirectResponse(f"/add/{job}", 303)


@router.get("/add/{job}")
def job_page(request: Request, job: Annotated[str, PathParam(pattern="^[0-9a-f]{16}$")]) -> Response:
    """How far a job is; at its end the same summary as on the command line."""
    found = request.app.state.jobs.get(job)
    if found is None:
        raise NotInLedger("this job is not known any more; what it added is in the ledger")
    return page(request, "job.html", job=found, s=found.summary, home="/add")


# ------------------------------------------------------------------ correcting


@router.post("/report/{report}/correct", dependencies=[Changing])
def correct_form(request: Request, ledger: Opened, report: ReportId, field: Annotated[str, Form(max_length=20)],
                 statement: Annotated[str, Form(max_length=300)] = "", name: Annotated[str, Form(max_length=200)] = "",
                 words: Annotated[str | None, Form(max_length=20_000)] = None,
                 start_utf16: Annotated[int | None, Form(ge=0)] = None,
                 end_utf16: Annotated[int | None, Form(ge=0)] = None) -> Response:
    """Makes a correction and goes back to the report, which offers to undo it."""
    document = ledger.find(report)
    wish = Wish(field=field, statement=statement, name=name, words=words, start_utf16=start_utf16, end_utf16=end_utf16)
    made = correct(ledger, document, wish, who=request.app.state.who)
    anchor = f"#{urlpath(statement)}" if statement and field != "statement" else ""
    return RedirectResponse(f"/report/{document}?made={made}{anchor}", 303)


@router.post("/actors/join", dependencies=[Changing])
def join_form(request: Request, ledger: Opened, name: Annotated[str, Form(max_length=500)],
              other: Annotated[str, Form(max_length=500)]) -> Response:
    """Two actors are one."""
    join(ledger, name, other, who=request.app.state.who)
    return RedirectResponse(f"/actor/{urlpath(other.strip())}", 303)


@router.post("/actors/apart", dependencies=[Changing])
def apart_form(request: Request, ledger: Opened, name: Annotated[str, Form(max_length=500)],
               other: Annotated[str, Form(max_length=500)]) -> Response:
    """Two names that were joined are two actors."""
    ledger.part(name, other, who=request.app.state.who)
    return RedirectResponse(f"/actor/{urlpath(name.strip())}", 303)


@router.get("/corrections")
def corrections_page(request: Request, ledger: Opened) -> Response:
    """Every correction, newest first, with a way back."""
    made = ledger.corrections(undone=True)[::-1][:500]
    return page(request, "corrections.html", corrections=[
        {"id": c.id, "text": in_words(c), "who": c.who, "when": c.made_at, "undone": c.undone_at,
         "document": c.document, "fixed": c.field == "withheld"} for c in made])


@router.post("/corrections/{number}/undo", dependencies=[Changing])
def undo_form(ledger: Opened, number: Annotated[int, PathParam(ge=0, le=2**62)],
              back: Annotated[str, Form(pattern="^[0-9a-f]{0,64}$")] = "") -> Response:
    """Takes a correction back, or lets it hold again."""
    try:
        ledger.undo(number)
    except SaysoError:
        ledger.undo(number, redo=True)
    return RedirectResponse(f"/report/{back}" if back else "/corrections", 303)
