"""How sure it is that a description or pronoun means the entity it was led to: a probability for each.

What counts: whether the trained model's link leads to the same entity, how sure the model was, how far back the entity
was last spoken of, whether it has a name.  One logistic regression for each kind (Platt 1999), fitted by
`training/coref/certainty.py` on documents of the coref bench's train part that the model had not seen; WEIGHTS are its
output, docs/actors.md has the reliability table.  Names join by rule and have no score, nor has a mention that brings
its entity in.  Known failure: those documents have no statements, so what a source's place tells is not counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sayso.annotate.coreference import Group, Linked
from sayso.annotate.mentions import Found

WEIGHTS: dict[str, tuple[float, ...]] = {
    "nominal": (-0.32231, 0.99547, 0.10926, 1.47325, -0.13541, 0.68069),
    "pronoun": (1.19022, 0.58515, 0.24594, 1.55726, -0.64639, 0.52735),
}
"""Kind of mention → bias, then a weight for each feature."""


def evidence(mention: Found, group: Group, owner: Mapping[int, Group], linked: Sequence[Linked],
             by_number: Mapping[int, Found]) -> tuple[float, ...] | None:
    """The features of a mention in its group; None where it begins the group."""
    before = group.last_before(mention)
    if before is None:
        return None
    agrees = differs = sure = 0.0
    if mention.linked is not None:
        earlier = by_number.get(linked[mention.linked].antecedent)
        theirs = owner.get(id(earlier)) if earlier is not None else None
        agrees, differs = float(theirs is group), float(theirs is not None and theirs is not group)
        sure = linked[mention.linked].score - 0.5
    return (agrees, differs, agrees * sure, math.log1p(max(0, mention.sentence - before.sentence)), float(group.named))


def judge(mentions: Sequence[Found], owner: Mapping[int, Group], linked: Sequence[Linked]) -> dict[int, float]:
    """Place of a mention in the sequence → probability that its entity is right; without those that have none."""
    by_number = {one.linked: one for one in mentions if one.linked is not None}
    found = {}
    for place, mention in enumerate(mentions):
        group = owner.get(id(mention))
        weights = WEIGHTS.get(mention.kind)
        known = evidence(mention, group, owner, linked, by_number) if group is not None and weights else None
        if weights and known is not None:
            bias, *rest = weights
            found[place] = 1 / (1 + math.exp(-bias - sum(w * x for w, x in zip(rest, known, strict=True))))
    return found
