"""MiniLM-L6 with an enlarged token-type table, and the two heads that read attributions from it.  Training only.

The first head tags every word (source, cue, content).  The second is asked once for each cue and says for every word
whether it belongs to that cue's source or content, as labellers of semantic roles do for each predicate (He et al.
2017, doi 10.18653/v1/P17-1044): contents in several pieces, sources shared by two cues and links across sentences come
out of one decision, and a boundary is judged knowing whose content it bounds.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from sayso.annotate.encode import KINDS
from sayso.claims.attribution import DISTANCES, RELATIONS, ROLE_LABELS, TAG_LABELS

WIDTH, HEADS, INNER, LAYERS = 384, 12, 1536, 6
HIDDEN, DEPTH = 160, 64


class Layer(nn.Module):
    """One block of BERT: attention, then a feed-forward net, each with its residual and norm."""

    def __init__(self, drop: float) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        scores = (q * (WIDTH // HEADS) ** -0.5) @ k.transpose(-1, -2)
        if mask is not None:
            scores = scores + mask
        seen = (scores.softmax(-1, dtype=q.dtype) @ v).transpose(1, 2).reshape(b, n, WIDTH)
        x = self.norm1(x + self.drop(self.out(seen)))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    """ids and kinds (word shapes × quotation states), int64 [windows, pieces] → states [windows, pieces, 384]."""

    def __init__(self, drop: float = 0.1) -> None:
        super().__init__()
        self.word, self.place = nn.Embedding(30522, WIDTH), nn.Embedding(512, WIDTH)
        self.kind = nn.Embedding(KINDS, WIDTH)
        self.norm, self.drop = nn.LayerNorm(WIDTH, 1e-12), nn.Dropout(drop)
        self.layers = nn.ModuleList(Layer(drop) for _ in range(LAYERS))

    def forward(self, ids: Tensor, kinds: Tensor, mask: Tensor | None = None) -> Tensor:
        x = self.word(ids) + self.place.weight[:ids.shape[1]] + self.kind(kinds)
        x = self.drop(self.norm(x))
        bias = None if mask is None else ((1.0 - mask[:, None, None, :]) * -10000.0).to(x.dtype)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def load_published(self, path: Path) -> None:
        """Takes over all-MiniLM-L6-v2's weights; every kind begins as its token type 0."""
        theirs = load_file(path)
        state = {"word.weight": theirs["embeddings.word_embeddings.weight"],
                 "place.weight": theirs["embeddings.position_embeddings.weight"],
                 "norm.weight": theirs["embeddings.LayerNorm.weight"],
                 "norm.bias": theirs["embeddings.LayerNorm.bias"],
                 "kind.weight": theirs["embeddings.token_type_embeddings.weight"][:1].repeat(KINDS, 1)}
        names = {"out": "attention.output.dense", "norm1": "attention.output.LayerNorm", "up": "intermediate.dense",
                 "down": "output.dense", "norm2": "output.LayerNorm"}
        for number in range(LAYERS):
            prefix = f"encoder.layer.{number}."
            for end in ("weight", "bias"):
                state[f"layers.{number}.qkv.{end}"] = torch.cat(
                    [theirs[f"{prefix}attention.self.{part}.{end}"] for part in ("query", "key", "value")])
                for mine, name in names.items():
                    state[f"layers.{number}.{mine}.{end}"] = theirs[f"{prefix}{name}.{end}"]
        self.load_state_dict(state)


class Heads(nn.Module):
    """What is read from a word's vector, the states of its first and last piece side by side (2 × 384)."""

    def __init__(self) -> None:
        super().__init__()
        two, roles = 2 * WIDTH, len(ROLE_LABELS)
        self.tag1, self.tag2 = nn.Linear(two, WIDTH), nn.Linear(WIDTH, len(TAG_LABELS))
        self.of_word, self.of_cue = nn.Linear(two, HIDDEN), nn.Linear(two, HIDDEN)
        self.places = nn.Embedding(DISTANCES + RELATIONS, HIDDEN)
        self.mix, self.role = nn.Linear(HIDDEN, 96), nn.Linear(96, roles)
        self.left, self.right = nn.Linear(two, DEPTH * roles), nn.Linear(two, DEPTH * roles)
        self.drop = nn.Dropout(0.2)

    def tags(self, words: Tensor) -> Tensor:
        """Scores of the labels of each word: [..., TAG_LABELS]."""
        return self.tag2(self.drop(F.gelu(self.tag1(words))))

    def roles(self, words: Tensor, cues: Tensor, distance: Tensor, relation: Tensor) -> Tensor:
        """Scores of the roles of each word for each cue.

        words [b, w, 768], cues [b, k, 768] (mean of the cue's words), distance and relation int64 [b, k, w]
        → [b, k, w, ROLE_LABELS].
        """
        b, w, _ = words.shape
        k, labels = cues.shape[1], len(ROLE_LABELS)
        x = self.of_word(words)[:, None] + self.of_cue(cues)[:, :, None] + self.placed(distance, relation)
        x = self.role(self.drop(F.gelu(self.mix(F.gelu(x)))))
        left = self.left(words).view(b, w, labels, DEPTH).permute(0, 2, 3, 1)
        right = self.right(cues).view(b, k, labels, DEPTH).permute(0, 2, 1, 3)
        return x + (right @ left).permute(0, 2, 3, 1) / DEPTH ** 0.5

    def placed(self, distance: Tensor, relation: Tensor) -> Tensor:
        """Vectors of where words stand to cues.  In training one-hot rows times the table: a sparse gradient of so
        many rows is slow on a CPU."""
        if not self.training:
            return self.places(distance) + self.places(relation + DISTANCES)
        rows = torch.stack([distance, relation + DISTANCES], -1)
        hot = F.one_hot(rows, DISTANCES + RELATIONS).sum(-2).to(torch.bfloat16)
        return hot @ self.places.weight.to(torch.bfloat16)


class Reader(nn.Module):
    """Encoder and heads."""

    def __init__(self, drop: float = 0.1) -> None:
        super().__init__()
        self.encoder, self.heads = Encoder(drop), Heads()

    def words(self, ids: Tensor, kinds: Tensor, mask: Tensor, first: Tensor, last: Tensor) -> Tensor:
        """Word vectors: [windows, words, 768]."""
        states = self.encoder(ids, kinds, mask)
        take = [torch.gather(states, 1, at[:, :, None].expand(-1, -1, WIDTH)) for at in (first, last)]
        return torch.cat(take, -1)
