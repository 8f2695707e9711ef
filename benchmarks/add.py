"""Times `sayso add`, stage by stage: python benchmarks/add.py [--sizes] [--pages FILE.jsonl.gz]

Over the pages of the bench (../shared/bench/page, dev part; skipped with a line where it is not there), one after
another in one process: files → pages (fetch), page → document (article), document → statements (reader), record →
ledger (store); the reader's stages each by its name.  Then invented pages of 10 thousand, 100 thousand and a million
characters, to see that no stage grows worse than linearly.  Words a second count the words of the extracted text
against the processor's seconds of this one thread (those on the wall stand beside them: a busy machine and the disk
make them longer); peak memory is that of the process so far.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso.acquire.article import to_document
from sayso.acquire.fetch import find_pages
from sayso.errors import SaysoError
from sayso.ledger.store import open_ledger
from sayso.model import Page, Record
from sayso.pipeline import STAGES, Stage, annotate, reader

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT.parent / "shared" / "bench" / "page" / "page-dev.jsonl.gz"
SIZES = (10_000, 100_000, 1_000_000)
SENTENCES = ("“The ferry will stay shut until the pier is mended,” Lena Ruiz, the harbour master, said on Monday.",
             "She added that the owners had been told twice, according to Radio Oke.",
             "The owners deny it, and a spokesman for the ministry said no report had reached him.",
             "Nobody was hurt when the pier gave way in February.")


class Clock:
    """Seconds a stage, on the wall and of the processor."""

    def __init__(self) -> None:
        self.wall: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        wall, began = time.perf_counter(), time.process_time()
        yield
        self.seconds[stage] += time.process_time() - began
        self.wall[stage] += time.perf_counter() - wall


def add(files: Path, clock: Clock) -> Counter[str]:
    """Words, statements and pages of a folder of files, read and kept one after another."""
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "sayso.db", create=True) as ledger:
        with clock("fetch"):
            pages = [page for page in find_pages([str(files)]) if isinstance(page, Page)]
        for page in pages:
            try:
                with clock("article"):
                    record = Record(document=to_document(page))
            except SaysoError as error:
                count["skipped"] += 1
                print(f"  {page.address}: {error}")
                continue
            for stage in STAGES:
                with clock(name(stage)):
                    record = annotate(record, stages=(stage,))
            with clock("store"):
                ledger.add(page, record)
            count["pages"] += 1
            count["problems"] += bool(record.problems)
            count["words"] += len(record.document.text.split())
            count["characters"] += len(record.document.text)
            count["statements"] += len(record.statements)
    return count


def name(stage: Stage) -> str:
    """What a stage is called."""
    return str(getattr(stage, "__name__", type(stage).__name__))


def table(clock: Clock, count: Counter[str]) -> None:
    """Prints seconds and words a second of each stage."""
    total, wall = sum(clock.seconds.values()), sum(clock.wall.values())
    print("| stage | seconds (wall) | seconds (processor) | words a second | share |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for stage, seconds in [*clock.seconds.items(), ("all", total)]:
        print(f"| {stage} | {clock.wall.get(stage, wall):.2f} | {seconds:.2f} | "
              f"{count['words'] / max(seconds, 1e-9):,.0f} | {seconds / total:.0%} |")
    print(f"\n{count['pages']} pages, {count['words']:,} words, {count['statements']:,} statements, {count['skipped']} "
          f"skipped, {count['problems']} with problems; peak memory {peak():,.0f} MB\n")


def peak() -> float:
    """The most memory this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if platform.system() == "Darwin" else 1e3)


def invented(size: int) -> str:
    """A page whose report has about so many characters."""
    paragraphs, length, n = [], 0, 0
    while length < size:
        n += 1
        paragraphs.append(f"<p>{' '.join(SENTENCES)} It was report {n} of that day.</p>")
        length += len(paragraphs[-1]) - 7
    return ("<!doctype html><html><head><title>Ferry stays shut</title></head><body><article><h1>Ferry stays shut</h1>"
            f"{''.join(paragraphs)}</article></body></html>")


def warm_up() -> None:
    """Loads libraries and weights, so that they are not counted as reading."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "warm.html").write_text(invented(1000), "utf-8")
        add(Path(folder), Clock())


def main() -> None:
    """Prints the tables."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--pages", type=Path, default=BENCH, help="JSONL (gzip) with a field html")
    options.add_argument("--sizes", action="store_true", help="only the invented pages of growing size")
    given = options.parse_args()
    began = time.perf_counter()
    warm_up()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {reader()}; ready after "
          f"{time.perf_counter() - began:.1f} s, {peak():,.0f} MB\n")
    if not given.sizes and given.pages.exists():
        with tempfile.TemporaryDirectory() as folder, gzip.open(given.pages, "rt", encoding="utf-8") as lines:
            for n, line in enumerate(lines):
                (Path(folder) / f"{n:03}.html").write_text(json.loads(line)["html"], "utf-8", errors="replace")
            clock = Clock()
            table(clock, add(Path(folder), clock))
    elif not given.sizes:
        print(f"no pages at {given.pages}: only invented ones\n")
    stages = ["fetch", "article", *map(name, STAGES), "store"]
    print(f"| characters | {' | '.join(stages)} | memory (MB) |\n| ---: |{' ---: |' * (len(stages) + 1)}", flush=True)
    for size in SIZES:
        count, clock, memory = grow(size)
        print(f"| {count['characters']:,} | " + " | ".join(f"{clock.seconds[s]:.3f}" for s in stages)
              + f" | {memory:,.0f} |", flush=True)


def grow(size: int) -> tuple[Counter[str], Clock, float]:
    """Counts, seconds a stage and peak memory of one page of a size."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.html").write_text(invented(size), "utf-8")
        clock = Clock()
        return add(Path(folder), clock), clock, peak()


if __name__ == "__main__":
    main()
