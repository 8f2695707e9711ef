"""What the heads are to get right: types, antecedents (Lee et al. 2017, doi 10.18653/v1/D17-1018), ends of mentions."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sayso.annotate.antecedents import pair_features
from sayso.annotate.links import AROUND
from training.coref.examples import Document
from training.coref.network import ENDS, Heads

TAGGING, POINTING = 3.0, 0.3
"""Weights of the types and of the ends beside the antecedents."""


def losses_of(heads: Heads, states: Tensor, one: Document) -> tuple[Tensor, Tensor, Tensor]:
    """Weighed losses of types, antecedents and ends; antecedents are learnt on gold heads and on wrongly found ones."""
    target = torch.zeros(len(states), dtype=torch.long)
    for head, (kind, *_) in one.gold.items():
        target[head] = kind
    logits = heads.tag(states)
    guess = logits.detach().argmax(-1)
    chosen = sorted(set(one.gold) | set(torch.nonzero(guess).flatten().tolist()))
    kinds = np.array([int(guess[head]) or one.gold[head][0] for head in chosen])
    features = torch.from_numpy(pair_features(one.words, np.array(chosen), kinds, 0, len(chosen)))
    groups = torch.tensor([one.gold[head][3] if head in one.gold else -1 - n for n, head in enumerate(chosen)])
    linking = linking_loss(heads.link(states[torch.tensor(chosen)], features), groups)
    return (TAGGING * F.cross_entropy(logits, target), linking, POINTING * pointing_loss(heads, states, one))


def linking_loss(scores: Tensor, groups: Tensor) -> Tensor:
    """How unlikely all right antecedents together are: those of one's own group, or none for its first mention."""
    earlier = torch.ones_like(scores).tril(-1).bool()
    scores = scores.masked_fill(~earlier, -1e4)
    everything = torch.cat((torch.zeros(len(scores), 1), scores), 1)
    right = (groups[:, None] == groups[None]) & earlier
    right = torch.cat((~right.any(1, keepdim=True), right), 1)
    return (everything.logsumexp(1) - everything.masked_fill(~right, -1e4).logsumexp(1)).mean()


def pointing_loss(heads: Heads, states: Tensor, one: Document) -> Tensor:
    """Cross-entropy of the first and last word of each gold mention among the words around its head."""
    owners = torch.tensor(list(one.gold))
    around = (owners[:, None] + torch.arange(-AROUND, AROUND + 1)).clamp(0, len(states) - 1)
    ends, total = heads.ends(states), torch.zeros(())
    for part, place in ((heads.first, 1), (heads.last, 2)):
        away = torch.tensor([one.gold[head][place] - head for head in one.gold])
        goal = away.clamp(-AROUND, 0) if place == 1 else away.clamp(0, AROUND)
        near = torch.einsum("nd,nrd->nr", part(states[owners]), ends[around]) / ENDS ** 0.5
        total = total + F.cross_entropy(near, goal + AROUND)
    return total
