"""From whatever the user names to pages: files, folders, archives, feeds in files, standard input; nothing raised."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from sayso.acquire import archives, kinds
from sayso.acquire.fetch import find_pages, pages_of
from sayso.errors import UnreadableSource
from sayso.model import Page, Problem

HTML = b"<!doctype html><html><body><p>The ferry stays shut, Lena Ruiz said.</p></body></html>"
TEXT = "“The ferry stays shut,” Lena Ruiz said.\n".encode()
LINE = json.dumps({"text": "The ferry stays shut.", "title": "Shut", "url": "https://courier.test/1"}).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def feed(*items: str) -> bytes:
    """An RSS feed with these items."""
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>The Courier</title>"
    return f"{head}{''.join(items)}</channel></rss>".encode()


def found(folder: Path, files: dict[str, bytes], *sources: str) -> list[Page | Problem]:
    """What is found in a folder with these files, or in these of its sources."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(find_pages([str(folder / source) for source in sources] or [str(folder)]))


def lines(things: list[Page | Problem]) -> list[str]:
    """The addresses of pages, and the codes of problems."""
    return [thing.message if isinstance(thing, Problem) else Path(thing.address or "-").name for thing in things]


# ------------------------------------------------------------------ kinds


@pytest.mark.parametrize(("name", "content", "media_type"), [
    ("a.html", HTML, "text/html"),
    ("a.txt", HTML, "text/html"),                                     # content before suffix
    ("a", HTML, "text/html"),
    ("a.htm", b"The ferry <b>stays</b> shut.", "text/html"),
    ("a.html", b"<!-- saved from url=(0020)https://courier.test/ -->\n<html>", "text/html"),
    ("a.html", b"<?xml version='1.0'?>\n<!DOCTYPE html><html xmlns='x'>", "text/html"),
    ("a.bin", b"<p>The ferry</p>", "text/html"),
    ("a.html", HTML.decode().encode("utf-16"), "text/html"),
    ("a.html", HTML.decode().encode("utf-16-le"), "text/html"),
    ("a.html", b"\xef\xbb\xbf" + HTML, "text/html"),
    ("a.html", b"\0\0" + HTML, "text/html"),
    ("a.txt", TEXT, "text/plain"),
    ("a", TEXT, "text/plain"),
    ("a.txt", b"<b> is a tag, she said.", "text/plain"),
    ("a.txt", b"{Correction} The ferry is open.", "text/plain"),
    ("a.txt", b"[Courier] The ferry is open.", "text/plain"),
    ("a.txt", b"The ferry\0 is open.", "text/plain"),
    ("a.txt", "שלום 🚢 مرحبا".encode(), "text/plain"),
    ("a.json", b'{"text": "The ferry"}', "application/json"),
    ("a.txt", b'{"text": "The ferry"}\n{"text": "The bus"}', "application/json"),
    ("a.json", b'{\n "text": "The ferry"\n}\n', "application/json"),
    ("a.html.gz", gzip.compress(HTML), "text/html"),
])
def test_content_decides_what_a_file_is(tmp_path, name, content, media_type):
    first, *_ = found(tmp_path, {name: content}, name)
    assert isinstance(first, Page) and first.media_type == media_type and first.address.startswith(str(tmp_path / name))


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.txt", b"", "is empty"),
    ("a.html", b" \n\n\t", "is empty"),
    ("a.html", b"\0" * 5000, "nothing but null bytes"),
    ("a.html", b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
    ("a.html", b"\x89PNG\r\n\x1a\n", "is a PNG image"),
    ("a.docx", zipped({"[Content_Types].xml": b"", "word/document.xml": b"<w/>"}), "is a Word document"),
    ("a.epub", zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": b""}), "is an e-book"),
    ("a.txt", bytes(range(256)) * 20, "is a binary file"),
    ("a.db", b"SQLite format 3\0" + bytes(90), "is an SQLite database"),
    ("a.xml", b"<?xml version='1.0'?><urlset></urlset>", "is XML that is neither a page nor a feed"),
    ("a.json", b'[{"text": "The ferry"}]', "is a JSON array"),
    ("a.mht", b"From: <Saved by Blink>\r\nSubject: Ferry\r\nContent-Type: multipart/related;\r\n", "is an MHTML"),
    ("a.csv", b"title,text\nShut,The ferry", "is a table"),
    ("a.zip", b"PK\x03\x04 and no more", "not a whole ZIP"),
    ("a.zip", zipped({}), "a ZIP without a page"),
    ("a.gz", gzip.compress(HTML)[:40], "is cut off"),
    ("a.gz", gzip.compress(HTML)[:-8] + bytes(8), "is damaged"),
    ("a.gz", gzip.compress(gzip.compress(HTML)), "an archive within another"),
    ("a.xml", b"<rss><channel><title>x</title></channel></rss>", "a feed without entries"),
])
def test_what_is_no_page_is_one_line(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableSource, match=words) as raised:
        list(pages_of(str(tmp_path / name)))
    assert str(raised.value).startswith(f"{tmp_path / name}: ") and "\n" not in str(raised.value)
    problem, = find_pages([str(tmp_path / name)])
    assert problem == Problem("fetch", raised.value.code, str(raised.value))


@pytest.mark.parametrize(("source", "words"), [
    ("nowhere.html", "no such file"),
    ("www.courier.test/ferry", "begin with https://"),
    ("", "cannot be opened|no such file"),
    ("a\0b", "cannot be opened"),
    ("x" * 5000, "cannot be opened"),
    ("ftp://courier.test/a", "only http and https"),
    ("file://localhost/a", "only http and https"),
])
def test_what_cannot_be_opened_is_one_line(source, words):
    with pytest.raises(UnreadableSource, match=words):
        list(pages_of(source))


def test_one_bad_source_does_not_stop_the_others(tmp_path):
    things = found(tmp_path, {"a.html": HTML, "b.html": b"", "c.html": HTML}, "a.html", "no", "b.html", "c.html")
    assert [type(thing) for thing in things] == [Page, Problem, Problem, Page]


def test_a_page_is_the_bytes_as_they_were(tmp_path):
    page, = found(tmp_path, {"a.txt": TEXT + b"\r\n\xff\0"}, "a.txt")
    assert page == Page(content=TEXT + b"\r\n\xff\0", media_type="text/plain", address=str(tmp_path / "a.txt"))


def test_a_page_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("sayso.acquire.fetch.PAGE_LIMIT", 100)
    problem, page = found(tmp_path, {"a.html": HTML + b" " * 100, "b.html": HTML})
    assert problem.code == "too-large" and page.content == HTML


def test_header_like_lines_are_read_in_no_time():
    assert kinds.kind_of(b"a: b\r\n" * 1300).kind == "text"


# ------------------------------------------------------------------ folders


def test_a_folder_is_read_in_order_and_what_lies_beside_pages_is_not(tmp_path):
    things = found(tmp_path, {"b.html": HTML, "a/z.txt": TEXT, "a/y.html": HTML, "c.jsonl": LINE, ".hidden": TEXT,
                              ".git/x.html": HTML, "b_files/ad.html": HTML, "b_files/site.css": b"p{}", "s.css": b"p{}",
                              "x.js": b"x()", "i.png": b"\x89PNG\r\n", "README.md": b"Notes", "sayso.db": b"SQLite",
                              "sayso.db-wal": b"x", "only_files/d.html": HTML})
    assert lines(things) == ["y.html", "z.txt", "b.html", "1", "d.html"]


def test_a_folder_without_pages(tmp_path):
    with pytest.raises(UnreadableSource, match="without a page"):
        list(pages_of(str(tmp_path)))


def test_links_that_go_round_end(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    (tmp_path / "a" / "gone.html").symlink_to(tmp_path / "nowhere")
    *problems, page = found(tmp_path, {"b.html": HTML})
    assert [problem.code for problem in problems] == ["unreadable-source", "loop", "unreadable-source"]
    assert page.content == HTML


def test_a_deep_folder(tmp_path):
    os.chdir(tmp_path)
    deep = tmp_path
    for _ in range(600):
        deep = deep / "d"
    try:
        os.makedirs(deep)
    except OSError:
        pytest.skip("this file system has no such long paths")
    (deep / "a.html").write_bytes(HTML)
    assert len(list(find_pages([str(tmp_path)]))) == 1


def test_a_name_that_is_no_text(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.html"
    try:
        Path(os.fsdecode(name)).write_bytes(HTML)
    except OSError:
        pytest.skip("this file system has no such names")
    page, = find_pages([str(tmp_path)])
    assert page.address == f"{tmp_path}/caf\\xe9.html"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.html")
    problem, page = found(tmp_path, {"b.html": HTML})
    assert "pipe" in problem.message and isinstance(page, Page)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_a_folder_without_permission(tmp_path):
    (tmp_path / "a").mkdir(mode=0)
    problem, page = found(tmp_path, {"b.html": HTML})
    assert problem.code == "no-leave" and isinstance(page, Page)


def test_leave_is_refused_by_the_system(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    entries = os.listdir

    def refuse(path):
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return entries(path)

    monkeypatch.setattr(os, "listdir", refuse)
    problem, page = found(tmp_path, {"b.html": HTML})
    assert problem.code == "no-leave" and isinstance(page, Page)


# ------------------------------------------------------------------ ZIP


def test_pages_of_a_zip(tmp_path):
    archive = zipped({"in/b.html": HTML, "c.txt": TEXT, "d.jsonl": LINE + b'\n{"text":"x"}', "s.css": b"p{}",
                      "__MACOSX/._b.html": b"x", "b_files/x.html": HTML, "b.html": HTML, "e.html": b"",
                      "f.zip": zipped({"g.html": HTML})})
    things = found(tmp_path, {"a.zip": archive}, "a.zip")
    pages = [thing for thing in things if isinstance(thing, Page)]
    assert [page.address.removeprefix(str(tmp_path)) for page in pages] == [
        "/a.zip#in/b.html", "/a.zip#c.txt", "https://courier.test/1", "/a.zip#d.jsonl#2", "/a.zip#b.html"]
    assert [p.message.removeprefix(str(tmp_path)).split(";")[0] for p in things if isinstance(p, Problem)] == [
        "/a.zip#e.html: is empty", "/a.zip#f.zip: is an archive within another"]


def test_a_damaged_member_does_not_stop_the_others(tmp_path):
    archive = bytearray(zipped({"a.html": HTML, "b.html": HTML + b"!"}))
    at = archive.index(b"a.html") + 12
    archive[at] ^= 0xff
    problem, page = found(tmp_path, {"x.zip": bytes(archive)}, "x.zip")
    assert "x.zip#a.html: " in problem.message and page.content == HTML + b"!"


@pytest.mark.parametrize("some", [True, False])
def test_an_encrypted_zip(tmp_path, some):
    archive = bytearray(zipped({"a.html": HTML, "b.html": HTML}))
    at = -1
    for _ in range(1 if some else 2):
        at = archive.index(b"PK\x01\x02", at + 1)
        archive[at + 8] |= 1
    problem, *pages = found(tmp_path, {"x.zip": bytes(archive)}, "x.zip")
    assert "encrypted, as a.html" in problem.message and len(pages) == (1 if some else 0)


def test_a_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "GREAT", 1 << 20)
    bomb = zipped({f"{n}.html": HTML + b" " * (1 << 19) for n in range(10)})
    things = found(tmp_path, {"x.zip": bomb}, "x.zip")
    assert isinstance(things[0], Page) and len(things) < 6
    assert "unpacks to more than" in things[-1].message


def test_one_enormous_member_is_not_unpacked(tmp_path):
    bomb = zipped({"a.html": b"<html>" + b" " * (40 << 20), "b.html": HTML})
    problem, page = found(tmp_path, {"x.zip": bomb}, "x.zip")
    assert problem.code == "too-large" and page.content == HTML


def test_a_gzip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "GREAT", 1 << 20)
    problem, = found(tmp_path, {"a.jsonl.gz": gzip.compress(b'{"text":"' + b" " * (1 << 22))}, "a.jsonl.gz")
    assert "unpacks to more than" in problem.message


# ------------------------------------------------------------------ JSON lines


def test_a_line_is_a_page_of_its_own_bytes(tmp_path):
    page, = found(tmp_path, {"a.jsonl": b"\n" + LINE + b"\r\n\n"}, "a.jsonl")
    assert page == Page(content=LINE, media_type="application/json", address="https://courier.test/1",
                        text_field="text", particulars=(("title", "Shut"),))


def test_fields_are_found_by_the_names_that_the_user_gives(tmp_path):
    row = {"story": "The ferry.", "paper": "The Courier", "hed": "Shut", "day": 20260310, "text": "not this",
           "authors": ["L. Ruiz", "T. Lule"]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    page, = find_pages(str(tmp_path / "a.jsonl"), fields={"text": "story", "outlet": "paper", "title": "hed",
                                                          "published": "day", "byline": "authors"})
    assert page.text_field == "story" and page.address == f"{tmp_path}/a.jsonl#1"
    assert dict(page.particulars) == {"outlet": "The Courier", "title": "Shut", "published": "20260310",
                                      "byline": "L. Ruiz, T. Lule"}


def test_a_particular_that_there_is_not():
    with pytest.raises(UnreadableSource, match="outlett=x: no such particular; hoped for html, text"):
        find_pages(["a.jsonl"], fields={"outlett": "x"})


@pytest.mark.parametrize(("line", "words"), [
    (b'{"text": "The fer', "#2: not JSON"),
    (b"[1, 2]", "#2: JSON, but list"),
    (b'{"headline": "Shut", "id": 3}', "#2: no text under html or text .*the line has headline, id"),
    (b'{"text": "  "}', "#2: no text under"),
    (b'{"text": "caf\xe9"}', "#2: not JSON"),
    (b'{"text": ' + b"[" * 100_000, "#2: not JSON"),
])
def test_a_bad_line_does_not_stop_the_others(tmp_path, line, words):
    first, problem, last = found(tmp_path, {"a.jsonl": LINE + b"\n" + line + b"\n" + LINE}, "a.jsonl")
    assert first.content == last.content == LINE and problem.code == "bad-line"
    assert re.search(words, problem.message)


def test_a_line_that_is_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LINE_LIMIT", 1000)
    long = b'{"text": "' + b"x" * 200_000 + b'"}'
    first, problem, last = found(tmp_path, {"a.jsonl": b"\n".join((LINE, long, LINE))}, "a.jsonl")
    assert problem.code == "too-large" and "#2: " in problem.message and first.content == last.content


def test_lines_that_are_cut_off(tmp_path):
    rows = [json.dumps({"text": os.urandom(3000).hex()}).encode() for _ in range(20)]
    whole = gzip.compress(b"\n".join(rows))
    *pages, problem = found(tmp_path, {"a.jsonl.gz": whole[:len(whole) // 2]}, "a.jsonl.gz")
    assert [page.content for page in pages] == rows[:len(pages)] and len(pages) >= 9
    assert f"is cut off; the {len(pages)} whole lines before are read" in problem.message


# ------------------------------------------------------------------ feeds in files


def test_the_entries_of_a_feed_in_a_file_are_read_as_they_stand(tmp_path):
    page, other, problem = found(tmp_path, {"a.xml": feed(
        "<item><title>Shut</title><link>https://courier.test/1</link><author>L. Ruiz</author>"
        "<pubDate>Tue, 10 Mar 2026 08:00:00 +0300</pubDate>"
        "<description>&lt;p onclick='x'&gt;The ferry&amp;nbsp;stays.&lt;/p&gt;</description></item>",
        "<item><title>Open</title><description>Open again.</description></item>",
        "<item><title>Bare</title><link>https://courier.test/3</link></item>")}, "a.xml")
    assert page == Page(content=b"<p onclick='x'>The ferry&nbsp;stays.</p>", media_type="text/html", charset="utf-8",
                        address="https://courier.test/1", particulars=(
                            ("byline", "L. Ruiz"), ("outlet", "The Courier"),
                            ("published", "2026-03-10T05:00:00+00:00"), ("title", "Shut")))
    assert other.address == f"{tmp_path}/a.xml#2"
    assert "no text of its own" in problem.message


# ------------------------------------------------------------------ standard input


@pytest.mark.parametrize(("content", "pages"), [
    (HTML, 1), (TEXT, 1), (LINE + b"\n" + LINE, 2), (zipped({"a.html": HTML, "b.html": HTML}), 2),
    (gzip.compress(HTML), 1)])
def test_standard_input(content, pages):
    code = "from sayso.acquire.fetch import find_pages\nfor p in find_pages(['-']): print(type(p).__name__)"
    done = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().split() == ["Page"] * pages


def test_standard_input_has_no_address():
    page, = find_pages("-", stdin=io.BytesIO(HTML))
    assert page == Page(content=HTML, media_type="text/html")
    problem, = find_pages("-", stdin=io.BytesIO(b""))
    assert problem.message.startswith("standard input: is empty")


# ------------------------------------------------------------------ streaming


@pytest.mark.parametrize("name", ["a.zip", "a.jsonl.gz"])
def test_many_pages_are_not_held_in_memory(tmp_path, name):
    body = os.urandom(25_000).hex()
    if name == "a.zip":
        content = zipped({f"{n}.txt": body.encode() for n in range(100)})
    else:
        content = gzip.compress(b"\n".join([json.dumps({"text": body}).encode()] * 100), 1)
    (tmp_path / name).write_bytes(content)
    tracemalloc.start()
    count = sum(isinstance(page, Page) for page in find_pages([str(tmp_path / name)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100 and peak < 2_000_000
