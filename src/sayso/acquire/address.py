"""Addresses and feeds: one request for each page that the user asked for, under an honest name.

robots.txt as RFC 9309 has it: where a server answers that there is none, all may be fetched; where it fails, nothing.
"""

from __future__ import annotations

import io
import ipaddress
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import sayso
from sayso.acquire.archives import charset_of
from sayso.acquire.kinds import HEAD, PAGE_LIMIT, kind_of, one_page, problem
from sayso.errors import Refused, UnreadableSource
from sayso.model import Page, Problem

if TYPE_CHECKING:
    import httpx

AGENT = f"sayso/{sayso.__version__} (reads single pages for the person who named their addresses; keeps robots.txt)"
TIMEOUT = 20.0
"""Seconds that a server may be silent."""
DEADLINE = 90.0
"""Seconds that a whole page may take: a server that drips is let go."""
REDIRECTS = 5
ROBOTS_LIMIT = 500 * 1024
"""Bytes of a robots.txt that are obeyed (RFC 9309, 2.5)."""
ENTRIES = 200
"""Entries of one feed: newspapers list 10 to 100; more is an archive, better had as a file."""
PAUSE = 1.0
"""Seconds between two requests for pages of one feed, so that nobody's server notices."""
LONGEST_PAUSE = 30.0
TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/rss+xml", "application/atom+xml",
         "application/xml", "text/xml", "application/rdf+xml", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent, at the address that it was found at in the end."""

    address: str
    content: bytes
    charset: str | None
    fetched: str


@dataclass(slots=True)
class Fetcher:
    """Fetches addresses for one command; remembers each server's robots.txt."""

    client: httpx.Client
    robots: dict[str, RobotFileParser | None] = field(default_factory=dict)

    def fetch(self, address: str, *, near: str | None = None) -> Answer:
        """What is at an address; UnreadableSource or Refused where there is nothing to be had.

        `near`: the host that named this address; a link to a machine of a private network is followed only from there.
        """
        import httpx

        began = time.monotonic()
        shown = address
        here = clean(address)
        home = near or urlsplit(here).hostname
        try:
            for _ in range(REDIRECTS + 1):
                self._check(here, home)
                shown = here
                with self.client.stream("GET", here) as response:
                    if response.is_redirect:
                        here = clean(urljoin(here, response.headers.get("location", "")))
                        continue
                    return _answer(response, here, began)
        except httpx.TimeoutException:
            raise Refused(f"{shown}: no answer within {TIMEOUT:.0f} seconds; try again later, or save the page from a "
                          "browser") from None
        except httpx.DecodingError:
            raise UnreadableSource(f"{shown}: the server's compression is damaged; save the page from a browser") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise UnreadableSource(f"{shown}: cannot be reached ({str(error) or type(error).__name__:.100}); look at the "
                                   "address and the connection") from None
        raise Refused(f"{address}: more than {REDIRECTS} redirects; open it in a browser and give the last address")

    def _check(self, address: str, home: str | None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"{address}: only http and https addresses are fetched")
        if parts.hostname != home and _is_private(parts.hostname):
            raise Refused(f"{address}: {home} leads to a private network; name the address yourself if you mean it")
        if not self._allows(address, f"{parts.scheme}://{parts.netloc}"):
            raise Refused(f"{address}: the site's robots.txt asks programs not to fetch it; save the page from a browser "
                          "and add that file")

    def _allows(self, address: str, origin: str) -> bool:
        if origin not in self.robots:
            self.robots[origin] = self._robots_of(origin)
        rules = self.robots[origin]
        if rules is None:
            raise Refused(f"{address}: the site's robots.txt cannot be read, so nothing is fetched; try again later")
        return rules.can_fetch(AGENT, address)

    def _robots_of(self, origin: str) -> RobotFileParser | None:
        rules = RobotFileParser()
        here = f"{origin}/robots.txt"
        for _ in range(REDIRECTS + 1):
            with self.client.stream("GET", here) as response:
                if response.is_redirect:
                    here = urljoin(here, response.headers.get("location", ""))
                    continue
                if response.status_code >= 500:
                    return None
                body = b""
                if response.status_code == 200:
                    for part in response.iter_bytes():
                        body += part
                        if len(body) > ROBOTS_LIMIT:
                            break
                rules.parse(body[:ROBOTS_LIMIT].decode("utf-8", "replace").lstrip("\ufeff").splitlines())
                return rules
        rules.parse([])
        return rules

    def pause_of(self, address: str) -> float:
        """Seconds to wait before the next page of a server."""
        parts = urlsplit(address)
        rules = self.robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = rules.crawl_delay(AGENT) if rules else None
        return min(LONGEST_PAUSE, max(PAUSE, float(asked or 0)))


def _answer(response: httpx.Response, address: str, began: float) -> Answer:
    if response.status_code != 200:
        raise UnreadableSource(f"{address}: the server answered {response.status_code} {response.reason_phrase}; hoped "
                               "for a page; look at the address in a browser")
    media_type, _, rest = response.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() not in TYPES:
        raise Refused(f"{address}: is {media_type.strip()}; hoped for HTML, text or a feed; download it and add the file")
    large = f"{address}: is larger than {PAGE_LIMIT // 2**20} MB, which no report is; save the part you want and add that"
    if response.headers.get("content-length", "").isdecimal() and int(response.headers["content-length"]) > PAGE_LIMIT:
        raise Refused(large)
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > PAGE_LIMIT:
            raise Refused(large)
        if time.monotonic() - began > DEADLINE:
            raise Refused(f"{address}: not done within {DEADLINE:.0f} seconds; save the page from a browser")
    return Answer(address, b"".join(parts), charset_of(rest), datetime.now(UTC).isoformat(timespec="seconds"))


def clean(address: str) -> str:
    """An address as it is kept: without a password or the part behind #."""
    address = urldefrag(address.strip())[0]
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _is_private(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_global for entry in found)


def pages_at(address: str) -> Iterator[Page | Problem]:
    """The page at an address, or the pages that the feed there links to."""
    import httpx

    with httpx.Client(headers={"user-agent": AGENT, "accept": "text/html, application/xhtml+xml, text/plain;q=0.8, "
                                                              "application/xml;q=0.7, */*;q=0.1"},
                      timeout=httpx.Timeout(TIMEOUT), follow_redirects=False) as client:
        fetcher = Fetcher(client)
        answer = fetcher.fetch(address)
        if kind_of(answer.content[:HEAD]).kind != "feed":
            yield one_page(answer.content, answer.address, address=answer.address, charset=answer.charset,
                           fetched=answer.fetched)
            return
        yield from _linked(fetcher, answer)


def _linked(fetcher: Fetcher, feed: Answer) -> Iterator[Page | Problem]:
    entries, outlet = entries_of(feed.content, feed.address)
    host = urlsplit(feed.address).hostname
    for entry in entries[:ENTRIES]:
        link = urljoin(feed.address, entry.get("link") or "")
        if not entry.get("link"):
            yield problem("no-link", feed.address, f"the entry {entry.get('title') or '(no title)'} links to no page")
            continue
        time.sleep(fetcher.pause_of(link))
        try:
            answer = fetcher.fetch(link, near=host)
        except UnreadableSource as error:
            yield Problem("fetch", error.code, str(error))
            continue
        yield one_page(answer.content, answer.address, address=answer.address, charset=answer.charset,
                       fetched=answer.fetched, particulars=_particulars(entry, outlet))
    if len(entries) > ENTRIES:
        yield problem("too-many", feed.address, f"{len(entries):,} entries; the first {ENTRIES} are read; name the other "
                                                "pages by their addresses")


# ------------------------------------------------------------------ feeds


def pages_of_feed(content: bytes, where: str, address: str | None) -> Iterator[Page | Problem]:
    """The entries of a feed that lies in a file, each as the feed itself gives it; nothing is fetched."""
    entries, outlet = entries_of(content, where)
    for number, entry in enumerate(entries[:ENTRIES], start=1):
        bodies = [*entry.get("content", ()), entry.get("summary_detail")]
        body = next((b for b in bodies if b and (b.get("value") or "").strip()), None)
        if body is None:
            yield problem("empty", f"{where}#{number}", "the entry has no text of its own; add its page: "
                                                        f"{entry.get('link') or 'no link'}")
            continue
        yield Page(content=body["value"].encode("utf-8", "replace"), charset="utf-8",
                   media_type="text/plain" if body.get("type") == "text/plain" else "text/html",
                   address=entry.get("link") or (address and f"{address}#{number}"),
                   particulars=_particulars(entry, outlet))
    if len(entries) > ENTRIES:
        yield problem("too-many", where, f"{len(entries):,} entries; the first {ENTRIES} are read; cut the feed in parts")


def entries_of(content: bytes, where: str) -> tuple[list[Any], str | None]:
    """The entries of an RSS or Atom feed, and the feed's title; UnreadableSource where it has none."""
    import feedparser

    feed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        why = f" ({feed.bozo_exception})" if feed.get("bozo") else ""
        raise UnreadableSource(f"{where}: a feed without entries{why}; hoped for RSS or Atom")
    return list(feed.entries), feed.feed.get("title")


def _particulars(entry: Any, outlet: str | None) -> tuple[tuple[str, str], ...]:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    given = {"title": entry.get("title"), "outlet": outlet, "byline": entry.get("author"),
             "published": moment and datetime(*moment[:6], tzinfo=UTC).isoformat()}
    return tuple(sorted((name, value.strip()) for name, value in given.items() if value and value.strip()))
