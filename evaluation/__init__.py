"""Scores of the shipped code on public corpora, beside its peers', with floors that no change may sink below.

    python -m evaluation                               every task whose data is here
    python -m evaluation page attribution              these tasks; writes evaluation/RESULTS.md
    python -m evaluation page --gold FILE --predictions OUT
                                                       any gold file of that form; leaves what score.py reads in OUT

A task is a module of this folder, evaluation/NAME.py, of the form that `Task` gives.  Its data and its scorer are not
part of the project: they lie in the folder that SAYSO_BENCH names, or else in ../shared/bench beside the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Row = dict[str, Any]
"""One line of a gold or prediction file, as JSON has it; always with "id"."""

TASKS = ("page", "attribution", "coref", "time", "place", "event", "crossdoc", "chains", "speakers", "styles")
"""Every task there is or will be, in the order in which they run; one without a module yet is skipped in words."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another system's figures on the same data: printed under ours, never above."""

    name: str
    scores: dict[str, float]
    """Under the names that `headline` uses; what is not known is left out."""
    source: str
    """Who measured it, where and by which scorer."""


class Task(Protocol):
    """What a module evaluation/NAME.py holds.  The last three may be absent.

    GOLD        the dev file: a string is a path in the bench folder, a Path is a file of our own
    PEERS       the rows printed beside ours
    model       which weights or rules made the predictions: name and version; called after `predict`
    predict     one prediction per row, in the form that the task's score.py reads
    headline    the few figures that matter, out of what `score.py --json` prints, in the order to print them

    OPTIONS     further options for score.py, such as ("--bootstrap", "1000")
    score       in place of the bench's score.py, for tasks of our own: gold file, prediction file → what headline takes
    extras      figures of our own over gold rows and predictions, listed under the table
    intervals   95 % intervals of headline figures, out of what score.py printed
    """

    GOLD: str | Path
    PEERS: tuple[Peer, ...]

    @staticmethod
    def model() -> str: ...

    @staticmethod
    def predict(rows: Iterable[Row]) -> Iterator[Row]: ...

    @staticmethod
    def headline(scores: dict[str, Any]) -> dict[str, float]: ...
