"""Task chains: who a statement went through, on passages written for the project (evaluation/chains/README.md).

    python -m evaluation chains          on gold statements and end to end, the tuning half
    python -m evaluation.chains --half aside     the half kept aside: once, when a set of rules is finished
    python -m evaluation.chains --write          writes gold.jsonl from the passages
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation import Peer, Row
from sayso.annotate.entities import find_entities
from sayso.annotate.names import plain
from sayso.model import Block, Document, Record, Span, Statement

HERE = Path(__file__).resolve().parent / "chains"
GOLD = HERE / "tune.jsonl"
PEERS = (Peer("no open tool returns chains", {}, "–"),)
OUTLET = "The Test Post"
LINE = re.compile(r"^(\d+)(?: in (\d+))? ([a-z-]+): (.*?)(?: ~ (\w+))?$")
MARK = re.compile(r"\{([sqcr])([\d,]+) |\}")
DETERMINERS = re.compile(r"^(?:the|a|an|some|its|his|her|their) ", re.I)


class BadPassage(ValueError):
    """A passage that does not keep to the form of evaluation/chains/README.md."""


# ------------------------------------------------------------------ passages

def read_passages(text: str) -> Iterator[Row]:
    """Rows: id, half, text, blocks, and statements with spans and gold, from the form that README.md describes."""
    head, *parts = re.split(r"^== ", text, flags=re.M)
    whole = re.search(r"^# half: (\w+)$", head, re.M)
    for part in parts:
        name, _, body = part.partition("\n")
        yield read_passage(name.strip(), body) | ({"half": whole[1]} if whole else {})


def read_passage(name: str, body: str) -> Row:
    """One passage as a row."""
    text, blocks, golds = "", [], []
    open_marks: list[tuple[str, list[str], int]] = []
    spans: dict[str, dict[str, list[list[int]]]] = defaultdict(lambda: {"s": [], "q": [], "c": [], "r": []})
    for line in filter(str.strip, body.splitlines()):
        if found := LINE.match(line):
            golds.append(found.groups())
            continue
        role = "body"
        if line.startswith("@"):
            role, _, line = line[1:].partition(" ")
        text += "\n\n" if text else ""
        begin, done = len(text), 0
        for mark in MARK.finditer(line):
            text += line[done:mark.start()]
            done = mark.end()
            if mark[1]:
                open_marks.append((mark[1], mark[2].split(","), len(text)))
            elif open_marks:
                kind, numbers, start = open_marks.pop()
                for number in numbers:
                    spans[number][kind].append([start, len(text)])
            else:
                raise BadPassage(f"{name}: a closing mark too many in {line!r}")
        text += line[done:]
        if open_marks:
            raise BadPassage(f"{name}: a mark is not closed in {line!r}")
        blocks.append([begin, len(text), role])
    half = "aside" if int(hashlib.sha256(name.encode()).hexdigest()[-1], 16) % 2 else "tune"
    statements = []
    for number, parent, kind, hands, borne in golds:
        if number not in spans:
            raise BadPassage(f"{name}: statement {number} has no marks")
        chain = []
        for position, hand in enumerate(hands.split(" > ")):
            word, _, rest = hand.partition(" ")
            if position == 0:
                word, rest = "speaker", hand
            chain.append({"hand": word, "names": [one.strip() for one in rest.split(" / ")]})
        chain = [hand for hand in chain if hand["names"] != ["-"]]
        mine = spans[number]
        statements.append({"id": number, "parent": parent, "type": kind, "chain": chain, "borne_out_by": borne,
                           "source": mine["s"], "cue": mine["q"], "content": mine["c"], "reason": mine["r"]})
    for statement in statements:
        _inherit(statement, statements)
    return {"id": name, "half": half, "text": text, "blocks": blocks, "statements": statements}


def _inherit(statement: Row, statements: list[Row]) -> None:
    """Adds to an inner statement's chain the hands of the one around it, whose speaker counts as a relay."""
    around = next((one for one in statements if one["id"] == statement["parent"]), None)
    if around is None or statement.get("whole"):
        return
    _inherit(around, statements)
    outer = [dict(hand, hand="relay" if hand["hand"] == "speaker" else hand["hand"]) for hand in around["chain"]]
    order = {"speaker": 0, "origin": 1, "relay": 2, "wire": 3}
    statement["chain"] = sorted(statement["chain"] + outer, key=lambda hand: order[hand["hand"]])
    statement["whole"] = True


def all_rows() -> list[Row]:
    """Every passage of the project, both halves."""
    return [row for path in sorted(HERE.glob("passages-*.txt")) for row in read_passages(path.read_text("utf-8"))]


def to_record(row: Row, *, gold: bool = True) -> Record:
    """The record of a passage, with its gold statements' spans (never their chains) or without statements."""
    blocks = tuple(Block(*block) for block in row["blocks"])
    text = row["text"]
    first = {block.role: text[block.start:block.end] for block in reversed(blocks)}
    document = Document(id=hashlib.sha256(text.encode()).hexdigest(), text=text, outlet=OUTLET, blocks=blocks,
                        byline=first.get("byline"), dateline=first.get("dateline"), language="en")
    statements = []
    for one in row["statements"] if gold else ():
        content = tuple(Span(*span) for span in one["content"])
        words = " ".join(text[a:b] for a, b in content).strip()
        quoted = re.findall(r"[“‘](.*?)[”’](?!\w)", words)
        form = "direct" if quoted and len("".join(quoted)) > len(words) - 4 else "mixed" if quoted else "indirect"
        block = next(n for n, b in enumerate(blocks) if b.start <= content[0].start < b.end)
        statements.append(Statement(id=one["id"], form=form, content=content,
                                    source=tuple(Span(*span) for span in one["source"]),
                                    cue=tuple(Span(*span) for span in one["cue"]), block=block,
                                    in_headline=blocks[block].role == "headline"))
    return Record(document=document, statements=tuple(sorted(statements, key=lambda one: one.content[0])))


# ------------------------------------------------------------------ reading

def read_gold_statements(row: Row) -> Record:
    """The passage with gold statements, read by the shipped stages after the reader."""
    from sayso.annotate.parse import parse_report
    from sayso.claims.chain import trace_hands
    record = find_entities(to_record(row))
    return trace_hands(record, parse_report(record.document))


def read_whole(row: Row) -> Record:
    """The passage read by the whole pipeline from its blocks on."""
    from sayso.pipeline import STAGES, annotate
    return annotate(to_record(row, gold=False), stages=STAGES)


def as_row(name: str, record: Record) -> Row:
    """What is scored of a record."""
    return {"id": name, "statements": [
        {"id": one.id, "parent": one.parent, "type": one.source_type, "borne_out_by": one.borne_out_by,
         "content": [list(span) for span in one.content], "reason": [list(one.reason)] if one.reason else [],
         "chain": [{"hand": hand.hand, "name": hand.name} for hand in one.chain if hand.hand != "outlet"]}
        for one in record.statements]}


def predict(rows: Iterable[Row]) -> Iterator[Row]:
    """Two predictions a passage: on its gold statements, and end to end where the pipeline has a reader."""
    for row in rows:
        yield {"id": row["id"], "on": "gold", **as_row(row["id"], read_gold_statements(row))}
        yield {"id": row["id"], "on": "whole", **as_row(row["id"], read_whole(row))}


def model() -> str:
    from sayso.annotate.entities import VERSION
    return f"entities {VERSION}, chain rules"


# ------------------------------------------------------------------ scoring

def agrees(names: list[str], said: str | None) -> bool:
    """Whether a hand's name is one of the gold ones: equal when plain, or half of the words of a description."""
    if said is None:
        return False
    mine = plain_name(said)
    for name in names:
        theirs = plain_name(name)
        if mine == theirs:
            return True
        a, b = set(mine.split()), set(theirs.split())
        if not name.split(" ")[-1][0].isupper() and len(a & b) / max(1, len(a | b)) >= 0.5:
            return True
    return False


def plain_name(name: str) -> str:
    """A name without article, case, accents and marks."""
    return " ".join(filter(None, (plain(word) for word in re.split(r"[\s\-]+", DETERMINERS.sub("", name.strip())))))


@dataclass(slots=True)
class Tally:
    """Hands found, said and there; parents, types, links and reasons right and asked."""

    hit: int = 0
    said: int = 0
    gold: int = 0
    parents: int = 0
    types: int = 0
    borne: int = 0
    headlines: int = 0
    reasons: int = 0
    reasoned: int = 0
    matched: int = 0
    statements: int = 0

    def figures(self) -> dict[str, float]:
        """Shares, in per cent."""
        p, r = self.hit / max(1, self.said), self.hit / max(1, self.gold)
        return {"chain_f1": 100 * 2 * p * r / max(1e-9, p + r), "parents": 100 * self.parents / max(1, self.matched),
                "types": 100 * self.types / max(1, self.matched), "found": 100 * self.matched / max(1, self.statements),
                "borne_out": 100 * self.borne / max(1, self.headlines),
                "reasons": 100 * self.reasons / max(1, self.reasoned)}


def add(tally: Tally, gold: Row, said: Row, wrong: list[str] | None = None) -> None:
    """Adds one passage to a tally; statements are paired by content (Jaccard of characters at least a half)."""
    pairs = _pair(gold["statements"], said["statements"])
    back = {mine["id"]: theirs for theirs, mine in pairs}
    taken = {mine["id"] for _, mine in pairs}
    tally.statements += len(gold["statements"])
    tally.matched += len(pairs)
    by_gold = {theirs["id"]: mine for theirs, mine in pairs}
    for one in gold["statements"]:
        mine = by_gold.get(one["id"])
        hands = list(mine["chain"]) if mine else []
        needed = [hand for hand in one["chain"]]
        tally.said += len(hands)
        for hand in needed:
            hit = next((h for h in hands if h["hand"] == hand["hand"] and agrees(hand["names"], h["name"])), None)
            optional = "-" in hand["names"]
            if hit is not None:
                hands.remove(hit)
                tally.hit += 1
            tally.gold += not optional or hit is not None
        if wrong is not None and (hands or not mine or sum(map(len, (mine["chain"],))) - len(hands) < len(
                [h for h in needed if "-" not in h["names"]])):
            wrong.append(f"{gold['id']}.{one['id']}: {mine and mine['chain']} for {needed}")
        if mine is None:
            continue
        parent = back[mine["parent"]]["id"] if mine["parent"] in back else mine["parent"]
        tally.parents += parent == one["parent"]
        tally.types += mine["type"] == one["type"]
        if wrong is not None and mine["type"] != one["type"]:
            wrong.append(f"{gold['id']}.{one['id']}: type {mine['type']} for {one['type']}")
        if wrong is not None and parent != one["parent"]:
            wrong.append(f"{gold['id']}.{one['id']}: parent {parent} for {one['parent']}")
        if one["borne_out_by"]:
            tally.headlines += 1
            linked = back[mine["borne_out_by"]]["id"] if mine["borne_out_by"] in back else mine["borne_out_by"]
            right = (linked or "none") == one["borne_out_by"]
            tally.borne += right
            if wrong is not None and not right:
                wrong.append(f"{gold['id']}.{one['id']}: borne out by {linked} for {one['borne_out_by']}")
        if one["reason"]:
            tally.reasoned += 1
            right = bool(mine["reason"]) and _jaccard(one["reason"], mine["reason"]) >= 0.5
            tally.reasons += right
            if wrong is not None and not right:
                wrong.append(f"{gold['id']}.{one['id']}: reason {mine['reason']} for {one['reason']}")
    for mine in said["statements"]:
        if mine["id"] not in taken:
            tally.said += len(mine["chain"])


def _pair(gold: list[Row], said: list[Row]) -> list[tuple[Row, Row]]:
    scored = sorted(((_jaccard(one["content"], two["content"]), -i, -j) for i, one in enumerate(gold)
                     for j, two in enumerate(said)), reverse=True)
    pairs, used = [], set()
    for value, i, j in scored:
        if value >= 0.5 and ("g", i) not in used and ("s", j) not in used:
            used |= {("g", i), ("s", j)}
            pairs.append((gold[-i], said[-j]))
    return pairs


def _jaccard(one: list[list[int]], other: list[list[int]]) -> float:
    a = {n for start, end in one for n in range(start, end)}
    b = {n for start, end in other for n in range(start, end)}
    return len(a & b) / max(1, len(a | b))


def score(gold: Path, predictions: Path) -> dict[str, Any]:
    """Figures of both ways of reading, and by category."""
    rows = {row["id"]: row for row in map(json.loads, gold.read_text("utf-8").splitlines())}
    return figures(rows, [json.loads(line) for line in predictions.read_text("utf-8").splitlines()])


def figures(rows: dict[str, Row], said: Iterable[Row], wrong: list[str] | None = None) -> dict[str, Any]:
    """{"gold": figures, "whole": figures, "gold/told": …}."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for one in said:
        for name in (one["on"], f"{one['on']}/{one['id'].rpartition('-')[0]}"):
            add(tallies[name], rows[one["id"]], one, wrong if "/" not in name else None)
    return {name: tally.figures() for name, tally in tallies.items()}


def headline(scores: dict[str, Any]) -> dict[str, float]:
    return {f"{name} {label}": scores[way][label] for way, name in (("gold", "gold statements:"), ("whole", "whole:"))
            for label in ("chain_f1", "parents", "types") if way in scores}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--half", choices=("tune", "aside"), default="tune")
    options.add_argument("--whole", action="store_true", help="read end to end too")
    options.add_argument("--wrong", action="store_true", help="list what is wrong")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    rows = [row for row in all_rows() if row["half"] == chosen.half]
    if chosen.write:
        GOLD.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        return
    said = []
    for row in rows:
        said.append({**as_row(row["id"], read_gold_statements(row)), "on": "gold"})
        if chosen.whole:
            said.append({**as_row(row["id"], read_whole(row)), "on": "whole"})
    wrong: list[str] | None = [] if chosen.wrong else None
    found = figures({row["id"]: row for row in rows}, said, wrong)
    for name, values in sorted(found.items()):
        print(f"{name:20}", "  ".join(f"{label} {value:5.1f}" for label, value in values.items()))
    print("\n".join(wrong or ()))


if __name__ == "__main__":
    main()
