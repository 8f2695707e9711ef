"""Many pages in one file: gzip, ZIP, JSON lines and WARC, page by page, so that a file of any size streams through.

What is damaged or cut is one problem; what was whole before it is read.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from sayso.acquire.kinds import PAGE_LIMIT, one_page, problem, too_large
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
"""What unpacks to more than 1 GB and more than 200 times its size is a bomb: pages pack to a fifth, rarely a fiftieth."""
CHUNK = 2**16
ARCHIVE_FAULTS = (OSError, EOFError, zlib.error, struct.error, ValueError, NotImplementedError, RuntimeError)
DOCUMENTS = {"word/document.xml": "a Word document (docx)", "xl/workbook.xml": "an Excel workbook (xlsx)",
             "ppt/presentation.xml": "a PowerPoint file (pptx)", "META-INF/container.xml": "an e-book (EPUB)",
             "content.xml": "an OpenDocument file"}
SIDE_SUFFIXES = frozenset("""css js mjs map json5 png jpg jpeg gif svg webp avif ico bmp woff woff2 ttf otf eot mp3 mp4
    webm ogg m4a wav swf""".split())
"""What lies beside saved pages and is passed over in folders and archives."""


class Steady(io.RawIOBase):
    """A stream that ends where its source fails; `fault` then says how."""

    def __init__(self, inner: BinaryIO, *, packed: BinaryIO | None = None) -> None:
        self.inner, self.packed, self.given, self.fault = inner, packed, 0, ""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """How many bytes were read; none where the source ends or fails."""
        if self.fault:
            return 0
        try:
            data = self.inner.read(len(buffer))
        except EOFError:
            self.fault = "it is cut off"
            return 0
        except (OSError, zlib.error) as error:
            self.fault = f"it is damaged ({error})"
            return 0
        self.given += len(data)
        if self.packed is not None and self.given > GREAT and self.given > RATIO * max(1, self.packed.tell()):
            self.fault = f"it unpacks to more than {RATIO} times its size, as no pages do"
            return 0
        buffer[:len(data)] = data
        return len(data)


class Counted(io.RawIOBase):
    """A stream that tells how much of it was read, where the one below cannot."""

    def __init__(self, inner: BinaryIO) -> None:
        self.inner, self.count = inner, 0

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """How many bytes were read."""
        data = self.inner.read(len(buffer))
        self.count += len(data)
        buffer[:len(data)] = data
        return len(data)

    def tell(self) -> int:
        """How many bytes were read so far."""
        return self.count


def unpacked(stream: BinaryIO) -> tuple[io.BufferedReader, Steady]:
    """A gzip stream unpacked, and the watch that says how it failed."""
    packed: Any = Counted(stream)
    inner: Any = gzip.GzipFile(fileobj=io.BufferedReader(packed))
    steady = Steady(inner, packed=packed)
    return io.BufferedReader(steady, CHUNK), steady


# ------------------------------------------------------------------ ZIP


def pages_of_zip(file: BinaryIO, where: str, address: str | None) -> Iterator[Page | Problem]:
    """Each page of a ZIP; UnreadableSource where it cannot be opened, is encrypted, or is another kind of document."""
    try:
        archive = zipfile.ZipFile(file)
    except ARCHIVE_FAULTS as error:
        raise UnreadableSource(f"{where}: not a whole ZIP ({error}); hoped for a ZIP of pages; copy or download it "
                               "again") from None
    members = [m for m in archive.infolist() if not m.is_dir()]
    names = {m.filename for m in members}
    for name, words in DOCUMENTS.items():
        if name in names and not any(n.endswith((".html", ".htm")) and "/" not in n for n in names):
            raise UnreadableSource(f"{where}: is {words}; hoped for a ZIP of pages; save it as HTML or text")
    if len(members) > MEMBERS:
        raise UnreadableSource(f"{where}: {len(members):,} members; at most {MEMBERS:,} are read; split it")
    wanted = [m for m in members if not passed_over(m.filename)]
    locked = [m for m in wanted if m.flag_bits & 1]
    if locked and len(locked) == len(wanted):
        raise UnreadableSource(f"{where}: is encrypted; hoped for a ZIP without a password; unpack it and add the folder")
    if locked:
        yield problem("encrypted", where, f"{len(locked):,} of {len(wanted):,} members are encrypted, as "
                                          f"{locked[0].filename}; unpack it and add the folder")
    budget = max(GREAT, RATIO * sum(m.compress_size for m in members))
    for member in wanted:
        if member.flag_bits & 1:
            continue
        name = f"{where}#{member.filename}"
        if member.file_size > PAGE_LIMIT:
            yield too_large(name)
            continue
        try:
            with archive.open(member) as opened:
                content = opened.read(PAGE_LIMIT + 1)
        except ARCHIVE_FAULTS as error:
            yield problem("damaged", name, f"cannot be unpacked ({error or type(error).__name__}); pack it again")
            continue
        budget -= len(content)
        if budget < 0:
            yield problem("bomb", where, f"unpacks to more than {RATIO} times its size, as no pages do; the rest of it "
                                         "is left out")
            return
        yield one_page(content, name, address=address and f"{address}#{member.filename}", name=member.filename)


def passed_over(path: str) -> bool:
    """Whether a file lies beside pages and is none: hidden, or a style sheet, script, image, font, sound."""
    parts = path.replace("\\", "/").split("/")
    return (any(p.startswith((".", "__MACOSX")) for p in parts if p not in ("", ".", ".."))
            or parts[-1].rpartition(".")[2].lower() in SIDE_SUFFIXES and "." in parts[-1])


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
            break
        elif line.strip():
            yield page_of_line(line.rstrip(b"\r\n"), at, address and f"{address}#{number}", fields)
    if watch and watch.fault:
        yield problem("damaged", where, f"{watch.fault}; the {number:,} lines before are read")


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
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    records = ArchiveIterator(stream)
    records.INC_RECORD = ""  # what it would print on standard error
    count = pages = 0
    fault = ""
    while True:
        try:
            record = next(records, None)
            if record is None:
                break
            count += 1
            page = _page_of_record(record, where)
            if record.raw_stream.limit > 0 and (record.raw_stream.read(1) == b"" or watch.fault):
                fault = "it is cut off"
                break
        except (ArchiveLoadFailed, *ARCHIVE_FAULTS, AttributeError, TypeError, LookupError) as error:
            fault = f"it is damaged ({' '.join(str(error).split()):.100})"
            break
        if page is not None:
            pages += 1
            yield page
    if fault := watch.fault or fault:
        yield problem("damaged", where, f"{fault}; the {pages:,} pages before are read; download it again for the rest")
    elif not pages:
        yield problem("empty", where, f"no HTML or text in its {count:,} records; hoped for pages that a server answered")


def _page_of_record(record: Any, where: str) -> Page | Problem | None:
    """The page of a record, or None where it holds none: requests, redirects, errors, images."""
    headers = record.http_headers
    if record.rec_type not in ("response", "resource", "conversion"):
        return None
    if record.rec_type == "response" and (headers is None or headers.get_statuscode() != "200"):
        return None
    kind = (headers or record.rec_headers).get_header("Content-Type") or ""
    media_type, _, rest = kind.partition(";")
    if media_type.strip().lower() not in PAGE_TYPES | {""}:
        return None
    address = record.rec_headers.get_header("WARC-Target-URI")
    name = f"{where}#{address or record.rec_headers.get_header('WARC-Record-ID')}"
    content = _read_some(record.content_stream())
    if len(content) > PAGE_LIMIT:
        return too_large(name)
    page = one_page(content, name, address=address or name, charset=charset_of(rest),
                    fetched=record.rec_headers.get_header("WARC-Date"))
    return None if isinstance(page, Problem) and not media_type.strip() else page


def _read_some(stream: Any) -> bytes:
    """Up to one byte more than a page may have."""
    parts, size = [], 0
    while size <= PAGE_LIMIT and (part := stream.read(CHUNK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def charset_of(parameters: str) -> str | None:
    """The charset among the parameters of a Content-Type."""
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
