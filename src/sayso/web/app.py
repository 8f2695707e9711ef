"""The application: pages and REST over one ledger, behind the guard of `safety.py`."""

from __future__ import annotations

import getpass
import hashlib
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

import sayso
from sayso.errors import MissingPiece, NotInLedger, SaysoError
from sayso.ledger.store import open_ledger
from sayso.web.api import DESCRIPTION, TAGS, complete
from sayso.web.api import router as api_router
from sayso.web.jobs import Jobs, Read
from sayso.web.pages import render
from sayso.web.pages import router as page_router
from sayso.web.rendering import HERE, environment
from sayso.web.safety import Door, Guard, is_loopback

STATIC = {"sayso.css": "text/css", "sayso.js": "text/javascript", "mark.svg": "image/svg+xml"}
"""All files that are served; they are read once, and no path from a request is looked up on the disk."""


def create_app(ledger: Path, *, door: Door | None = None, who: str | None = None, read: Read | None = None,
               reader: str | None = None) -> FastAPI:
    """The application over a ledger, which is made if it is not there.  `read` stands in for the pipeline in tests."""
    open_ledger(ledger, create=True).close()
    door = door or Door()
    app = FastAPI(title="sayso", version=sayso.__version__, docs_url=None, redoc_url=None,
                  openapi_url="/api/openapi.json", description=DESCRIPTION, openapi_tags=TAGS)
    served = {name: (HERE / "static" / name).read_bytes() for name in STATIC}
    app.state.ledger, app.state.door, app.state.who = ledger, door, who or _user()
    app.state.jobs = Jobs(ledger, read, reader)
    app.state.templates = environment()
    app.state.version = hashlib.sha256(b"".join(served.values())).hexdigest()[:8]

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        if name not in served:
            raise HTTPException(404, "no such file")
        return Response(served[name], media_type=STATIC[name], headers={"cache-control": "max-age=31536000, immutable"})

    app.include_router(api_router)
    app.include_router(page_router)
    app.add_exception_handler(SaysoError, _fault)
    app.add_exception_handler(HTTPException, _fault)
    app.add_exception_handler(RequestValidationError, _fault)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard, door=door)
    complete(app)
    return app


def _fault(request: Request, error: Exception) -> Response:
    """One clear line, as JSON under /api and as a page elsewhere."""
    status, message, code = 400, str(error), getattr(error, "code", "error")
    if isinstance(error, HTTPException):
        status, message, code = error.status_code, str(error.detail), "http"
    elif isinstance(error, RequestValidationError):
        first: dict[str, Any] = dict(error.errors()[0]) if error.errors() else {}
        where = ".".join(str(step) for step in first.get("loc", ()))
        status, message, code = 422, f"{where}: {first.get('msg', 'cannot be read')}", "bad-request"
    elif isinstance(error, NotInLedger):
        status = 404
    elif isinstance(error, MissingPiece):
        status = 503
    if request.url.path.startswith("/api/"):
        return JSONResponse({"code": code, "message": message}, status)
    return HTMLResponse(render(request, "error.html", message=message, status=status), status)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reader"


def serve(ledger: Path, *, host: str, port: int, token: str | None, who: str | None) -> None:
    """Serves until Ctrl-C.  An address that other machines reach needs a token, and says so."""
    import uvicorn

    door = Door()
    if not is_loopback(host):
        if not token:
            raise MissingPiece(f"--host {host} can be reached from other machines; hoped for a token with it: sayso "
                               "serve --host … --token WORD (16 letters or more), or leave --host out")
        if len(token) < 16 or not token.isascii() or not token.replace("-", "").replace("_", "").isalnum():
            raise MissingPiece("--token is too easy to guess or cannot stand in an address; hoped for 16 or more "
                               "letters and digits")
        door = Door(entry=token)
        print(f"sayso: warning: {host} can be reached from other machines, and the connection is not encrypted; "
              "whoever has the token can read and correct this ledger", file=sys.stderr)
    elif token:
        door = Door(entry=token)
    app = create_app(ledger, door=door, who=who)
    shown = f"[{host}]" if ":" in host else host
    print(f"sayso: {ledger} at http://{shown}:{port}/{'?token=' + token if token else ''}   (Ctrl-C ends it)",
          flush=True)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, access_log=False)
