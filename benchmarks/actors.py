"""What actors across reports cost as a ledger grows: python -m benchmarks.actors [--reports 10000]

Generates reports on invented people (seeded): a few are in many reports, most in one or two, and one name in ten is
spelt in another way.  Prints the milliseconds that one more report, one correction, a mask and a list of actors take
in the first tenth of the ledger and in all of it, and their ratio.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.web import made
from sayso.ledger.listed import ListedActor
from sayso.ledger.store import Ledger, open_ledger
from sayso.model import Page, Record

SYLLABLES = "ba bo da de di fa ga ha ka ke ko la le li lo ma me mi mo na ne no pa ra re ro sa se ta te to".split()
PEOPLE = 20_000
NEW = 100
"""Reports that are timed one by one."""


class Cast:
    """Four people for each report, a few of them often, most of them once or twice."""

    def __init__(self) -> None:
        dice = random.Random(1)
        self.people = sorted({" ".join("".join(dice.choices(SYLLABLES, k=3)).title() for _ in range(2))
                              for _ in range(PEOPLE)})

    def __call__(self, dice: random.Random) -> list[str]:
        here: dict[str, None] = {}
        while len(here) < 4:
            name = self.people[min(len(self.people), int(dice.paretovariate(0.5))) - 1]
            here[respelt(name, dice) if dice.random() < 0.1 else name] = None
        return list(here)


def respelt(name: str, dice: random.Random) -> str:
    """The name as another outlet might print it."""
    first, last = name.split()
    return dice.choice([f"{first} {dice.choice('ABC')}. {last}", f"{first} al-{last}", f"{first}-{last} {last}",
                        f"{first} {last.replace('e', 'i')}", f"{first} {last.replace('a', 'á')}"])


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def measure(ledger: Ledger, new: list[tuple[Page, Record]]) -> dict[str, float]:
    """What → milliseconds, for a ledger as it stands; it is left with the new reports in it."""
    found = {"add one report (median)": statistics.median(timed(lambda one=one: ledger.add(*one)) for one in new)}
    names = sorted({entity.name for _, record in new for entity in record.entities})
    pair = tuple(ledger.db.execute("SELECT name, other FROM merge ORDER BY name LIMIT 1").fetchone())
    found["two people told apart, and undone"] = timed(lambda: (
        ledger.part(*pair, who="benchmark"), ledger.unpart(*pair)))
    rare = ledger.db.execute("SELECT name FROM entity GROUP BY name ORDER BY count(*), name LIMIT 1").fetchone()[0]
    found["a person of one report masked and shown"] = timed(lambda: (
        ledger.withhold(rare, who="benchmark"), ledger.show_again(rare)))
    actors = [ListedActor(name, (), f"Q{number}", "person") for number, name in enumerate(names[:200])]
    found["a list of 200 actors"] = timed(lambda: ledger.set_list(actors))
    ledger.set_list([])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.actors", description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=10_000)
    count = parser.parse_args().reports
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "all.db", create=True) as ledger:
        ledger.db.execute("PRAGMA synchronous = OFF")
        figures, batch = [], []
        for number, one in enumerate(made(count, cast=Cast()), 1):
            last = number in (count // 10, count)
            batch.append(one)
            if len(batch) > NEW or last:
                ledger.add(*batch.pop(0))
            if last:
                for early in batch[:-NEW]:
                    ledger.add(*early)
                figures.append(measure(ledger, batch[-NEW:]))
                batch = []
        print(f"{'milliseconds':42}{count // 10:>10,}{count:>10,}   ratio   (reports in the ledger)")
        for what, first in figures[0].items():
            print(f"{what:42}{first:>10.1f}{figures[1][what]:>10.1f}{figures[1][what] / first:>8.1f}")


if __name__ == "__main__":
    main()
