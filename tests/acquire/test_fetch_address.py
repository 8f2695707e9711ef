"""Addresses and the feeds at them, served on this machine: what is asked for, how, and what is refused."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import sayso
from sayso.acquire import address
from sayso.acquire.fetch import find_pages, pages_of
from sayso.errors import Refused, UnreadableSource
from sayso.model import Page, Problem

HTML = b"<!doctype html><html><body><p>The ferry stays shut, Lena Ruiz said.</p></body></html>"
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """A server on this machine: replies by path, and what was asked of it."""

    at: str = ""
    replies: dict[str, Reply | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def give(self, path: str, body: bytes = HTML, kind: str | None = "text/html", status: int = 200,
             **headers: str) -> str:
        """The address of a page with this reply."""
        given = {"Content-Type": kind} if kind else {}
        self.replies[path] = (status, given | headers, body)
        return self.at + path


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server on this machine that knows no path yet."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(address, "PAUSE", 0.0)
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            served.agents.add(self.headers["User-Agent"])
            reply = served.replies.get(self.path, (404, {}, b""))
            if callable(reply):
                return reply(self)
            status, headers, body = reply
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
            return None

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    served.at = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()


def refusal(source: str) -> str:
    """The line of a Refused."""
    with pytest.raises(Refused) as raised:
        list(pages_of(source))
    return str(raised.value)


# ------------------------------------------------------------------ one address


def test_a_page_is_fetched_once_under_an_honest_name(site):
    page, = find_pages([site.give("/a", kind="text/html; charset=ISO-8859-1")])
    assert (page.content, page.media_type) == (HTML, "text/html")
    assert (page.address, page.charset) == (f"{site.at}/a", "ISO-8859-1")
    assert page.fetched.endswith("+00:00") and site.asked == ["/robots.txt", "/a"]
    assert site.agents == {address.AGENT} and f"sayso/{sayso.__version__}" in address.AGENT


def test_a_redirect_gives_the_last_address(site):
    site.give("/a", b"", status=302, Location="/b?x=1#part")
    site.give("/b?x=1")
    page, = find_pages([f"{site.at}/a#top"])
    assert page.address == f"{site.at}/b?x=1"


def test_a_packed_page_is_unpacked(site):
    page, = find_pages([site.give("/a", gzip.compress(HTML), Content_Encoding="gzip")])
    assert page.content == HTML


def test_passwords_are_not_kept(site):
    site.give("/a")
    page, = find_pages([site.at.replace("//", "//user:secret@") + "/a"])
    assert page.address == f"{site.at}/a"


@pytest.mark.parametrize(("robots", "path", "allowed"), [
    (b"User-agent: *\nDisallow: /private", "/private/a", False),
    (b"User-agent: *\nDisallow: /private", "/a", True),
    (b"User-agent: sayso\nDisallow: /", "/a", False),
    (b"\xef\xbb\xbfUser-agent: sayso\nDisallow: /", "/a", False),
    (b"User-agent: other\nDisallow: /", "/a", True),
    (b"\xff\xfe not a robots.txt \0", "/a", True),
])
def test_robots_txt_is_kept_to(site, robots, path, allowed):
    site.give("/robots.txt", robots, "text/plain")
    site.give(path)
    thing, = find_pages([site.at + path])
    assert isinstance(thing, Page if allowed else Problem)
    assert (path in site.asked) is allowed
    if not allowed:
        assert thing.code == "refused" and "robots.txt" in thing.message


def test_a_robots_txt_that_fails_means_no(site):
    site.give("/robots.txt", status=503)
    assert "robots.txt cannot be read" in refusal(site.give("/a")) and "/a" not in site.asked


def test_a_robots_txt_elsewhere(site):
    site.give("/robots.txt", b"", status=301, Location="/r.txt")
    site.give("/r.txt", b"User-agent: *\nDisallow: /")
    assert "robots.txt asks" in refusal(site.give("/a"))


def test_where_a_redirect_leads_robots_txt_counts_too(site):
    site.give("/robots.txt", b"User-agent: *\nDisallow: /b")
    site.give("/b")
    assert "/b: the site's robots.txt asks" in refusal(site.give("/a", b"", status=302, Location="/b"))


def test_redirects_without_end(site):
    assert "more than 5 redirects" in refusal(site.give("/a", b"", status=302, Location="/a"))
    assert site.asked.count("/a") == 6


@pytest.mark.parametrize("target", ["file://localhost/a", "ftp://127.0.0.1/a"])
def test_redirects_that_leave_the_web(site, target):
    assert "only http and https" in refusal(site.give("/a", b"", status=302, Location=target))


def test_redirects_into_a_private_network(site):
    private = site.at.replace("127.0.0.1", "localhost")
    assert "leads to a private network" in refusal(site.give("/a", b"", status=302, Location=f"{private}/b"))


@pytest.mark.parametrize("told", [True, False])
def test_a_page_that_is_too_large(site, monkeypatch, told):
    monkeypatch.setattr(address, "PAGE_LIMIT", 100_000)
    sent: list[int] = []

    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        if told:
            handler.send_header("Content-Length", str(1 << 40))
        handler.end_headers()
        try:
            for _ in range(4000):
                handler.wfile.write(bytes(10_000))
                sent.append(10_000)
        except OSError:
            pass

    site.replies["/a"] = pour
    assert "is larger than" in refusal(f"{site.at}/a") and sum(sent) < 30_000_000


def test_a_packed_bomb_is_let_go(site, monkeypatch):
    monkeypatch.setattr(address, "PAGE_LIMIT", 100_000)
    assert "is larger than" in refusal(site.give("/a", gzip.compress(bytes(5_000_000)), Content_Encoding="gzip"))


def test_a_server_that_is_silent(site, monkeypatch):
    monkeypatch.setattr(address, "TIMEOUT", 0.2)
    site.replies["/a"] = lambda handler: time.sleep(1)
    assert "no answer within 0.2 seconds" in refusal(f"{site.at}/a")


def test_a_server_that_drips(site, monkeypatch):
    monkeypatch.setattr(address, "DEADLINE", 0.3)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        for _ in range(40):
            try:
                handler.wfile.write(b"<p>")
            except OSError:
                return
            time.sleep(0.05)

    site.replies["/a"] = drip
    assert "not done within 0.3 seconds" in refusal(f"{site.at}/a")


@pytest.mark.parametrize(("path", "reply", "words"), [
    ("/a", {"status": 404}, "the server answered 404 Not Found"),
    ("/a", {"status": 500}, "the server answered 500"),
    ("/a", {"status": 302}, "the server answered 302"),
    ("/a", {"kind": "image/png"}, "is image/png; hoped for HTML"),
    ("/a", {"kind": "application/pdf"}, "is application/pdf"),
    ("/a", {"body": b"%PDF-1.4"}, "is a PDF"),
    ("/a", {"body": b""}, "is empty"),
    ("/a", {"body": b"\x1f\x8b", "Content_Encoding": "gzip", "kind": "text/html"}, "is empty|compression is damaged"),
    ("/a", {"body": b"no gzip", "Content_Encoding": "gzip"}, "compression is damaged"),
])
def test_what_is_no_page(site, path, reply, words):
    with pytest.raises(UnreadableSource, match=words):
        list(pages_of(site.give(path, **reply)))


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/", "http://", "https://", "http://[", "http://a b/", "http://127.0.0.1:x/",
                                    "http://nowhere.invalid/", "http://" + "a" * 300 + ".test/", "HTTP://127.0.0.1:9/\0"])
def test_addresses_that_lead_nowhere(source):
    problem, = find_pages([source])
    assert problem.code in ("refused", "unreadable-source") and problem.message.startswith("http")


# ------------------------------------------------------------------ feeds


def feed(*links: str) -> bytes:
    """An RSS feed with these links."""
    items = "".join(f"<item><title>T</title><link>{link}</link></item>" if link else "<item><title>T</title></item>"
                    for link in links)
    return f"<rss version='2.0'><channel><title>The Courier</title>{items}</channel></rss>".encode()


def test_the_pages_that_a_feed_links_to(site):
    site.give("/1")
    site.give("/robots.txt", b"User-agent: *\nDisallow: /2")
    site.give("/f", feed(f"{site.at}/1", "/2", "", f"{site.at}/1", "/3", "ftp://x.test/"), "application/rss+xml")
    page, *problems = find_pages([f"{site.at}/f"])
    assert page.address == f"{site.at}/1" and page.particulars == (("outlet", "The Courier"), ("title", "T"))
    assert [problem.code for problem in problems] == ["refused", "no-link", "unreadable-source", "refused"]
    assert site.asked.count("/1") == 1 and site.asked.count("/robots.txt") == 1


def test_only_so_many_entries(site, monkeypatch):
    monkeypatch.setattr(address, "ENTRIES", 2)
    for n in range(4):
        site.give(f"/{n}")
    *pages, problem = find_pages([site.give("/f", feed("/0", "/1", "/2", "/3"), "text/xml")])
    assert len(pages) == 2 and problem.code == "too-many" and "has 4 entries" in problem.message


def test_between_pages_of_a_feed_there_is_a_pause(site, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(address, "PAUSE", 1.5)
    monkeypatch.setattr(time, "sleep", waited.append)
    site.give("/1")
    list(find_pages([site.give("/f", feed("/1", "/1?2"), "text/xml")]))
    site.give("/robots.txt", b"User-agent: *\nCrawl-delay: 7")
    list(find_pages([f"{site.at}/f"]))
    assert waited == [1.5, 1.5, 7.0, 7.0]


def test_a_feed_does_not_lead_into_a_private_network(site, monkeypatch):
    monkeypatch.setattr(address, "_is_private", lambda host: host == "10.0.0.1")
    problem, = find_pages([site.give("/f", feed("http://10.0.0.1/admin"), "text/xml")])
    assert "leads to a private network" in problem.message


@pytest.mark.parametrize(("host", "private"), [
    ("127.0.0.1", True), ("localhost", True), ("10.1.2.3", True), ("192.168.1.1", True), ("169.254.169.254", True),
    ("::1", True), ("0.0.0.0", True), ("100.64.0.1", True), ("::ffff:127.0.0.1", True), ("93.184.215.14", False),
    ("2606:4700::1111", False), ("2130706433", True), ("0x7f.1", True)])
def test_hosts_of_a_private_network(host, private):
    assert address._is_private(host) is private


def test_a_feed_in_a_file_fetches_nothing(site, tmp_path):
    (tmp_path / "f.xml").write_bytes(feed(site.give("/1")))
    problem, = find_pages([str(tmp_path / "f.xml")])
    assert "no text of its own" in problem.message and site.asked == []
