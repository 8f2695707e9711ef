"""MiniLM-L6 with an enlarged token-type table, and the heads that read who is who from it.  Training only.

The encoder is written out (BERT, Devlin et al. 2019) so that training needs torch and safetensors and nothing else.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sayso.annotate.antecedents import SIZES, TYPES

WIDTH, HEADS, INNER, LAYERS = 384, 12, 1536, 6
SHAPES = 12
BILINEAR, DEPTH, HIDDEN = 4, 64, 64


class Layer(nn.Module):
    """One block of BERT: attention, then a feed-forward net, each with its residual and norm."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, n, _ = x.shape
        q, k, v = (part(x).view(b, n, HEADS, -1).transpose(1, 2) for part in (self.query, self.key, self.value))
        scores = q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + mask
        seen = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, WIDTH)
        x = self.norm1(x + self.drop(self.out(seen)))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    """input_ids, attention_mask, token_type_ids (word shapes), all int64 [windows, pieces] → [windows, pieces, 384]."""

    def __init__(self) -> None:
        super().__init__()
        self.word, self.place = nn.Embedding(30522, WIDTH), nn.Embedding(512, WIDTH)
        self.kind = nn.Embedding(SHAPES, WIDTH)
        self.norm, self.drop = nn.LayerNorm(WIDTH, 1e-12), nn.Dropout(0.1)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1])
        x = self.drop(self.norm(self.word(input_ids) + self.place(places) + self.kind(token_type_ids)))
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def load_published(self, weights: dict[str, Tensor]) -> None:
        """Takes over all-MiniLM-L6-v2's weights; every word shape begins as its token type 0."""
        mine = {
            "word.weight": "embeddings.word_embeddings.weight",
            "place.weight": "embeddings.position_embeddings.weight",
            "norm.weight": "embeddings.LayerNorm.weight",
            "norm.bias": "embeddings.LayerNorm.bias",
        }
        parts = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
                 "out": "attention.output.dense", "norm1": "attention.output.LayerNorm", "up": "intermediate.dense",
                 "down": "output.dense", "norm2": "output.LayerNorm"}
        for number in range(LAYERS):
            for part, theirs in parts.items():
                for kind in ("weight", "bias"):
                    mine[f"layers.{number}.{part}.{kind}"] = f"encoder.layer.{number}.{theirs}.{kind}"
        state = {name: weights[theirs] for name, theirs in mine.items()}
        state["kind.weight"] = weights["embeddings.token_type_embeddings.weight"][:1].repeat(SHAPES, 1)
        self.load_state_dict(state)


    def load_attribution(self, weights: dict[str, Tensor]) -> None:
        """Takes over an encoder that has learnt attribution; its word shapes are other ones, so their mean is taken."""
        state = {"word.weight": weights["enc.word.weight"], "place.weight": weights["enc.pos.weight"],
                 "norm.weight": weights["enc.norm.weight"], "norm.bias": weights["enc.norm.bias"],
                 "kind.weight": weights["enc.kind.weight"].mean(0, keepdim=True).repeat(SHAPES, 1)}
        parts = {"out": "o", "norm1": "n1", "up": "a", "down": "b", "norm2": "n2"}
        for number in range(LAYERS):
            for kind in ("weight", "bias"):
                for part, theirs in parts.items():
                    state[f"layers.{number}.{part}.{kind}"] = weights[f"enc.layers.{number}.{theirs}.{kind}"]
                three = weights[f"enc.layers.{number}.qkv.{kind}"].chunk(3)
                for part, value in zip(("query", "key", "value"), three, strict=True):
                    state[f"layers.{number}.{part}.{kind}"] = value
        self.load_state_dict(state)


class Heads(nn.Module):
    """What is read from a word's vector: type of the mention it heads, the mention's ends, the antecedent."""

    def __init__(self) -> None:
        super().__init__()
        self.tag = nn.Linear(WIDTH, len(TYPES))
        self.first, self.last, self.ends = nn.Linear(WIDTH, 96), nn.Linear(WIDTH, 96), nn.Linear(WIDTH, 96)
        self.query, self.key = nn.Linear(WIDTH, BILINEAR * DEPTH), nn.Linear(WIDTH, BILINEAR * DEPTH)
        self.mine, self.theirs = nn.Linear(WIDTH, HIDDEN), nn.Linear(WIDTH, HIDDEN)
        self.features = nn.ModuleList(nn.Embedding(size, HIDDEN) for size in SIZES)
        self.mix, self.score = nn.Linear(BILINEAR, HIDDEN), nn.Linear(HIDDEN, 1)
        for table in self.features:
            nn.init.normal_(table.weight, std=0.1)

    def link(self, words: Tensor, features: Tensor) -> Tensor:
        """Score of every head (row) with every head (column), antecedent or not; none scores 0."""
        n = len(words)
        q, k = self.query(words).view(n, BILINEAR, DEPTH), self.key(words).view(n, BILINEAR, DEPTH)
        dots = torch.einsum("ikd,jkd->ijk", q, k) / DEPTH ** 0.5
        hidden = self.mix(dots) + self.mine(words)[:, None] + self.theirs(words)[None]
        for number, table in enumerate(self.features):
            hidden = hidden + table(features[..., number])
        return self.score(F.relu(hidden)).squeeze(-1) + dots.sum(-1)
