"""Many pages in one file: gzip, ZIP, JSON lines and WARC, page by page, so that a file of any size streams through.

What is damaged or cut is one problem; what was whole before it is read.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Any, BinaryIO

from sayso.acquire.kinds import PAGE_LIMIT, no_page, one_page, problem, too_large, unreadable
from sayso.errors import UnreadableSource
from sayso.model import Page, Problem

Fields = Mapping[str, str]
"""Name of a particular (as in FIELDS) → key of the JSON object that holds it."""

FIELDS: dict[str, tuple[str, ...]] = {
    "html": ("html",), "text": ("text", "content", "body"), "title": ("title", "headline"), "outlet": ("outlet",),
    "published": ("published", "date"), "address": ("address", "url"), "byline": ("byline", "author"),
    "language": ("language",)}
"""Keys that are looked for in this order where the user names none."""
LINE_LIMIT = 2 * PAGE_LIMIT
"""Bytes of one JSON line: a page in it may be longer by its escapes."""
MEMBERS = 200_000
"""Members of a ZIP: its directory is held in memory, half a kilobyte for each."""
GREAT = 2**30
RATIO = 200
"""What unpacks to more than 1 GB and more than 200 times its size is a bomb: pages pack to a fifth of theirs."""
CHUNK = 2**16
ENCRYPTED = 1
"""The flag of an encrypted member (APPNOTE 4.4.4, bit 0)."""
ARCHIVE_FAULTS = (OSError, EOFError, zlib.error, struct.error, ValueError, NotImplementedError, RuntimeError,
                  zipfile.BadZipFile, lzma.LZMAError)
DOCUMENTS = {"word/document.xml": "a Word document (docx)", "xl/workbook.xml": "an Excel workbook (xlsx)",
             "ppt/presentation.xml": "a PowerPoint file (pptx)", "META-INF/container.xml": "an e-book (EPUB)",
             "content.xml": "an OpenDocument file"}
BESIDE = frozenset(
    ("css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "woff", "woff2",
     "ttf", "otf", "eot", "mp3", "mp4", "webm", "ogg", "m4a", "wav", "swf", "db", "db-wal", "db-shm", "db-journal"))
"""Suffixes of what lies beside saved pages, ledgers among it; passed over in folders and archives."""
NOTES = frozenset({"readme", "license", "licence", "copying", "notice"})
"""Files about a folder, not reports in it."""


class Steady(io.RawIOBase):
    """A stream that ends where its source fails or gives more than is `allowed`; `fault` then says how.

    `head` comes first: what was read of the source to see what it is.
    """

    def __init__(self, inner: BinaryIO, *, head: bytes = b"", allowed: Callable[[], int] | None = None) -> None:
        self.inner, self.head, self.allowed, self.given, self.fault = inner, head, allowed, 0, ""
        self.take = getattr(inner, "read1", inner.read)  # read() would lose what came before a fault

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """How many bytes were read; none where the source ends or fails."""
        if self.fault:
            return 0
        try:
            data = self.head[:len(buffer)] or self.take(len(buffer)) or b""
        except EOFError:
            self.fault = "it is cut off"
            return 0
        except ARCHIVE_FAULTS as error:
            self.fault = f"it is damaged ({error})"
            return 0
        self.head = self.head[len(data):] if self.head else b""
        self.given += len(data)
        if self.allowed and self.given > self.allowed():
            self.fault = f"it unpacks to more than {RATIO} times its size, as no pages do"
            return 0
        buffer[:len(data)] = data
        return len(data)


def buffered(steady: Steady) -> BinaryIO:
    """The same with read and readline of any length."""
    return io.BufferedReader(steady, CHUNK)


def read_some(stream: Any) -> bytes:
    """The whole of a stream, or a little more than a page may have."""
    parts, size = [], 0
    while size <= PAGE_LIMIT and (part := stream.read(CHUNK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def unpacked(stream: BinaryIO) -> Steady:
    """A gzip stream unpacked."""
    packed = Steady(stream)
    inner: Any = gzip.GzipFile(fileobj=buffered(packed))
    return Steady(inner, allowed=lambda: max(GREAT, RATIO * packed.given))


# ------------------------------------------------------------------ ZIP


def members_of_zip(file: BinaryIO, where: str) -> Iterator[tuple[str, Steady] | Problem]:
    """Name and content of each file in a ZIP that may be a page, the content to be read before the next is asked for.

    UnreadableSource where it cannot be opened, is encrypted, or is another kind of document.
    """
    try:
        archive = zipfile.ZipFile(file)
    except ARCHIVE_FAULTS as error:
        raise unreadable("damaged", where, f"not a whole ZIP ({error}); hoped for a ZIP of pages; copy or download it "
                                           "again") from None
    members = [member for member in archive.infolist() if not member.is_dir()]
    names = {member.filename for member in members}
    if words := next((words for name, words in DOCUMENTS.items() if name in names), None):
        raise unreadable("not-a-page", where, no_page(words))
    if len(members) > MEMBERS:
        raise UnreadableSource(f"{where}: has {len(members):,} files in it; at most {MEMBERS:,} are read; split it")
    wanted = [m for m in members if not passed_over(m.filename) and not _beside_page(m.filename, names)]
    if not wanted:
        raise unreadable("empty", where, "a ZIP without a page; hoped for HTML, text, JSON lines or WARC in it")
    locked = [member for member in wanted if member.flag_bits & ENCRYPTED]
    if locked:
        line = (f"{len(locked):,} of {len(wanted):,} files in it are encrypted, as {locked[0].filename:.100}; unpack "
                "it with its password and add the folder")
        if len(locked) == len(wanted):
            raise unreadable("encrypted", where, line)
        yield problem("encrypted", where, line)
    yield from _opened_members(archive, [m for m in wanted if not m.flag_bits & ENCRYPTED], where)


def _opened_members(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo],
                    where: str) -> Iterator[tuple[str, Steady] | Problem]:
    left = max(GREAT, RATIO * sum(member.compress_size for member in members))
    for member in members:
        try:
            opened: Any = archive.open(member)
        except ARCHIVE_FAULTS as error:
            yield problem("damaged", f"{where}#{member.filename}", f"cannot be unpacked ({error or 'damaged'}); copy "
                                                                   "or download the archive again")
            continue
        with opened:
            steady = Steady(opened, allowed=partial(int, left))
            yield member.filename, steady
        left -= steady.given
        if left < 0:
            yield problem("bomb", where, f"unpacks to more than {RATIO} times its size, as no pages do; the rest of it "
                                         "is left out")
            return


def _beside_page(path: str, names: Set[str]) -> bool:
    """Whether one of the folders of a path holds what a browser saved beside a page."""
    ends = [at for at, sign in enumerate(path) if sign == "/"]
    return any(saved_beside_page(path[:end], names) for end in ends)


def saved_beside_page(folder: str, names: Set[str]) -> bool:
    """Whether a folder holds what a browser saved beside one of these pages: page_files/ beside page.html."""
    page = folder.removesuffix("_files")
    return page != folder and any(page + suffix in names for suffix in (".html", ".htm", ".xhtml"))


def passed_over(path: str) -> bool:
    """Whether a file in a folder or archive is no page, and needs no word: hidden, an image, script, font, note."""
    *folders, name = path.replace("\\", "/").split("/")
    stem, dot, suffix = name.lower().rpartition(".")
    return (any((part.startswith(".") and part.strip(".")) or part == "__MACOSX" for part in (*folders, name))
            or (bool(dot) and suffix in BESIDE) or (stem if dot else suffix) in NOTES)


# ------------------------------------------------------------------ JSON lines


def check_fields(fields: Fields) -> None:
    """UnreadableSource where the user names a particular that there is not."""
    for name in fields:
        if name not in FIELDS:
            raise UnreadableSource(f"--field {name}={fields[name]}: no such particular; hoped for {', '.join(FIELDS)}")


def pages_of_lines(stream: BinaryIO, where: str, address: str | None, fields: Fields,
                   watch: Steady | None = None) -> Iterator[Page | Problem]:
    """Each line of JSON as a page whose content is the line, byte for byte, without its end."""
    number = 0
    while line := stream.readline(LINE_LIMIT + 1):
        number += 1
        at = f"{where}#{number}"
        whole = line.endswith(b"\n")
        if not whole and len(line) > LINE_LIMIT:
            while (more := stream.readline(CHUNK)) and not more.endswith(b"\n"):
                pass
            yield too_large(at)
        elif watch and watch.fault and not whole:
            number -= 1
            break
        elif line.strip():
            yield page_of_line(line.rstrip(b"\r\n"), at, address and f"{address}#{number}", fields)
    if watch and watch.fault:
        yield problem("damaged", where, f"{watch.fault}; the {number:,} whole lines before are read")


def page_of_line(line: bytes, where: str, address: str | None, fields: Fields) -> Page | Problem:
    """The page that a JSON object holds, or why it holds none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return problem("bad-line", where, f"not JSON ({str(error).partition(chr(10))[0]:.100}); hoped for one object "
                                          "a line")
    if not isinstance(row, dict):
        return problem("bad-line", where, f"JSON, but {type(row).__name__}; hoped for one object a line")
    text_field = next((key for key in _text_keys(fields) if isinstance(row.get(key), str) and row[key].strip()), None)
    if text_field is None:
        held = ", ".join(sorted(map(str, row)))
        return problem("bad-line", where, f"no text under {' or '.join(_text_keys(fields))}; the line has "
                                          f"{held or 'nothing':.200}; name the key: --field text=KEY")
    given = {name: value for name in FIELDS if name not in ("html", "text")
             if (value := _particular(row, name, fields))}
    return Page(content=line, media_type="application/json", address=given.pop("address", None) or address,
                particulars=tuple(sorted(given.items())), text_field=text_field)


def _text_keys(fields: Fields) -> list[str]:
    named = [fields[name] for name in ("html", "text") if name in fields]
    return named or [key for name in ("html", "text") for key in FIELDS[name]]


def _particular(row: Mapping[str, Any], name: str, fields: Fields) -> str | None:
    for key in (fields[name],) if name in fields else FIELDS[name]:
        value = row.get(key)
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = ", ".join(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


# ------------------------------------------------------------------ WARC

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})


def pages_of_warc(stream: BinaryIO, where: str, watch: Steady) -> Iterator[Page | Problem]:
    """Each HTML or text that a server answered with, as a WARC kept it."""
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

    records = ArchiveIterator(stream, no_record_parse=True)  # HTTP is parsed below: it takes a cut there for the end
    records.INC_RECORD = ""  # what it would print on standard error
    count = pages = 0
    fault = ""
    while True:
        try:
            record = next(records, None)
            if record is None:
                break
            count += 1
            page = _page_of_record(record, records.loader, where)
            if _is_cut(record):
                fault = "it is cut off"
                break
        except (ArchiveLoadFailed, *ARCHIVE_FAULTS, AttributeError, TypeError, LookupError) as error:
            fault = f"it is damaged ({' '.join(str(error).split()):.100})"
            break
        if page is not None:
            pages += 1
            yield page
    if fault := watch.fault or fault:
        yield problem("damaged", where, f"{fault}; the {pages:,} whole pages before are read; download it again for "
                                        "the rest")
    elif not pages:
        yield problem("empty", where, f"no HTML or text in its {count:,} records; hoped for pages that a server sent")


def _page_of_record(record: Any, loader: Any, where: str) -> Page | Problem | None:
    """The page of a record, or None where it holds none: requests, redirects, errors, images."""
    if record.rec_type not in ("response", "resource", "conversion"):
        return None
    address = record.rec_headers.get_header("WARC-Target-URI") or record.rec_headers.get_header("uri")
    headers = record.http_headers = loader.load_http_headers(record.rec_type, address, record.raw_stream, record.length)
    if record.rec_type == "response" and (headers is None or headers.get_statuscode() != "200"):
        return None
    kind = (headers or record.rec_headers).get_header("Content-Type") or ""
    media_type, _, rest = kind.partition(";")
    if media_type.strip().lower() not in PAGE_TYPES | {""}:
        return None
    name = f"{where}#{address or record.rec_headers.get_header('WARC-Record-ID')}"
    content = read_some(record.content_stream())
    if len(content) > PAGE_LIMIT:
        return too_large(name)
    page = one_page(content, name, address=address or name, charset=charset_of(rest),
                    fetched=record.rec_headers.get_header("WARC-Date"))
    return None if isinstance(page, Problem) and not media_type.strip() else page


def _is_cut(record: Any) -> bool:
    """Whether the file ends before a record does, or before its headers do; the rest of the record is read."""
    if record.format == "warc" and not (record.rec_headers.get_header("Content-Length") or "").isdecimal():
        return True
    while record.raw_stream.read(CHUNK):
        pass
    return bool(getattr(record.raw_stream, "limit", 0) > 0)


def charset_of(parameters: str) -> str | None:
    """The charset among the parameters of a Content-Type."""
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
