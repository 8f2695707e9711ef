"""WARC archives: the pages that servers sent, whatever state the file is in."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sayso.acquire import archives
from sayso.acquire.fetch import find_pages
from sayso.model import Page, Problem

BODY = "<html><body><p>The ferry stays shut, Lena Ruiz said: “nobody crosses”.</p></body></html>"


class Archive:
    """A WARC that is being written."""

    def __init__(self, *, packed: bool) -> None:
        self.file = io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=packed)
        self.ends: list[int] = []

    def add(self, body: bytes = BODY.encode(), *, kind: str = "text/html; charset=utf-8", status: str = "200 OK",
            rec_type: str = "response", address: str | None = None, **headers: str) -> Archive:
        """Adds a record; headers are those of HTTP."""
        http = None if rec_type != "response" else StatusAndHeaders(
            status, [("Content-Type", kind), *((k.replace("_", "-"), v) for k, v in headers.items())], "HTTP/1.1")
        self.writer.write_record(self.writer.create_warc_record(
            address or f"https://courier.test/{len(self.ends)}", rec_type, payload=io.BytesIO(body), http_headers=http,
            warc_content_type="" if http else kind, warc_headers_dict={"WARC-Date": "2026-03-10T08:00:00Z"}))
        self.ends.append(self.file.tell())
        return self


def found(folder: Path, content: bytes, name: str = "a.warc") -> list[Page | Problem]:
    """What is found in a WARC of this content."""
    (folder / name).write_bytes(content)
    return list(find_pages([str(folder / name)]))


@pytest.mark.parametrize("packed", [True, False])
def test_what_a_server_sent_is_a_page(tmp_path, packed):
    page, = found(tmp_path, Archive(packed=packed).add().file.getvalue())
    assert page == Page(content=BODY.encode(), media_type="text/html", address="https://courier.test/0",
                        charset="utf-8", fetched="2026-03-10T08:00:00Z")


@pytest.mark.parametrize(("body", "headers"), [
    (gzip.compress(BODY.encode()), {"Content_Encoding": "gzip"}),
    (zlib.compress(BODY.encode()), {"Content_Encoding": "deflate"}),
    (b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY.encode()), BODY.encode()), {"Transfer_Encoding": "chunked"}),
    (BODY.encode(), {"Transfer_Encoding": "chunked"}),                       # says so, and is not
])
def test_what_http_wrapped_is_unwrapped(tmp_path, body, headers):
    page, other = found(tmp_path, Archive(packed=True).add(body, **headers).add().file.getvalue())
    assert page.content == other.content == BODY.encode()


def test_what_is_no_page_is_passed_over(tmp_path):
    archive = Archive(packed=True)
    archive.add(b"", status="301 Moved").add(status="404 Not Found").add(b"\x89PNG\r\n", kind="image/png")
    archive.add(b"software: x\r\n", rec_type="metadata", kind="application/warc-fields")
    archive.add(b"The ferry stays shut.", kind="text/plain")
    archive.add(b"The bus.", rec_type="conversion", kind="text/plain")
    texts = [page.content for page in found(tmp_path, archive.file.getvalue())]
    assert texts == [b"The ferry stays shut.", b"The bus."]


def test_a_page_that_is_not_what_it_says(tmp_path):
    problem, page = found(tmp_path, Archive(packed=True).add(b"%PDF-1.4").add().file.getvalue())
    assert problem.message.startswith(f"{tmp_path}/a.warc#https://courier.test/0: is a PDF") and isinstance(page, Page)


def test_a_page_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "PAGE_LIMIT", 1000)
    problem, page = found(tmp_path, Archive(packed=True).add(BODY.encode() * 2000).add().file.getvalue())
    assert problem.code == "too-large" and isinstance(page, Page)


def test_an_archive_without_pages(tmp_path):
    problem, = found(tmp_path, Archive(packed=True).add(b"", status="404 Not Found").file.getvalue())
    assert "no HTML or text in its 1 records" in problem.message


@pytest.mark.parametrize("packed", [True, False])
def test_cut_anywhere_what_was_whole_is_read_and_the_rest_is_one_line(tmp_path, packed, capsys):
    archive = Archive(packed=packed).add().add(b"", status="404 Not Found").add()
    whole, ends = archive.file.getvalue(), archive.ends
    for cut in range(10, len(whole), 9):
        *pages, last = found(tmp_path, whole[:cut])
        near = any(-20 < cut - end <= 0 for end in ends)  # what stands between records may be gone
        sure = sum(end <= cut for end in (ends[0], ends[2]))
        assert isinstance(last, Problem) or near
        pages += [last] if isinstance(last, Page) else []
        assert {page.content for page in pages} <= {BODY.encode()}
        assert len(pages) == sure or (near and len(pages) == sure + 1)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("packed", [True, False])
def test_damaged_anywhere_nothing_is_raised(tmp_path, packed, capsys):
    whole = Archive(packed=packed).add().add().file.getvalue()
    for at in range(0, len(whole), 9):
        damaged = bytearray(whole)
        damaged[at] ^= 0x5A
        assert found(tmp_path, bytes(damaged))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("content", [
    b"WARC/1.0\r\n", b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", b"WARC/9.9 hello\n" * 100,
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<p>x",
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: many\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"WARC/1.0\r\n" + b"X: " + b"x" * 100_000,
])
def test_what_only_begins_like_one(tmp_path, content):
    assert all(isinstance(thing, Problem) for thing in found(tmp_path, content))
    assert len(found(tmp_path, content)) == 1
