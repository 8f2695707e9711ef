"""Decoder settings and probabilities from the documents held out of training, read with the weights that ship.

Settings are tried one after the other for the mean of loose and strict F1, as the attribution bench defines them (over
words here).  Probabilities: logistic regression of loose rightness on what the heads say (Platt 1999).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sayso.annotate.encode import Stretch, Words, load_tokenizer
from sayso.claims.attribution import (
    SECOND_ROOM,
    Candidate,
    Reader,
    Settings,
    candidates,
    choose,
    indices,
    judge,
    shifted,
)
from training.attribution.examples import Example, hold_out, read_rows, to_example
from training.attribution.train import Recipe

CUE_BIAS = 1.5
GRID: dict[str, tuple[float, ...]] = {
    "tag_weight": (0.0, 0.1, 0.3), "begin_content": (-0.5, -2.0, -3.0), "inside_content": (-0.2, -0.1, 0.1),
    "begin_source": (-0.6, -0.3, 0.3), "overlap": (0.1, 0.5),
}
"""Tried in this order around the settings that begin; what is better is kept before the next is tried."""
THRESHOLDS = np.arange(0.2, 0.6, 0.025)


@dataclass(slots=True)
class Held:
    """A held-out report with what the model says of it, window by window."""

    example: Example
    windows: list[Any]

    gold: list[tuple[frozenset[int], frozenset[int]]]
    """Content and source of each gold attribution, as word numbers without marks."""

    def find(self, settings: Settings) -> list[Candidate]:
        """Its candidates under these settings."""
        return [shifted(one, begin) for begin, _, tags, cues, roles in self.windows
                for one in candidates(tags, roles, cues, settings)]


Found = list[list[Candidate]]
"""The candidates of each held-out report."""


def calibrate(corpus: Path, weights: Path, recipe: Recipe) -> None:
    """Writes attribution.json beside the weights: version, settings, recipe, figures on the held-out documents."""
    reader = Reader(weights=weights)
    held = []
    for row in hold_out(read_rows(corpus))[1]:
        example = to_example(row, load_tokenizer(weights))
        stretch = Stretch(example.words, folder=weights)
        windows = list(reader.score(stretch, Settings(cue_bias=CUE_BIAS)))
        held.append(Held(example, windows, gold_sets(example)))
    settings, found = fit(held, Settings(cue_bias=CUE_BIAS, tag_weight=0.2, begin_content=-1.0))
    least, best = best_threshold(held, found, settings)
    for name, values in GRID.items():
        for value in values:
            tried, others = fit(held, replace(settings, **{name: value}))
            threshold, figure = best_threshold(held, others, tried)
            if figure > best + 0.0005:
                settings, found, least, best = tried, others, threshold, figure
        print(f"{name}: {getattr(settings, name)}, threshold {least:.3f}, mean F1 {best:.4f}", flush=True)
    figures = {f"{kind} F1": round(100 * value, 1) for kind, value in
               zip(("loose", "strict"), scores(held, found, settings, least), strict=True)}
    table = reliability(held, found, settings)
    (weights / "attribution.json").write_text(json.dumps({
        "name": "sayso-attribution", "version": version_of(weights), "settings": asdict(settings),
        "best_threshold": round(float(least), 3), "held_out": figures, "reliability": table,
        "recipe": asdict(recipe)}, indent=1) + "\n", "utf-8")
    print(figures, "threshold", least)
    for line in table:
        print(line)


def version_of(weights: Path) -> str:
    """The first twelve hex digits of the SHA-256 over the three models and how often a text is read."""
    digest = hashlib.sha256(f"second reading {SECOND_ROOM}".encode())
    for name in ("encoder", "attribution-tags", "attribution-roles"):
        digest.update((weights / f"{name}.onnx").read_bytes())
    return digest.hexdigest()[:12]


def fit(held: Sequence[Held], settings: Settings) -> tuple[Settings, Found]:
    """The settings with the calibration that fits the candidates they find, chosen among as when reading; and those
    candidates."""
    found = [one.find(settings) for one in held]
    for _ in range(2):
        evidence, right = [], []
        for one, some in zip(held, found, strict=True):
            kept = choose(some, settings, least=0.03)
            for candidate, answer in zip(kept, loosely_right(one.example.words, kept, one.gold), strict=True):
                evidence.append((1.0, *candidate.evidence))
                right.append(answer)
        settings = replace(settings, calibration=logistic(np.array(evidence), np.array(right, float)))
        found = [[replace(c, score=judge(c.evidence, settings)) for c in some] for some in found]
    return settings, found


def logistic(x: np.ndarray, y: np.ndarray, *, ridge: float = 1.0) -> tuple[float, ...]:
    """Weights of a logistic regression, by Newton's method."""
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        penalty = ridge * np.ones(len(w))
        penalty[0] = 1e-6
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        w -= np.linalg.solve(hessian, x.T @ (p - y) + penalty * w)
    return tuple(round(float(v), 5) for v in w)


def plain(words: Words, ranges: Iterable[int]) -> frozenset[int]:
    """The word numbers without marks."""
    return frozenset(at for at in ranges if words.folded[at][0].isalnum())


def gold_sets(example: Example) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Content and source of each gold attribution, as word numbers."""
    return [(plain(example.words, a["content"]), plain(example.words, a["source"])) for a in example.attributions]


def loosely_right(words: Words, kept: Sequence[Candidate], gold: Sequence[tuple[frozenset[int], frozenset[int]]]
                  ) -> list[bool]:
    """Of each candidate, whether a gold attribution has half of its content and shares its source, one to one."""
    pairs = []
    for n, one in enumerate(kept):
        content, source = plain(words, indices(one.content)), plain(words, indices(one.source))
        for m, (gold_content, gold_source) in enumerate(gold):
            both = len(content & gold_content)
            if both and both / len(content | gold_content) >= 0.5 and (
                    bool(source & gold_source) or (not source and not gold_source)):
                pairs.append((-both / len(content | gold_content), n, m))
    right, used = [False] * len(kept), set()
    for _, n, m in sorted(pairs):
        if not right[n] and m not in used:
            right[n] = True
            used.add(m)
    return right


def best_threshold(held: Sequence[Held], found: Found, settings: Settings) -> tuple[float, float]:
    """The threshold with the highest mean of loose and strict F1, and that mean."""
    tried = [(sum(scores(held, found, settings, float(least))) / 2, least) for least in THRESHOLDS]
    figure, least = max(tried)
    return float(least), figure


def scores(held: Sequence[Held], found: Found, settings: Settings, least: float) -> tuple[float, float]:
    """Loose and strict F1 over words."""
    loose = strict = predicted = gold_count = 0
    for one, some in zip(held, found, strict=True):
        kept, gold = choose(some, settings, least=least), one.gold
        loose += sum(loosely_right(one.example.words, kept, gold))
        mine = [(plain(one.example.words, indices(c.content)), plain(one.example.words, indices(c.source)))
                for c in kept]
        strict += sum(min(mine.count(pair), gold.count(pair)) for pair in set(mine))
        predicted += len(kept)
        gold_count += len(gold)
    return 2 * loose / (predicted + gold_count), 2 * strict / (predicted + gold_count)


def reliability(held: Sequence[Held], found: Found, settings: Settings, *, bins: int = 10) -> list[dict[str, float]]:
    """In each bin of probability: how many statements, their mean probability, the share that is right."""
    pairs: list[tuple[float, bool]] = []
    for one, some in zip(held, found, strict=True):
        kept = choose(some, settings, least=0.03)
        pairs += zip([c.score for c in kept], loosely_right(one.example.words, kept, one.gold), strict=True)
    out = []
    for at in range(bins):
        mine = [(p, r) for p, r in pairs if at / bins <= p < (at + 1) / bins or (p == 1 and at == bins - 1)]
        if mine:
            out.append({"from": at / bins, "count": len(mine), "mean": round(float(np.mean([p for p, _ in mine])), 3),
                        "right": round(float(np.mean([r for _, r in mine])), 3)})
    return out
