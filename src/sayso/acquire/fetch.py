"""Whatever the user names → pages: a file, a folder, an archive, a feed, an address, standard input.

What a thing is, its content decides before its name does.  Pages come one at a time: a source of any size streams
through.  A fault in one member is a Problem among the pages; the others go on.  Nothing is fetched that the user did
not name, except the pages that a feed at an address links to.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from sayso.acquire.archives import (
    Fields,
    Steady,
    buffered,
    check_fields,
    members_of_zip,
    page_of_line,
    pages_of_lines,
    pages_of_warc,
    passed_over,
    read_some,
    saved_beside_page,
    unpacked,
)
from sayso.acquire.kinds import HEAD, PAGE_LIMIT, Kind, kind_of, no_page, problem, too_large, unreadable
from sayso.errors import UnreadableSource
from sayso.model import Page, Problem

NO_LEAVE = "you have no leave to read it; ask for it, or change it with chmod"
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


def find_pages(sources: str | Iterable[str], *, fields: Fields | None = None,
               stdin: BinaryIO | None = None) -> Iterator[Page | Problem]:
    """Every page of the sources, in their order, and a Problem for each thing that could not be read.

    `fields` names keys of JSON lines: {"text": "body", "outlet": "paper"}; UnreadableSource for a name in it that there
    is not.  Nothing is raised for what a source holds.
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
        yield from _pages_in(Steady(stdin or sys.stdin.buffer), "standard input", None, fields or {})
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
        file: Any = path.open("rb", buffering=0)
    except FileNotFoundError:
        web = "; for a web address begin with https://" if re.match(r"(www\.)?[\w-]+\.[a-z]{2,}(/|$)", where) else ""
        raise UnreadableSource(f"{where}: no such file or folder; look at the name{web}") from None
    except PermissionError:
        raise unreadable("no-leave", where, NO_LEAVE) from None
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"{where}: cannot be opened ({getattr(error, 'strerror', None) or error})") from None
    with file:
        yield from _pages_in(Steady(file), where, where, fields)


def _pages_of_folder(folder: Path, fields: Fields) -> Iterator[Page | Problem]:
    found = False
    for item in _files_in(folder):
        found = True
        if isinstance(item, Problem):
            yield item
            continue
        try:
            yield from _pages_of_file(item, fields)
        except UnreadableSource as error:
            yield Problem("fetch", error.code, str(error))
    if not found:
        raise UnreadableSource(f"{shown(folder)}: a folder without a page; hoped for HTML, text, JSON lines, WARC or "
                               "ZIP in it")


def _files_in(folder: Path) -> Iterator[Path | Problem]:
    """The files below a folder, folder by folder in the order of their names, without what lies beside pages."""
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            about = path.stat()
            if stat.S_ISREG(about.st_mode):
                yield path
            elif not stat.S_ISDIR(about.st_mode):
                yield problem("not-a-page", shown(path), "is a device, a pipe or a socket; hoped for a file")
            elif (about.st_dev, about.st_ino) in seen:
                yield problem("loop", shown(path), "leads to a folder that is read already, and is left out")
            else:
                seen.add((about.st_dev, about.st_ino))
                waiting += reversed(_entries_of(path))
        except PermissionError:
            yield problem("no-leave", shown(path), NO_LEAVE)
        except OSError as error:
            yield problem("unreadable-source", shown(path), f"cannot be read ({error.strerror})")


def _entries_of(folder: Path) -> list[Path]:
    """What is in a folder, by name, without what lies beside pages."""
    names = set(os.listdir(folder))
    return [folder / name for name in sorted(names) if not passed_over(name) and not saved_beside_page(name, names)]


# ------------------------------------------------------------------ content


def _pages_in(watch: Steady, where: str, address: str | None, fields: Fields, *, name: str | None = None,
              packed: bool = False) -> Iterator[Page | Problem]:
    """The pages in a stream, by what it begins with; UnreadableSource where there is none.

    `name` gives the suffix, where it is not that of the address.  `packed`: it is packed in another file already, and
    no archive in it is opened.
    """
    reader = buffered(watch)
    head = reader.read(HEAD)
    if watch.fault and not head:
        raise unreadable("damaged", where, f"{watch.fault}; hoped for a page; copy or download it again")
    name = address or "" if name is None else name
    found = kind_of(head, name.removesuffix(".gz"))
    rest = buffered(Steady(reader, head=head))
    if found.kind == "empty":
        raise unreadable("empty", where, "is empty; hoped for a page or a text")
    if found.kind == "other":
        raise unreadable("not-a-page", where, no_page(found.words))
    if found.kind in ("zip", "gzip") and packed:
        raise unreadable("nested", where, "is an archive within another; unpack it and add it by itself")
    if found.kind == "gzip":
        yield from _pages_in(unpacked(rest), where, address, fields, name=name, packed=True)
    elif found.kind == "zip":
        yield from _pages_of_zip(watch.inner, rest, where, address, fields)
    elif found.kind == "warc":
        yield from pages_of_warc(rest, where, watch)
    elif found.kind == "jsonl":
        yield from pages_of_lines(rest, where, address, fields, watch)
    else:
        yield from _whole(rest, found.kind, where, address, fields, watch)


def _whole(rest: BinaryIO, kind: Kind, where: str, address: str | None, fields: Fields,
           watch: Steady) -> Iterator[Page | Problem]:
    """The pages of what is read whole: a page, a text, a feed, one JSON object over several lines."""
    content = read_some(rest)
    if watch.fault:
        raise unreadable("damaged", where, f"{watch.fault}; hoped for a whole page; copy or download it again")
    if len(content) > PAGE_LIMIT:
        yield too_large(where)
    elif kind == "feed":
        from sayso.acquire.address import pages_of_feed

        yield from pages_of_feed(content, where, address)
    elif kind == "json":
        yield page_of_line(content, where, address, fields)
    else:
        yield Page(content=content, media_type="text/html" if kind == "html" else "text/plain", address=address)


def _pages_of_zip(stream: BinaryIO, rest: BinaryIO, where: str, address: str | None,
                  fields: Fields) -> Iterator[Page | Problem]:
    with ExitStack() as stack:
        if not stream.seekable():
            spooled = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(rest, spooled)
            stream = spooled
        for member in members_of_zip(stream, where):
            if isinstance(member, Problem):
                yield member
                continue
            name, watch = member
            try:
                yield from _pages_in(watch, f"{where}#{name}", address and f"{address}#{name}", fields, name=name,
                                     packed=True)
            except UnreadableSource as error:
                yield Problem("fetch", error.code, str(error))
