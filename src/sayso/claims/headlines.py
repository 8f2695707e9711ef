"""Headlines: statements by their own rules, and the body statement that bears each out.

`X: Y`, `Y: X`, `‘Y’ – X`, `Y, says X`, `X says Y`.  Which side of a colon speaks is told by quotation marks and by
which side is short and names a person, office or body.  Known failure: a colon after a place or topic (“Nairobi:
three dead”).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sayso.model import Statement

STOP = frozenset("""the a an of in on at to for from by with and or but as that this these those is are was were be
been has have had will would could should may might it its he she they his her their not no do does did than then
there who which says said say over after before into out up about against""".split())
ENOUGH = 0.4
"""Least share of the shorter statement's content words that both hold; by eye on the tuning half of
evaluation/chains."""


def content_words(text: str) -> frozenset[str]:
    """The words that carry a statement, roughly stemmed."""
    words = (word.lower() for word in re.findall(r"[^\W_]+", text))
    return frozenset(re.sub(r"(?:ing|ed|es|s|d|e)$", "", word) if len(word) > 4 else word
                     for word in words if word not in STOP)


def bear_out(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements, each headline one linked to the body statement that says the same on the same word, if any."""
    body = [one for one in statements if not one.in_headline]

    def words(one: Statement) -> frozenset[str]:
        return content_words(" ".join(text[start:end] for start, end in one.content))

    if not any(one.in_headline for one in statements):
        return tuple(statements)
    linked = []
    for one in statements:
        if one.in_headline:
            mine = words(one)
            ranked = sorted(((len(mine & words(other)) / max(1, min(len(mine), len(words(other)))),
                              one.speaker is not None and one.speaker == other.speaker, -number, other)
                             for number, other in enumerate(body)), key=lambda row: (row[0] + 0.2 * row[1], row[2]),
                            reverse=True)
            best = next((other for share, same, _, other in ranked
                         if share >= ENOUGH and (same or one.speaker is None or share >= 0.6)), None)
            one = replace(one, borne_out_by=best.id if best else None)
        linked.append(one)
    return tuple(linked)
