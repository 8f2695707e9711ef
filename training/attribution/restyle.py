"""The same report in other typographic habits, with its attributions moved along.

Used in training, so that the reader does not lean on the habits of seven American publishers, and by
`evaluation/styles` to measure whether it does.  A style is a function (text, random numbers) → edits: (start, end,
new words), in order.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from sayso.annotate.encode import CLOSING, OPENING, WORD, double_side

Row = dict[str, Any]
Edit = tuple[int, int, str]
Style = Callable[[str, random.Random], list[Edit]]

NAMES = Path(__file__).parent / "names.txt"
SENTENCE_END = re.compile(r"[.!?] (?=[A-Z])")
BIGRAM = re.compile(r"\b([A-Z][a-z]+) ([A-Z][a-z]{2,})\b")
ROLES = ("source", "cue", "content")


def apply(row: Row, edits: Sequence[Edit]) -> Row:
    """The row with its text edited and every span where its words now stand."""
    text, parts, latest, shift = row["text"], [], 0, 0
    starts, ends, moved = [0], [0], [0]
    for start, end, new in edits:
        parts += [text[latest:start], new]
        shift += len(new) - (end - start)
        starts.append(start)
        ends.append(end)
        moved.append(shift)
        latest = end

    def place(at: int, closing: bool) -> int:
        i = bisect_right(starts, at - 1 if closing else at) - 1
        if i and at < ends[i]:                                 # inside an edit: its near end
            return (ends[i] + moved[i]) if closing else starts[i] + moved[i - 1]
        return at + moved[i]

    def moved_spans(spans: Sequence[Sequence[int]]) -> list[list[int]]:
        new = [[place(s, False), place(e, True)] for s, e in spans]
        return [[s, e] for s, e in new if s < e]

    return {**row, "text": "".join(parts) + text[latest:],
            "attributions": [{role: moved_spans(a[role]) for role in ROLES} for a in row.get("attributions", [])]}


def double_marks(text: str) -> list[tuple[int, int]]:
    """Place and side (1 opening, -1 closing) of each double mark."""
    out, inside = [], False
    for found in WORD.finditer(text):
        if found.group() in OPENING or found.group() in CLOSING or found.group() == '"':
            side = double_side(text, found.span(), found.group(), inside)
            inside = side > 0
            out.append((found.start(), side))
    return out


def straight(text: str, rng: random.Random) -> list[Edit]:
    """“a” and ‘b’ as "a" and 'b'."""
    return [(m.start(), m.end(), '"' if m.group() in "“”„" else "'") for m in re.finditer("[“”„‘’]", text)]


def single(text: str, rng: random.Random) -> list[Edit]:
    """“a ‘b’” as ‘a “b”’, as British papers have it."""
    edits = [(at, at + 1, "‘" if side > 0 else "’") for at, side in double_marks(text)]
    inner = [(m.start(), m.start() + 1, "“") for m in re.finditer("(?<![A-Za-z])‘(?=[A-Za-z])", text)]
    inner += [(m.start(), m.start() + 1, "”") for m in re.finditer("(?<=[.,!?])’", text)]
    return sorted(edits + inner)


def single_straight(text: str, rng: random.Random) -> list[Edit]:
    """“a” as 'a'."""
    return sorted([(at, at + 1, "'") for at, _ in double_marks(text)]
                  + [(m.start(), m.end(), "'") for m in re.finditer("[‘’]", text)])


def guillemets(text: str, rng: random.Random) -> list[Edit]:
    """“a” as «a»."""
    return [(at, at + 1, "«" if side > 0 else "»") for at, side in double_marks(text)]


def one_paragraph(text: str, rng: random.Random) -> list[Edit]:
    """Line breaks as spaces."""
    return [(m.start(), m.end(), " ") for m in re.finditer(r"\s*\n\s*", text)]


def one_sided(text: str, rng: random.Random) -> list[Edit]:
    """All opening marks gone, or all closing ones."""
    gone = rng.choice((1, -1))
    return [(at, at + 1, "") for at, side in double_marks(text) if side == gone]


def lower(text: str, rng: random.Random) -> list[Edit]:
    """No capitals."""
    return [(m.start(), m.end(), m.group().lower()) for m in re.finditer(r"[^\W\d_]*[A-Z][^\W\d_]*", text)
            if len(m.group().lower()) == len(m.group())]


def split_quotations(text: str, rng: random.Random, *, share: float = 0.7) -> list[Edit]:
    """Long quotations over several paragraphs: the mark opens again in each, and closes in the last alone."""
    marks, edits = double_marks(text), []
    for (start, side), (end, other) in pairwise(marks):
        if side > 0 > other and end - start > 120 and "\n" not in text[start:end]:
            for m in SENTENCE_END.finditer(text, start, end):
                if rng.random() < share:
                    edits.append((m.start() + 1, m.end(), "\n\n" + text[start]))
    return edits


def read_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given names and family names of many languages."""
    given, family = [], []
    for line in NAMES.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            first, _, second = line.partition(" ")
            given.append(first)
            family.append(second)
    return tuple(given), tuple(family)


def likely_names(text: str) -> dict[str, int]:
    """Words that look like a person's given (0) and family (1) name: two capitals in a row, the second alone later."""
    out: dict[str, int] = {}
    for m in BIGRAM.finditer(text):
        given, family = m.groups()
        alone = re.search(rf"(?<![A-Z][a-z] )(?<![a-z] )\b{family}\b|[a-z,] {family}\b", text[m.end():])
        if alone and given not in ("The", "White", "New", "United", "Supreme"):
            out.setdefault(given, 0)
            out[family] = 1
    return out


def swap(text: str, names: dict[str, int], rng: random.Random) -> list[Edit]:
    """Each given and family name as another one, the same one throughout."""
    given, family = read_names()
    mine = {name: rng.choice(family if kind else given) for name, kind in sorted(names.items())}
    if not mine:
        return []
    return [(m.start(), m.end(), mine[m.group()])
            for m in re.finditer(r"\b(?:" + "|".join(map(re.escape, sorted(mine))) + r")\b", text)]


def swap_names(text: str, rng: random.Random) -> list[Edit]:
    """Persons with names of other languages, found by a rule of thumb that is good enough for training."""
    return swap(text, likely_names(text), rng)


STYLES: dict[str, Style] = {
    "straight": straight, "single": single, "single_straight": single_straight, "guillemets": guillemets,
    "one_paragraph": one_paragraph, "one_sided": one_sided, "lower": lower, "split": split_quotations,
    "names": swap_names,
}
WEIGHTS = {"straight": 2, "single": 3, "single_straight": 2, "guillemets": 1, "one_paragraph": 2, "one_sided": 2,
           "lower": 2, "split": 4, "names": 4}


def restyle(row: Row, rng: random.Random) -> Row:
    """The row in one or two other styles."""
    for style in dict.fromkeys(rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=rng.choice((1, 1, 2)))):
        row = apply(row, STYLES[style](row["text"], rng))
    return row


def as_headline(row: Row, rng: random.Random) -> Row:
    """The row under a headline of its own words that attributes by a colon: “Content: Source” or “Source: content”."""
    text = row["text"]
    fit = [a for a in row["attributions"] if len(a["content"]) == 1 and len(a["source"]) == 1
           and 25 < a["content"][0][1] - a["content"][0][0] < 110 and a["source"][0][1] - a["source"][0][0] < 32
           and "\n" not in text[slice(*a["content"][0])]]
    if not fit:
        return row
    chosen = rng.choice(fit)
    source = text[slice(*chosen["source"][0])].strip()
    content = re.sub(r"^that ", "", text[slice(*chosen["content"][0])].strip(" .,“”\"")).translate(QUIETER)
    if len(source) < 3 or len(content) < 12 or not source[0].isupper():
        return row
    content = content[0].upper() + content[1:]
    line = f"{content}: {source}" if rng.random() < 0.75 else f"{source}: {content}"
    at, by, colon = line.index(content), line.rindex(source) if line.endswith(source) else 0, 0
    colon = at + len(content) if at == 0 else len(source)
    head = {"source": [[by, by + len(source)]], "cue": [[colon, colon + 1]], "content": [[at, at + len(content)]]}
    new = apply(row, [(0, 0, line + "\n\n")])
    return {**new, "attributions": [head, *new["attributions"]]}


def as_transcript(row: Row, rng: random.Random) -> Row | None:
    """An interview of the row's own quotations, each after its speaker's name in capitals and a colon."""
    lines, attributions, at = [], [], 0
    for a in row["attributions"]:
        if len(a["source"]) != 1 or not a["content"]:
            continue
        source = row["text"][slice(*a["source"][0])].split()
        content = " ".join(row["text"][s:e].strip(" “”\"\n") for s, e in a["content"]).replace("\n", " ").rstrip(",")
        if not source or not source[-1][0].isupper() or len(source) > 4 or len(content) < 30:
            continue
        name = source[-1].strip(".,").upper() if rng.random() < 0.7 else " ".join(source)
        content = content[0].upper() + content[1:] + ("" if content[-1] in ".?!" else ".")
        attributions.append({"source": [[at, at + len(name)]], "cue": [[at + len(name), at + len(name) + 1]],
                             "content": [[at + len(name) + 2, at + len(name) + 2 + len(content)]]})
        lines.append(f"{name}: {content}")
        at += len(lines[-1]) + 2
        if len(lines) == 15:
            break
    if len(lines) < 4:
        return None
    return {**row, "text": "\n\n".join(lines), "attributions": attributions}


QUIETER = str.maketrans("", "", "“”\"\n")
