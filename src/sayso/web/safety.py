"""What stands before every request: who may ask, from where, how much, and what a page may load.

Pages are made of strangers' text.  Templates escape it; this file sees to it that a slip would still run nothing (the
Content-Security-Policy), that another site in the same browser can neither read nor change the ledger (Host check
against DNS rebinding, a token in every change), and that a request has a size.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
LIMIT = 64 * 2**20
"""Largest request in bytes: a day's folder of pages fits, a disk image does not."""

COOKIE = "sayso_door"


@dataclass(frozen=True, slots=True)
class Door:
    """What `serve` was told: where it listens, and the word that opens it from elsewhere.

    `change` is the same-origin token: every request that changes something carries it, and no other site can read it.
    """

    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    entry: str | None = None
    change: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    limit: int = LIMIT

    def allows_host(self, header: str) -> bool:
        """Whether the Host header names this server: the guard against DNS rebinding.  Where an entry token is
        needed, any host may be named: the token does what the name does at home."""
        return self.entry is not None or _host_of(header) in self.hosts

    def allows_change(self, token: str | None) -> bool:
        """Whether a request carries the token of this server's own pages."""
        return token is not None and hmac.compare_digest(token.encode(), self.change.encode())


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _host_of(header: str) -> str:
    """The host of a Host header, without the port and in lower case; "" where it is none."""
    try:
        parts = urlsplit("//" + header)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if "@" in header or "/" in header:
        return ""
    return f"[{name}]" if ":" in name else name


class Guard:
    """The middleware of all this, outermost."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what may not pass; hands on the rest with the headers added and the body counted."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        if answer := self.refusal(scope):
            await answer(scope, receive, send_with_headers)
            return
        left = self.door.limit

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        try:
            await self.app(scope, counted, send_with_headers)
        except TooLarge:
            await too_large(self.door.limit)(scope, receive, send_with_headers)

    def refusal(self, scope: Scope) -> ASGIApp | None:
        """The answer to a request that may not pass, or None."""
        headers = Headers(scope=scope)
        if not self.door.allows_host(headers.get("host", "")):
            return PlainTextResponse(f"This is sayso on this machine; ask it as http://{sorted(self.door.hosts)[0]}, "
                                     "not by another name.\n", 421)
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > self.door.limit:
            return too_large(self.door.limit)
        if self.door.entry is not None:
            return self.at_the_door(scope, headers)
        return None

    def at_the_door(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """The answer to a stranger where an entry token is needed: a cookie for the right one, 401 for the rest."""
        assert self.door.entry is not None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if scope["method"] == "GET" and _same(query.get("token", [""])[0], self.door.entry):
            path = "/" + Request(scope).url.path.lstrip("/")
            answer = RedirectResponse(path, 303)
            answer.set_cookie(COOKIE, self.door.entry, httponly=True, samesite="strict", max_age=30 * 86400)
            return answer
        scheme, _, word = headers.get("authorization", "").partition(" ")
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(headers.get("cookie", ""))
        except CookieError:
            jar.clear()
        cookie = jar[COOKIE].value if COOKIE in jar else ""
        if (scheme.lower() == "bearer" and _same(word, self.door.entry)) or _same(cookie, self.door.entry):
            return None
        return PlainTextResponse("This ledger opens with a token: add ?token=… to the address, as sayso serve printed "
                                 "it, or send it as Authorization: Bearer ….\n", 401, {"www-authenticate": "Bearer"})


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


class TooLarge(HTTPException):
    """A request body has grown past the limit while it came in.  An HTTP exception, because the form parser below
    turns any other into 400."""

    def __init__(self) -> None:
        super().__init__(413)


def too_large(limit: int) -> PlainTextResponse:
    """413, with the limit and what to do."""
    return PlainTextResponse(f"More than {limit // 2**20} MB at once; add fewer files at a time, or use sayso add on "
                             "the command line.\n", 413)
