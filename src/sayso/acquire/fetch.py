"""Whatever the user names → pages: a file, a folder, an archive, a feed, an address, standard input.

What a thing is, its content decides before its name does.  Pages come one at a time: a source of any size streams
through.  A fault in one member is a Problem among the pages; the others go on.  Nothing is fetched that the user did
not name, except the pages that a feed at an address links to.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sayso.acquire.archives import (
    Fields,
    Steady,
    check_fields,
    page_of_line,
    pages_of_lines,
    pages_of_warc,
    pages_of_zip,
    passed_over,
    unpacked,
)
from sayso.acquire.kinds import HEAD, PAGE_LIMIT, kind_of, one_page, problem, too_large, unread
from sayso.errors import UnreadableSource
from sayso.model import Page, Problem

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
NOTES = frozenset({"readme", "license", "licence", "copying", "notice"})
"""Files about a folder, not reports of it; passed over unless named."""
BUFFER = 2**16


def find_pages(sources: str | Iterable[str], *, fields: Fields | None = None,
               stdin: BinaryIO | None = None) -> Iterator[Page | Problem]:
    """Every page of the sources, in their order, and a Problem for each thing that could not be read.

    `fields` names keys of JSON lines: {"text": "body", "outlet": "paper"}.  UnreadableSource for a name in it that there
    is not; never raised for what a source holds.
    """
    check_fields(fields or {})
    return _all_pages([sources] if isinstance(sources, str) else sources, fields or {}, stdin)


def _all_pages(sources: Iterable[str], fields: Fields, stdin: BinaryIO | None) -> Iterator[Page | Problem]:
    for source in sources:
        try:
            yield from pages_of(source, fields=fields, stdin=stdin)
        except UnreadableSource as error:
            yield Problem("fetch", error.code, str(error))


def pages_of(source: str, *, fields: Fields | None = None, stdin: BinaryIO | None = None) -> Iterator[Page | Problem]:
    """The pages of one source; UnreadableSource where it cannot be opened or holds none of what is read."""
    if source == "-":
        yield from _pages_in(stdin or sys.stdin.buffer, "standard input", None, fields or {})
    elif SCHEME.match(source):
        from sayso.acquire.address import pages_at

        yield from pages_at(source)
    elif os.path.isdir(source):
        yield from _pages_of_folder(Path(source), fields or {})
    else:
        yield from _pages_of_file(Path(source), fields or {})


def shown(path: Path) -> str:
    """A path that can be printed and kept, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


# ------------------------------------------------------------------ files and folders


def _pages_of_file(path: Path, fields: Fields) -> Iterator[Page | Problem]:
    where = shown(path)
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115: closed below, after the last page
    except FileNotFoundError:
        web = "; for a web address begin with https://" if re.match(r"(www\.)?[\w-]+\.[a-z]{2,}(/|$)", where) else ""
        raise UnreadableSource(f"{where}: no such file or folder; look at the name{web}") from None
    except PermissionError:
        raise UnreadableSource(f"{where}: you have no leave to read it; ask for it, or change it with chmod") from None
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"{where}: cannot be opened ({getattr(error, 'strerror', None) or error})") from None
    with file:
        raw: Any = file
        yield from _pages_in(raw, where, where, fields)


def _pages_of_folder(folder: Path, fields: Fields) -> Iterator[Page | Problem]:
    found = False
    for item in _files_in(folder, set()):
        found = True
        if isinstance(item, Problem):
            yield item
            continue
        try:
            yield from _pages_of_file(item, fields)
        except UnreadableSource as error:
            yield Problem("fetch", error.code, str(error))
    if not found:
        raise UnreadableSource(f"{shown(folder)}: a folder without a page; hoped for HTML, text, JSON lines, WARC or ZIP "
                               "in it")


def _files_in(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Problem]:
    """The files below a folder, sorted by name, without what lies beside pages."""
    where = shown(folder)
    try:
        about = folder.stat()
        if (about.st_dev, about.st_ino) in seen:
            yield problem("loop", where, "leads to a folder that is read already; left out")
            return
        seen.add((about.st_dev, about.st_ino))
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError:
        yield problem("no-leave", where, "you have no leave to read this folder; ask for it, or change it with chmod")
        return
    except OSError as error:
        yield problem("unreadable-source", where, f"cannot be read ({error.strerror})")
        return
    names = {entry.name for entry in entries}
    for entry in entries:
        path = folder / entry.name
        if passed_over(entry.name) or path.stem.lower() in NOTES:
            continue
        try:
            mode = entry.stat().st_mode
        except OSError as error:
            yield problem("unreadable-source", shown(path), f"cannot be read ({error.strerror})")
            continue
        if stat.S_ISDIR(mode):
            if not _beside_page(entry.name, names):
                yield from _files_in(path, seen)
        elif stat.S_ISREG(mode):
            yield path
        else:
            yield problem("not-a-page", shown(path), "is a device, pipe or socket; hoped for a file")


def _beside_page(name: str, names: set[str]) -> bool:
    """Whether a folder holds what a browser saved beside a page: page_files/ beside page.html."""
    page = name.removesuffix("_files")
    return page != name and bool({f"{page}.html", f"{page}.htm", f"{page}.xhtml"} & names)


# ------------------------------------------------------------------ content


def _pages_in(stream: BinaryIO, where: str, address: str | None, fields: Fields, *,
              within: Steady | None = None) -> Iterator[Page | Problem]:
    """The pages in a stream, by what it begins with; `within` watches over the gzip stream that it stands in."""
    watch = within or Steady(stream)
    reader: Any = stream if within else io.BufferedReader(watch, BUFFER)
    head = reader.read(HEAD)
    if watch.fault and not head:
        raise UnreadableSource(f"{where}: {watch.fault}; hoped for a page; copy or download it again")
    found = kind_of(head, (address or "").removesuffix(".gz"))
    rest: Any = io.BufferedReader(Rejoined(head, reader), BUFFER)
    if found.kind == "empty":
        raise UnreadableSource(f"{where}: is empty; hoped for a page or a text")
    if found.kind == "other":
        raise UnreadableSource(unread(where, found.words))
    if found.kind == "gzip" and not within:
        inner, inner_watch = unpacked(rest)
        yield from _pages_in(inner, where, address, fields, within=inner_watch)  # type: ignore[arg-type]
    elif found.kind in ("zip", "gzip") and within:
        raise UnreadableSource(f"{where}: an archive within another; unpack it and add it by itself")
    elif found.kind == "zip":
        yield from _pages_of_zip(stream, rest, where, address)
    elif found.kind == "warc":
        yield from pages_of_warc(rest, where, watch)
    elif found.kind == "jsonl":
        yield from pages_of_lines(rest, where, address, fields, watch)
    else:
        yield from _single(rest, where, address, fields, watch)


def _single(rest: BinaryIO, where: str, address: str | None, fields: Fields, watch: Steady) -> Iterator[Page | Problem]:
    """What takes the whole of a file: a page, a text, a feed, one JSON object over several lines."""
    content = rest.read(PAGE_LIMIT + 1)
    if watch.fault:
        raise UnreadableSource(f"{where}: {watch.fault}; hoped for a whole page; copy or download it again")
    if len(content) > PAGE_LIMIT:
        yield too_large(where)
        return
    name = (address or "").removesuffix(".gz")
    kind = kind_of(content[:HEAD], name).kind
    if kind == "feed":
        from sayso.acquire.address import pages_of_feed

        yield from pages_of_feed(content, where, address)
    elif kind == "json":
        yield page_of_line(content, where, address, fields)
    else:
        yield one_page(content, where, address=address, name=name)


def _pages_of_zip(stream: BinaryIO, rest: BinaryIO, where: str, address: str | None) -> Iterator[Page | Problem]:
    if stream.seekable():
        yield from pages_of_zip(stream, where, address)
        return
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(rest, file)
        yield from pages_of_zip(file, where, address)


class Rejoined(io.RawIOBase):
    """A stream whose first bytes were read to see what it is, from its beginning again."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest = head, rest

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """How many bytes were read."""
        data = self.head[:len(buffer)] or self.rest.read(len(buffer))
        self.head = self.head[len(data):] if self.head else b""
        buffer[:len(data)] = data
        return len(data)
