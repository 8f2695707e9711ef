"""Read many pages into a ledger over several cores, and say honestly what became of each.

Readers run in processes of their own (spawned, so that no thread or open file is shared); the ledger is written by the
caller's process alone.  What is waiting is bounded, so a folder of any size streams through.  `read` comes from above
(`pipeline.read`), so that this layer knows nothing of the stages.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice

from sayso import codec
from sayso.errors import BadRecord, SaysoError, UnwritableLedger
from sayso.ledger.store import Ledger
from sayso.model import Page, Problem, Record

Read = Callable[[Page], Record]
Readings = Generator[tuple[Page, bytes | Problem], None, None]

FEW = 4
"""Up to so many pages are read in this process: starting another and loading a model there takes longer."""
AHEAD = 4
"""Pages waiting for each reader: enough that none idles while a report is written, few enough to fit in memory."""


@dataclass(frozen=True, slots=True)
class Group:
    """What went wrong in the same way in several places; one of them in full."""

    code: str
    count: int
    example: str


@dataclass(slots=True)
class Summary:
    """What became of each page, as far as add_all has come.  `found` counts pages and whatever could not be read;
    statements and words count in what was read this time."""

    found: int = 0
    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, Group] = field(default_factory=dict)
    problems: dict[str, Group] = field(default_factory=dict)
    statements: int = 0
    without_source: int = 0
    without_speaker: int = 0
    words: int = 0
    seconds: float = 0.0
    all_found: bool = False
    stopped: SaysoError | KeyboardInterrupt | None = None
    """Why it ended before the last page; what was added until then is kept."""

    @property
    def done(self) -> int:
        """How many pages are settled, one way or another."""
        return sum(self.outcomes.values()) + self.skips

    @property
    def skips(self) -> int:
        """How many could not be read."""
        return sum(group.count for group in self.skipped.values())


def add_all(ledger: Ledger, pages: Iterable[Page | Problem], *, read: Read, reader: str | None = None, jobs: int = 1,
            again: bool = False, progress: Callable[[Summary], None] = lambda summary: None) -> Summary:
    """The summary of adding pages to a ledger.  Pages that it already holds as read by `reader` are not read again
    (None, or `again`: all are).  A page that cannot be read is noted and the next one goes on; a ledger that cannot
    be written, or Ctrl-C, ends it with `stopped` set and everything kept that was added.  `progress` is called after
    each page.
    """
    so_far, began = Summary(), time.monotonic()

    def settle() -> None:
        so_far.seconds = time.monotonic() - began
        progress(so_far)

    def skip(source: str, problem: Problem) -> None:
        _group(so_far.skipped, problem.code, f"{problem.message}")
        ledger.note_skipped(source, problem)
        settle()

    def unread() -> Iterator[Page]:
        for found in pages:
            so_far.found += 1
            if isinstance(found, Problem):
                skip(_source_of(found), found)
            elif reader is not None and not again and ledger.holds(found, reader=reader):
                so_far.outcomes["unchanged"] += 1
                settle()
            else:
                yield found
        so_far.all_found = True

    readings = read_each(unread(), read, jobs)
    try:
        for page, result in readings:
            if isinstance(result, Problem):
                skip(page.address or "-", result)
                continue
            record = codec.decode(result)
            try:
                with _uninterrupted():
                    so_far.outcomes[ledger.add(page, record, reader=None if record.problems else reader)] += 1
                    _count(so_far, record)
            except BadRecord as error:
                skip(page.address or "-", Problem("ledger", error.code, str(error)))
                continue
            settle()
    except (UnwritableLedger, KeyboardInterrupt) as why:
        so_far.stopped = why
    finally:
        readings.close()
    so_far.seconds = time.monotonic() - began
    return so_far


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Lets Ctrl-C wait until the block is done, so that what is written is counted too."""
    caught: list[int] = []
    if (threading.current_thread() is not threading.main_thread()
            or signal.getsignal(signal.SIGINT) is not signal.default_int_handler):
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if caught:
        raise KeyboardInterrupt


def _source_of(problem: Problem) -> str:
    """The address that a problem's message begins with, as every message of acquire does."""
    return problem.message.split(": ", 1)[0]


def _group(groups: dict[str, Group], code: str, example: str) -> None:
    known = groups.get(code)
    groups[code] = Group(code, known.count + 1 if known else 1, known.example if known else example)


def _count(so_far: Summary, record: Record) -> None:
    so_far.read += 1
    so_far.words += len(record.document.text.split())
    so_far.statements += len(record.statements)
    so_far.without_source += sum(not s.source for s in record.statements)
    so_far.without_speaker += sum(s.speaker is None for s in record.statements)
    for problem in record.problems:
        _group(so_far.problems, f"{problem.stage}: {problem.code}", problem.message)


# ------------------------------------------------------------------ reading


def read_each(pages: Iterable[Page], read: Read, jobs: int) -> Readings:
    """Each page with its record as a line of JSON, or with why there is none; in the order they are done.

    A reader process that dies takes no other page with it: what it held is read again, page by page."""
    pages = iter(pages)
    first = list(islice(pages, FEW + 1)) if jobs > 1 else []
    if len(first) <= FEW:
        for page in chain(first, pages):
            yield page, read_one(read, page)
        return
    yield from _read_in_pool(chain(first, pages), read, jobs)


def read_one(read: Read, page: Page) -> bytes | Problem:
    """The record of a page as a line of JSON, or why there is none; never raises for what a page holds."""
    where = page.address or "standard input"
    try:
        return codec.encode(read(page))
    except SaysoError as error:
        message = str(error)
        return Problem("read", error.code, message if message.startswith(where) else f"{where}: {message}")
    except UnicodeEncodeError:
        return Problem("read", BadRecord.code, f"{where}: has a lone surrogate, which no file can hold; save the page "
                                               "again as UTF-8")
    except Exception as error:  # a fault of ours in one report must not stop the others
        return Problem("read", "crashed", f"{where}: {type(error).__name__}: {str(error).partition(chr(10))[0]:.200}; "
                                          "this is a fault in sayso: please report it with the page")


def _read_in_pool(pages: Iterator[Page], read: Read, jobs: int) -> Readings:
    waiting: dict[Future[bytes | Problem], Page] = {}
    pool = _pool(jobs)
    try:
        while True:
            suspects: list[Page] = []
            for page in islice(pages, AHEAD * jobs - len(waiting)):
                try:
                    waiting[pool.submit(read_one, read, page)] = page
                except BrokenProcessPool:
                    suspects.append(page)
                    break
            if not waiting and not suspects:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                page = waiting.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    suspects.append(page)
                else:
                    yield page, future.result()
            if suspects:
                pool.shutdown(cancel_futures=True)
                yield from _read_alone([*suspects, *waiting.values()], read)
                waiting, pool = {}, _pool(jobs)
    except (KeyboardInterrupt, GeneratorExit):
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _read_alone(pages: Iterable[Page], read: Read) -> Readings:
    """Reads page by page in a process of its own, so that it is known which one kills its reader."""
    pool = _pool(1)
    for page in pages:
        try:
            yield page, pool.submit(read_one, read, page).result()
        except BrokenProcessPool:
            where = page.address or "standard input"
            yield page, Problem("read", "crashed", f"{where}: the process that read it was ended, perhaps for want of "
                                                   "memory; add it alone, or report it with the page")
            pool = _pool(1)
    pool.shutdown()


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start)


def _start() -> None:
    """Makes a reader that leaves Ctrl-C to its parent, keeps to one core, and ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM"):
        os.environ[name] = "false" if name.startswith("TOKENIZERS") else "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
