"""Reading in the background: one job after another, in a thread with a ledger of its own; asked how far it is."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal

from sayso.errors import SaysoError
from sayso.ledger.intake import Summary, add_all
from sayso.ledger.store import Counts, open_ledger
from sayso.model import Page, Problem, Record

SUFFIXES = (".warc.gz", ".jsonl.gz", ".html", ".htm", ".xhtml", ".txt", ".md", ".jsonl", ".ndjson", ".json", ".zip",
            ".warc", ".gz", ".xml", ".rss", ".atom")
"""Endings that a file keeps on its way in; every other name is left outside, and the bytes say what they are."""
KEPT = 100
"""Finished jobs that can still be asked about."""

Read = Callable[[Page], Record]


@dataclass(slots=True)
class Job:
    """One adding.  `summary` is filled while it runs; `error` says in one line why it could not begin."""

    id: str
    what: str
    state: Literal["running", "done", "failed"] = "running"
    summary: Summary = field(default_factory=Summary)
    counts: Counts | None = None
    error: str | None = None


class Jobs:
    """The jobs of one server.  One thread: a ledger has one writer, and reading takes a core."""

    def __init__(self, ledger: Path, read: Read | None = None, reader: str | None = None) -> None:
        self.ledger, self._read, self._reader = ledger, read, reader
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sayso-reader")
        self._jobs: dict[str, Job] = {}

    def get(self, job: str) -> Job | None:
        """The job of that id as it stands now, while it is remembered.  A copy, whose state was read before its
        summary: one that is done has its last figures, whatever the reading thread does meanwhile."""
        found = self._jobs.get(job)
        return found and replace(found)

    def add_page(self, page: Page) -> Job:
        """A job that adds one page of text."""
        return self._start("pasted text", lambda: iter([page]))

    def add_address(self, address: str) -> Job:
        """A job that fetches an address and adds what is there.  The caller has seen that it is http or https."""
        def pages() -> Iterator[Page | Problem]:
            from sayso.acquire.fetch import find_pages
            yield from find_pages([address])
        return self._start(address, pages)

    def add_files(self, files: Iterable[tuple[str, BinaryIO]]) -> Job:
        """A job that adds uploaded files.  They are copied to a folder of our own under names of our own; what the
        browser called them is only shown."""
        folder = Path(tempfile.mkdtemp(prefix="sayso-"))
        names: dict[str, str] = {}
        for number, (name, content) in enumerate(files):
            path = folder / f"{number}{suffix_of(name)}"
            with path.open("wb") as out:
                shutil.copyfileobj(content, out)
            names[str(path)] = shown(name)

        def pages() -> Iterator[Page | Problem]:
            from sayso.acquire.fetch import find_pages
            try:
                for found in find_pages(list(names)):
                    yield renamed(found, names)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        return self._start(f"{len(names)} file{'' if len(names) == 1 else 's'}", pages)

    def _start(self, what: str, pages: Callable[[], Iterator[Page | Problem]]) -> Job:
        job = Job(secrets.token_hex(8), what)
        finished = [old for old in self._jobs.values() if old.state != "running"]
        for old in finished[:max(0, len(finished) - KEPT)]:
            del self._jobs[old.id]
        self._jobs[job.id] = job
        self._thread.submit(self._run, job, pages)
        return job

    def _run(self, job: Job, pages: Callable[[], Iterator[Page | Problem]]) -> None:
        def note(summary: Summary) -> None:
            job.summary = summary

        try:
            if self._read is None:
                from sayso.pipeline import read, reader
                self._read, self._reader = read, reader()
            with open_ledger(self.ledger, create=True) as ledger:
                job.summary = add_all(ledger, pages(), read=self._read, reader=self._reader, progress=note)
                job.counts = ledger.counts()
            if isinstance(job.summary.stopped, SaysoError):
                raise job.summary.stopped
            job.state = "done"
        except SaysoError as error:
            job.error, job.state = str(error), "failed"
        except Exception as error:
            job.error = f"{type(error).__name__}: this is a fault in sayso; the server goes on"
            job.state = "failed"


def suffix_of(name: str) -> str:
    """The ending of a file's name if it is one that is read, else ""."""
    return next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")


def shown(name: str) -> str:
    """A browser's name for a file, fit to be shown: its last step, without control characters, at most 120 letters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:120] or "file"


def renamed(found: Page | Problem, names: dict[str, str]) -> Page | Problem:
    """A page or problem of an uploaded file with the browser's name in place of our path.  The address carries the
    beginning of the hash: two files of one name are not two versions of one report."""
    for path, name in names.items():
        if isinstance(found, Problem) and path in found.message:
            return replace(found, message=found.message.replace(path, name))
        if isinstance(found, Page) and found.address and path in found.address:
            key = hashlib.sha256(found.content).hexdigest()[:8]
            inside = found.address[found.address.index(path):].replace(path, name)
            return replace(found, address=f"upload {key} {inside}")
    return found
