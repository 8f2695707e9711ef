"""What a file is, by its first bytes and only then by its name; and how much of one is read.

Known to fail: text that begins with an HTML tag and is not HTML; a page without any tag in its first characters and
without a suffix is taken for text.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Literal, NamedTuple

from sayso.errors import UnreadableSource
from sayso.model import Page, Problem

Kind = Literal["html", "text", "jsonl", "json", "warc", "feed", "zip", "gzip", "empty", "other"]

HEAD = 8192
"""Bytes that tell what a file is; a feed's or page's root element stands in them behind any comment or DOCTYPE."""
PAGE_LIMIT = 32 * 2**20
"""Bytes of one page: the longest news pages (live blogs, scripts and all) stay below 10 MB; more is not a report."""

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"), (b"\x89PNG\r\n", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"RIFF", "an image or sound (RIFF)"), (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"), (b"Rar!", "a RAR archive"), (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3\0", "an SQLite database"), (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"), (b"PAR1", "a Parquet table"), (b"\x7fELF", "a program"), (b"MZ\x90", "a program"),
    (b"bplist00", "a Safari web archive"), (b"ID3", "a sound file"), (b"OggS", "a sound file"),
    (b"\x1aE\xdf\xa3", "a film"), (b"wOFF", "a font"), (b"wOF2", "a font"))
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
REMEDIES = {"a PDF": "extract its text first (pdftotext) and add that", "a JSON array": "make lines of it: jq -c '.[]'",
            "an MHTML archive of a browser": "save the page as HTML", "a Safari web archive": "save the page as HTML",
            "a table": "make JSON lines of it, one report a line"}
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".asp", ".aspx", ".php"})
JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
ROOT = re.compile(r"<!doctype\s+html|<(?:html|head|body|meta|title)[\s>/]", re.I)
FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
TAG = re.compile(r"<(?:[a-z][a-z0-9]*[\s>/]|!--|!doctype)", re.I)
MHTML = re.compile(r"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related", re.I)
WIDE_MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"),
              (b"\xfe\xff", "utf-16"))
CONTROL = bytes(sorted({*range(9), *range(14, 27), 28, 29, 30, 31}))
BINARY = 0.05
"""A head with a greater share of control characters than this is not text; a stray null byte does not make it so."""


class Found(NamedTuple):
    """What a file is; `words` names a kind that is not read, as "a PDF"."""

    kind: Kind
    words: str = ""


def kind_of(head: bytes, name: str = "") -> Found:
    """What a file is that begins with these bytes and has this name."""
    if not head.strip(b" \t\r\n\f\v\0\xef\xbb\xbf"):
        return Found("other", "nothing but null bytes") if b"\0" in head else Found("empty")
    if head.startswith(ZIPS):
        return Found("zip")
    if head.startswith(b"\x1f\x8b"):
        return Found("gzip")
    if head.startswith((b"WARC/", b"filedesc://")):
        return Found("warc")
    for magic, words in MAGIC:
        if head.startswith(magic):
            return Found("other", words)
    if head[4:8] == b"ftyp":
        return Found("other", "a film or image")
    text = _decoded(head)
    if text is None:
        return Found("other", "a binary file")
    return _kind_of_text(text.lstrip("\ufeff \t\r\n\f\v\0"), PurePath(name).suffix.lower(), whole=len(head) < HEAD)


def _decoded(head: bytes) -> str | None:
    """The first characters, well enough to tell tags from text; None where they are no text."""
    for mark, encoding in WIDE_MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    half = len(head) // 2
    if half >= 8:
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if head[first::2].count(0) > 0.7 * half and head[1 - first::2].count(0) < 0.1 * half:
                return head.decode(encoding, "replace")
    if len(head) - len(head.translate(None, CONTROL)) > BINARY * max(100, len(head)):
        return None
    return head.decode("utf-8", "replace")


def _kind_of_text(text: str, suffix: str, whole: bool) -> Found:
    if text.startswith("<"):
        if ROOT.search(text[:1024]) and not FEED.search(text[:1024]):
            return Found("html")
        if FEED.search(text) and (text.startswith("<?xml") or FEED.match(text) or suffix in {".xml", ".rss", ".atom"}):
            return Found("feed")
        if text.startswith("<?xml") and suffix not in HTML_SUFFIXES and not ROOT.search(text):
            return Found("other", "XML that is neither a page nor a feed")
        if TAG.match(text) and suffix not in {".txt", ".text"}:
            return Found("html")
    if text.startswith("{"):
        return _kind_of_json(text, suffix, whole)
    if text.startswith("[") and (suffix in JSON_SUFFIXES or re.match(r"\[\s*\{\s*\"", text)):
        return Found("other", "a JSON array")
    if suffix in {".csv", ".tsv"}:
        return Found("other", "a table")
    if MHTML.match(text):
        return Found("other", "an MHTML archive of a browser")
    return Found("html" if suffix in HTML_SUFFIXES else "text")


def _kind_of_json(text: str, suffix: str, whole: bool) -> Found:
    line, newline, _ = text.partition("\n")
    if not newline and not whole:
        return Found("jsonl" if re.match(r'\{\s*"', text) else "text")
    try:
        return Found("jsonl" if isinstance(json.loads(line), dict) else "text")
    except (ValueError, RecursionError):
        if re.match(r'\{\s*"', text):
            return Found("jsonl" if re.match(r'\{\s*"', line) else "json")
        return Found("jsonl" if suffix in JSON_SUFFIXES else "text")


def no_page(words: str) -> str:
    """What is said of a file that is of no kind that is read."""
    return (f"is {words}; hoped for HTML, text, JSON lines, WARC, ZIP or a feed; "
            f"{REMEDIES.get(words, 'save it as HTML or text')}")


def too_large(where: str) -> Problem:
    """The problem of a page above the limit."""
    return problem("too-large", where, f"is larger than {PAGE_LIMIT // 2**20} MB, which no report is; cut out the "
                                       "report, or give many reports as JSON lines, ZIP or WARC")


def problem(code: str, where: str, message: str) -> Problem:
    """A problem of this stage; every message begins with the place it is about."""
    return Problem("fetch", code, f"{where}: {message}")


def unreadable(code: str, where: str, message: str) -> UnreadableSource:
    """The error of a source of which nothing can be read; the code is that of its problem, where it is a member."""
    error = UnreadableSource(f"{where}: {message}")
    error.code = code
    return error


def one_page(content: bytes, where: str, *, address: str, charset: str | None = None, fetched: str | None = None,
             particulars: tuple[tuple[str, str], ...] = ()) -> Page | Problem:
    """The page that a server sent as a page or a text, or why it is none."""
    found = kind_of(content[:HEAD])
    if found.kind == "empty":
        return problem("empty", where, "is empty; hoped for a page or a text")
    if found.kind not in ("html", "text", "jsonl", "json"):
        names = {"zip": "a ZIP", "gzip": "a gzip archive", "warc": "a WARC", "feed": "a feed"}
        return problem("not-a-page", where, no_page(found.words or names[found.kind]))
    return Page(content=content, media_type="text/html" if found.kind == "html" else "text/plain", address=address,
                charset=charset, fetched=fetched, particulars=particulars)
