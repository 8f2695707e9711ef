"""The heads that read who is who from the reader's encoder.  Training only; `annotate/links.py` reads with numpy."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sayso.annotate.antecedents import SIZES, TYPES
from sayso.annotate.encode import WIDTH

BILINEAR, DEPTH, HIDDEN, ENDS = 4, 64, 64, 96
FIRST = [sum(SIZES[:number]) for number in range(len(SIZES))]
"""Where the values of each pair feature begin among those of all."""


class Heads(nn.Module):
    """What is read from a word's state: type of the mention it heads, the mention's ends, the antecedent."""

    def __init__(self) -> None:
        super().__init__()
        self.tag = nn.Linear(WIDTH, len(TYPES))
        self.first, self.last, self.ends = (nn.Linear(WIDTH, ENDS) for _ in range(3))
        self.query, self.key = nn.Linear(WIDTH, BILINEAR * DEPTH), nn.Linear(WIDTH, BILINEAR * DEPTH)
        self.mine, self.theirs = nn.Linear(WIDTH, HIDDEN), nn.Linear(WIDTH, HIDDEN)
        self.features = nn.ModuleList(nn.Embedding(size, HIDDEN) for size in SIZES)
        self.mix, self.score = nn.Linear(BILINEAR, HIDDEN), nn.Linear(HIDDEN, 1)
        for table in self.features:
            nn.init.normal_(table.weight, std=0.1)

    def link(self, words: Tensor, features: Tensor) -> Tensor:
        """Score of every head (row) with every head (column), antecedent or not; none scores 0.

        One-hot rows times the tables stand for look-ups: the gradient of so many look-ups is slow on a CPU.
        """
        n = len(words)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            q, k = self.query(words).view(n, BILINEAR, DEPTH), self.key(words).view(n, BILINEAR, DEPTH)
            dots = torch.einsum("ikd,jkd->ijk", q, k) / DEPTH ** 0.5
            hot = torch.zeros(n * n, sum(SIZES), dtype=torch.bfloat16)
            hot.scatter_(1, (features + torch.tensor(FIRST)).view(n * n, -1), 1.0)
            table = torch.cat([part.weight for part in self.features])
            hidden = self.mix(dots) + self.mine(words)[:, None] + self.theirs(words)[None]
            hidden = hidden + (hot @ table).view(n, n, -1)
            scores = self.score(F.relu(hidden)).squeeze(-1).float() + dots.sum(-1).float()
        return scores
