"""Task attribution: who says what, on PolNeAR's dev part, scored by the bench, with what its classes gave beside.

A row's text is read as one stretch, as the bench gives it.  Statements under the reader's threshold HIDDEN are not
predicted: the figures are those of what sayso keeps.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from evaluation import Peer, Row
from sayso.claims.attribution import UNSURE, Reader, read_statements, spans

GOLD = "attribution/polnear-dev.jsonl"
OPTIONS = ("--bootstrap", "1000")
README = "bench README, same dev, same scorer"
PEERS = (
    Peer("two trained annotators, 20 documents", {"exact source": 77.7, "exact cue": 70.7, "exact content": 68.8,
                                                  "loose": 75.3, "strict": 63.7, "alpha": 78.3},
         "bench README, documents of all parts"),
    Peer("BBC Citron, retrained on the same train part", {"exact source": 63.7, "exact cue": 52.6,
                                                          "exact content": 39.9, "loose": 52.1, "strict": 36.7,
                                                          "alpha": 48.8}, README),
    Peer("GenderGapTracker", {"exact source": 51.2, "exact cue": 46.5, "exact content": 31.8, "loose": 40.5,
                              "strict": 29.0, "alpha": 44.0}, README),
    Peer("SaysWho", {"exact source": 24.2, "exact cue": 30.3, "exact content": 14.6, "loose": 27.3, "strict": 9.7,
                     "alpha": 21.5}, README),
    Peer("textacy, by paragraph", {"exact source": 24.0, "exact cue": 29.8, "exact content": 12.5, "loose": 25.3,
                                   "strict": 9.1, "alpha": 17.4}, README),
)
PRONOUNS = frozenset(("he", "she", "they", "it", "we", "i", "you", "who", "him", "her", "them"))
FIGURES = {"loose": "attribution.loose.f1", "strict": "attribution.strict.f1", "alpha": "token.alpha",
           "exact source": "exact.source.f1", "exact cue": "exact.cue.f1", "exact content": "exact.content.f1",
           "speaker exact": "speaker.exact"}


def model() -> str:
    return f"{read_statements.name} {read_statements.version}"


def predict(rows: Iterable[Row], reader: Reader = read_statements) -> Iterator[Row]:
    """The attributions of each row, best guess at every span, with their probabilities."""
    for row in rows:
        text = row["text"]
        found = [{"source": [list(s) for s in spans(words, one.source)],
                  "cue": [list(s) for s in spans(words, one.cue)],
                  "content": [list(s) for s in spans(words, one.content)],
                  "score": None if one.score is None else round(one.score, 4)}
                 for one, words in reader.read_text(text)]
        yield {"id": row["id"], "attributions": found}


def headline(scores: dict[str, Any]) -> dict[str, float]:
    figures = (*(scores["attribution"][kind]["f1"] for kind in ("loose", "strict")), scores["token"]["alpha"],
               *(scores["exact"][role]["f1"] for role in ("source", "cue", "content")), scores["speaker"]["exact"])
    return {label: 100 * value for label, value in zip(FIGURES, figures, strict=True)}


def intervals(scores: dict[str, Any]) -> dict[str, tuple[float, float]]:
    known = scores.get("ci95", {})
    return {label: (100 * known[key][0], 100 * known[key][1]) for label, key in FIGURES.items() if key in known}


def extras(gold: Sequence[Row], predictions: Sequence[Row]) -> dict[str, float]:
    """Recall by class, calibration, and precision of what is shown plainly; percentages but for the error."""
    by_id = {row["id"]: row["attributions"] for row in predictions}
    classes: dict[str, list[bool]] = {}
    judged: list[tuple[float, bool]] = []
    for row in gold:
        mine, found = row["attributions"], by_id.get(row["id"], [])
        hits = matches(row["text"], mine, found)
        for n, a in enumerate(mine):
            for name in classes_of(row["text"], a):
                classes.setdefault(name, []).append(n in hits)
        right = set(hits.values())
        judged += [(a["score"], n in right) for n, a in enumerate(found) if a["score"] is not None]
    out = {f"recall, {name} ({len(classes[name])})": 100 * sum(classes[name]) / len(classes[name])
           for name in sorted(classes)}
    if judged:
        out["expected calibration error"] = calibration_error(judged)
        sure = [right for score, right in judged if score >= UNSURE]
        out[f"precision of what is shown plainly, probability {UNSURE} and more ({len(sure)} of {len(judged)})"] = (
            100 * sum(sure) / max(1, len(sure)))
    return out


@cache
def bench_scorer() -> ModuleType:
    """The bench's score.py as a module."""
    from evaluation.__main__ import bench

    spec = importlib.util.spec_from_file_location("attribution_score", bench() / "attribution" / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def matches(text: str, gold: Sequence[Row], found: Sequence[Row]) -> dict[int, int]:
    """Gold number → prediction number of the loose matches, by the bench's rules."""
    bench = bench_scorer()
    view = bench.quote_view(text)
    g, p = [bench.Item(text, view, a) for a in gold], [bench.Item(text, view, a) for a in found]
    pairs = []
    for i, one in enumerate(g):
        for j, other in enumerate(p):
            both = len(one.chars["content"] & other.chars["content"])
            jaccard = both / len(one.chars["content"] | other.chars["content"]) if both else 0
            a, b = one.chars["source"], other.chars["source"]
            same = len(a & b) / len(a | b) if a or b else 1.0
            if jaccard >= 0.5 and same > 0:
                pairs.append((-jaccard, -same, i, j))
    return dict(bench.one_to_one(sorted(pairs)))


def classes_of(text: str, attribution: Row) -> Iterator[str]:
    """The classes that an attribution belongs to."""
    bench = bench_scorer()
    yield bench.content_type(bench.quote_view(text), attribution["content"])
    source = " ".join(text[s:e] for s, e in attribution["source"]).strip().lower()
    if not source:
        yield "no source"
    elif source in PRONOUNS:
        yield "pronoun source"
    if len(bench.normal(text, attribution["content"])) > 1:
        yield "several pieces"
    cue = "".join(text[s:e] for s, e in attribution["cue"])
    if cue and not any(c.isalnum() for c in cue):
        yield "punctuation cue"


def calibration_error(judged: Sequence[tuple[float, bool]], *, bins: int = 10) -> float:
    """Expected calibration error: mean gap of probability and share right over equal bins, by their size."""
    total = 0.0
    for at in range(bins):
        mine = [(p, r) for p, r in judged if min(int(p * bins), bins - 1) == at]
        total += abs(sum(p for p, _ in mine) - sum(r for _, r in mine))
    return total / len(judged)
