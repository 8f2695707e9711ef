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
ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8, application/xml;q=0.7, */*;q=0.1"
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
    """Fetches addresses for one command; remembers each server's robots.txt, None where it could not be read."""

    client: httpx.Client
    robots: dict[str, RobotFileParser | None] = field(default_factory=dict)

    def fetch(self, address: str, *, near: str | None = None) -> Answer:
        """What is at an address; UnreadableSource or Refused where there is nothing to be had.

        `near`: the host that named this address; a link to a machine of a private network is followed only from there.
        """
        import httpx

        here, deadline = address, time.monotonic() + DEADLINE
        try:
            here = clean(address)
            home = near or _host(here)
            for _ in range(REDIRECTS + 1):
                _check(here, home)
                self._ask_leave(here, home, deadline)
                with self.client.stream("GET", here) as response:
                    if not response.has_redirect_location:
                        return _answer(response, here, deadline)
                    here = clean(urljoin(here, response.headers["location"]))
        except httpx.TimeoutException:
            raise Refused(f"{here}: no answer within {TIMEOUT:g} seconds; try again later, or save the page from a "
                          "browser") from None
        except httpx.DecodingError:
            raise UnreadableSource(f"{here}: the server's compression is damaged; save the page from a browser"
                                   ) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise UnreadableSource(f"{here}: cannot be reached ({str(error) or type(error).__name__:.100}); look at "
                                   "the address and the connection") from None
        raise Refused(f"{address}: more than {REDIRECTS} redirects; open it in a browser and give the last address")

    def _ask_leave(self, address: str, home: str | None, deadline: float) -> None:
        """Refused where the server's robots.txt does not allow an address, or cannot be read."""
        origin = _origin(address)
        if origin not in self.robots:
            self.robots[origin] = self._robots_of(origin, home, deadline)
        rules = self.robots[origin]
        if rules is None:
            raise Refused(f"{address}: the site's robots.txt cannot be read, so nothing is fetched; try again later")
        if not rules.can_fetch(AGENT, address):
            raise Refused(f"{address}: the site's robots.txt asks programs not to fetch it; save the page from a "
                          "browser and add that file")

    def _robots_of(self, origin: str, home: str | None, deadline: float) -> RobotFileParser | None:
        rules = RobotFileParser()
        here, body = f"{origin}/robots.txt", b""
        for _ in range(REDIRECTS + 1):
            _check(here, home)
            with self.client.stream("GET", here) as response:
                if response.has_redirect_location:
                    here = clean(urljoin(here, response.headers["location"]))
                    continue
                if response.status_code >= 500:
                    return None
                if response.status_code == 200:
                    body = _body(response, ROBOTS_LIMIT, deadline, here)[:ROBOTS_LIMIT]
                break
        rules.parse(body.decode("utf-8", "replace").lstrip("\ufeff").splitlines())
        return rules

    def pause_of(self, address: str) -> float:
        """Seconds to wait before the next page of a server."""
        rules = self.robots.get(_origin(address))
        return min(LONGEST_PAUSE, max(PAUSE, float((rules and rules.crawl_delay(AGENT)) or 0)))


def _check(address: str, home: str | None) -> None:
    if urlsplit(address).scheme not in ("http", "https") or not _host(address):
        raise Refused(f"{address}: only http and https addresses are fetched; save the page and add that file")
    if _host(address) != home and _is_private(str(_host(address))):
        raise Refused(f"{address}: {home} leads to a private network; give this address by itself if you mean it")


def _answer(response: httpx.Response, address: str, deadline: float) -> Answer:
    if response.status_code != 200:
        raise UnreadableSource(f"{address}: the server answered {response.status_code} {response.reason_phrase}; hoped "
                               "for a page; look at the address in a browser")
    media_type, _, rest = response.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() not in TYPES:
        raise Refused(f"{address}: is {media_type.strip():.60}; hoped for HTML, text or a feed; download it and add "
                      "the file")
    content = _body(response, PAGE_LIMIT, deadline, address)
    if len(content) > PAGE_LIMIT:
        raise Refused(f"{address}: is larger than {PAGE_LIMIT // 2**20} MB, which no report is; save the part that you "
                      "want and add that")
    return Answer(address, content, charset_of(rest), datetime.now(UTC).isoformat(timespec="seconds"))


def _body(response: httpx.Response, limit: int, deadline: float, address: str) -> bytes:
    """What a server sends, up to a little more than the limit; Refused where it takes too long."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > limit:
            break
        if time.monotonic() > deadline:
            raise Refused(f"{address}: not done within {DEADLINE:g} seconds; save the page from a browser")
    return b"".join(parts)


def clean(address: str) -> str:
    """An address as it is kept: without a password or the part behind #."""
    parts = urlsplit(urldefrag(address.strip())[0])
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _host(address: str) -> str | None:
    return urlsplit(address).hostname


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _is_private(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_global for entry in found)


def pages_at(address: str) -> Iterator[Page | Problem]:
    """The page at an address, or the pages that the feed there links to; UnreadableSource where there is neither."""
    import httpx

    with httpx.Client(headers={"user-agent": AGENT, "accept": ACCEPT}, timeout=TIMEOUT) as client:
        fetcher = Fetcher(client)
        answer = fetcher.fetch(address)
        if kind_of(answer.content[:HEAD]).kind == "feed":
            yield from _linked(fetcher, answer)
            return
        page = _page(answer)
        if isinstance(page, Problem):
            raise UnreadableSource(page.message)
        yield page


def _page(answer: Answer, particulars: tuple[tuple[str, str], ...] = ()) -> Page | Problem:
    return one_page(answer.content, answer.address, address=answer.address, charset=answer.charset,
                    fetched=answer.fetched, particulars=particulars)


def _linked(fetcher: Fetcher, feed: Answer) -> Iterator[Page | Problem]:
    entries, outlet = entries_of(feed.content, feed.address)
    asked: set[str] = set()
    for number, entry in enumerate(entries[:ENTRIES], start=1):
        if not entry.get("link"):
            yield problem("no-link", f"{feed.address}#{number}", "the entry links to no page; hoped for an address")
            continue
        link = urljoin(feed.address, entry["link"])
        if link in asked:
            continue
        asked.add(link)
        time.sleep(fetcher.pause_of(link))
        try:
            yield _page(fetcher.fetch(link, near=_host(feed.address)), _particulars(entry, outlet))
        except UnreadableSource as error:
            yield Problem("fetch", error.code, str(error))
    if len(entries) > ENTRIES:
        yield problem("too-many", feed.address, f"has {len(entries):,} entries; the first {ENTRIES} are read; give the "
                                                "other pages by their addresses")


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
                   address=_web(entry.get("link")) or (address and f"{address}#{number}"),
                   particulars=_particulars(entry, outlet))
    if len(entries) > ENTRIES:
        yield problem("too-many", where, f"has {len(entries):,} entries; the first {ENTRIES} are read; cut it in parts")


def entries_of(content: bytes, where: str) -> tuple[list[Any], str | None]:
    """The entries of an RSS or Atom feed, and the feed's title; UnreadableSource where it has none."""
    import feedparser  # type: ignore[import-untyped]

    feed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        why = f" ({feed.bozo_exception})" if feed.get("bozo") else ""
        raise UnreadableSource(f"{where}: a feed without entries{why}; hoped for RSS or Atom")
    return list(feed.entries), feed.feed.get("title")


def _web(link: str | None) -> str | None:
    return link if link and link.startswith(("http://", "https://")) else None


def _particulars(entry: Any, outlet: str | None) -> tuple[tuple[str, str], ...]:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    given = {"title": entry.get("title"), "outlet": outlet, "byline": entry.get("author"),
             "published": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", moment) if moment else None}
    return tuple(sorted((name, value.strip()) for name, value in given.items() if value and value.strip()))
