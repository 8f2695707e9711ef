"""How quick the pages are over a large ledger: python -m benchmarks.web [--reports 10000] [--ledger FILE]

Generates reports of 20 statements each (invented, seeded), then asks each page and a search 15 times in one process and
prints the median, and how many bytes a first paint needs (page, style sheet and script, compressed as they are sent).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from sayso.ledger.store import open_ledger
from sayso.model import (
    Block,
    Document,
    Entity,
    Hand,
    Mention,
    Page,
    Provenance,
    Record,
    ReportedRole,
    Run,
    Span,
    Statement,
)

STATEMENTS = 20
WORDS = ("river gate dam ministry flood levy harvest school bridge harbour council budget vote treaty border market "
         "price court strike union doctor ward water power station road rail ferry grain fish mine paper song "
         "night morning winter summer repair delay promise warning letter report figure hundred thousand "
         "district town valley coast north south east west old new public private "
         "open closed early late high low").split()
FIRST = "Ada Bela Caro Dina Emil Fara Gul Hana Ivo Jona Kemi Luz Mira Nilo Odo Pia Quin Rosa Sami Tova".split()
LAST = "Arvel Boro Cendra Dravik Esko Fenn Garro Hollin Ivane Jorda Kestrel Lumen Marek Nord Ostra Pell".split()
OUTLETS = [f"The {town} {kind}" for town in ("Karoa", "Beremba", "Wexcombe", "Tarn", "Lucero", "Ombara", "Vellapur")
           for kind in ("Courier", "Herald", "Ledger", "Post", "Times", "Observer")]


def four_of_320(dice: random.Random) -> list[str]:
    """Who is in a report."""
    return dice.sample([f"{first} {last}" for first in FIRST for last in LAST], 4)


def made(count: int, seed: int = 1, cast: Callable[[random.Random], list[str]] = four_of_320
         ) -> Iterator[tuple[Page, Record]]:
    """Reports with statements by four persons with a role, one in six of another's statement mentioning one."""
    dice = random.Random(seed)
    for number in range(count):
        text, spans = f"Report {number}: {' '.join(dice.choices(WORDS, k=7))}", []
        here = cast(dice)
        for index in range(STATEMENTS):
            name = here[index % 4]
            about = f" {here[(index + 1) % 4]}" if index % 6 == 0 else ""
            content = " ".join(dice.choices(WORDS, k=18)) + about
            text += "\n\n" if index % 2 == 0 else " "
            start = len(text)
            text += f"{content}, {name} said."
            spans.append((index, name, Span(start, start + len(content)),
                          Span(start + len(content) + 2, start + len(content) + 2 + len(name))))
        yield as_record(text, spans, here, number, dice)


def as_record(text: str, spans: list[tuple[int, str, Span, Span]], here: list[str], number: int, dice: random.Random
              ) -> tuple[Page, Record]:
    """One page and its record."""
    page = Page(content=text.encode(), media_type="text/plain", address=f"https://outlet.example/{number}")
    ids = {name: f"e{n}" for n, name in enumerate(here)}
    blocks, start = [], 0
    for part in text.split("\n\n"):
        blocks.append(Block(start, start + len(part), "body" if start else "headline"))
        start += len(part) + 2
    first = {name: source for _, name, _, source in reversed(spans)}
    entities = tuple(Entity(ids[name], name, "person", (name.split()[1],), (ReportedRole(
        "minister", None, *first[name]),)) for name in here)
    mentions = tuple(Mention(*source, "name", ids[name]) for _, name, _, source in spans) + tuple(
        Mention(content.end - len(other), content.end, "name", ids[other]) for index, _, content, _ in spans
        if index % 6 == 0 for other in [here[(index + 1) % 4]])
    statements = tuple(Statement(
        id=f"s{index}", form="indirect", content=(content,), source=(source,),
        cue=(Span(source.end + 1, source.end + 5),), speaker=ids[name], source_type="named-person",
        score=dice.uniform(0.4, 1.0), chain=(Hand("speaker", ids[name], name), Hand("outlet", None, None)))
        for index, name, content, source in spans)
    day = date(2024, 1, 1) + timedelta(dice.randrange(900))
    doc = Document(id=hashlib.sha256(page.content).hexdigest(), text=text, address=page.address,
                   title=text.split("\n")[0], outlet=dice.choice(OUTLETS), published=day.isoformat(),
                   blocks=tuple(blocks), runs=(Run(0, len(text), 0, len(text)),))
    return page, Record(document=doc, entities=entities, mentions=mentions, statements=statements,
                        provenance=(Provenance("claims", "generated", "1"),))


def fill(path: Path, count: int) -> None:
    """A ledger of generated reports; the pace of writing is not what is measured here, so nothing is synced."""
    with open_ledger(path, create=True) as ledger:
        ledger.db.execute("PRAGMA synchronous = OFF")
        for number, (page, record) in enumerate(made(count)):
            ledger.add(page, record)
            if number % 1000 == 999:
                print(f"{number + 1:,} reports", file=sys.stderr, flush=True)


def measure(path: Path, rounds: int) -> list[tuple[str, float, int]]:
    """Page, median milliseconds and bytes as sent, for each page."""
    from fastapi.testclient import TestClient

    from sayso.web.app import create_app

    web = TestClient(create_app(path), base_url="http://127.0.0.1")
    report = web.get("/api/reports?limit=1").json()["items"][0]["id"]
    pages = {"home": "/", "home, page 100": "/?page=100", "report": f"/report/{report}", "actors": "/actors",
             "actor": "/actor/Mira Kestrel", "actor, one word": "/actor/Mira Kestrel?word=harbour",
             "search, two words": "/search?q=harbour+treaty", "search, one common word": "/search?q=harbour",
             "search, speaker and outlet": "/search?speaker=Kestrel&outlet=Tarn", "add": "/add",
             "corrections": "/corrections", "api: reports": "/api/reports", "api: search": "/api/search?q=bridge+vote"}
    found = []
    for name, address in pages.items():
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            answer = web.get(address)
            times.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (address, answer.text[:200])
        found.append((name, statistics.median(times), int(answer.headers.get("content-length", len(answer.content)))))
    return found


def main() -> None:
    """Generates, measures, prints."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--reports", type=int, default=10_000)
    given.add_argument("--rounds", type=int, default=15)
    given.add_argument("--ledger", type=Path, help="made if it is not there, and kept")
    args = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.ledger or Path(folder) / "large.db"
        if not path.exists():
            fill(path, args.reports)
        from fastapi.testclient import TestClient

        from sayso.web.app import create_app
        web = TestClient(create_app(path), base_url="http://127.0.0.1")
        beside = sum(int(web.get(f"/static/{name}").headers["content-length"]) for name in ("sayso.css", "sayso.js"))
        print(f"{'page':28} {'median':>9} {'first paint':>12}")
        for name, middle, size in measure(path, args.rounds):
            print(f"{name:28} {middle:6.1f} ms {(size + beside) / 1000:9.1f} kB")


if __name__ == "__main__":
    main()
