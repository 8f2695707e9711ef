"""Fits the heads of who is who to the encoder that ships: python -m training.coref TRAIN --from CHECKPOINTS --scorer …

The encoder learns the task beside attribution (`python -m training.attribution`, which must have run); here its heads
are fitted once more to the very states that will be read, int8 and all.  Every fifth document is kept out and scored
after each round by the bench's own scorer.  Minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sayso.annotate.encode import WEIGHTS, Stretch, load_tokenizer
from sayso.annotate.links import LinkModel
from training.coref.examples import Document, read_documents
from training.coref.losses import losses_of
from training.coref.network import Heads

TYPES = {"person", "organization"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that shapes the heads; kept in model.json."""

    seed: int = 4
    rounds: int = 6
    cuts: int = 4
    """In so many ways each document is cut into windows."""
    rate: float = 1e-3
    decay: float = 0.01
    drop: float = 0.2
    average: float = 0.99


def main() -> None:
    """Fits, scores, writes heads.npz and model.json."""
    parser = argparse.ArgumentParser(prog="python -m training.coref", description=__doc__)
    parser.add_argument("documents", type=Path, help="train.jsonl.gz of the coref bench")
    parser.add_argument("--from", dest="checkpoints", type=Path, required=True, help="folder of training.attribution")
    parser.add_argument("--encoder", type=Path, default=WEIGHTS, help="folder of the encoder (default: the package's)")
    parser.add_argument("--to", type=Path, default=WEIGHTS / "coref", help="where the heads go")
    parser.add_argument("--scorer", type=Path, required=True, help="the coref bench's score.py")
    options = parser.parse_args()
    torch.set_num_threads(1)
    recipe = Recipe()
    torch.manual_seed(recipe.seed)
    train, kept_out = read_documents(options.documents, load_tokenizer(options.encoder))
    heads = Heads()
    learnt = torch.load(options.checkpoints / "final.pt", weights_only=True)["average"]
    heads.load_state_dict({name.removeprefix("coref."): value for name, value in learnt.items()
                           if name.startswith("coref.")})
    heads = fit(heads, train, kept_out, options.encoder, load_scorer(options.scorer), recipe)
    write(heads, recipe, options.encoder, options.to)


def fit(heads: Heads, train: Sequence[Document], kept_out: Sequence[Document], encoder: Path, scorer: ModuleType,
        recipe: Recipe) -> Heads:
    """The running mean of the heads after the last round."""
    rng = random.Random(recipe.seed)
    ready = [(one, states) for one in train for states in cut_states(one, encoder, rng, recipe.cuts)]
    asked = [(one, next(cut_states(one, encoder, None, 1))) for one in kept_out]
    mean = deepcopy(heads).requires_grad_(False)
    optimizer = torch.optim.AdamW(heads.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    step, total = 0, recipe.rounds * len(train)
    print("before:", score(mean, asked, scorer), flush=True)
    for number in range(recipe.rounds):
        heads.train()
        for one, states in rng.sample(ready, len(train)):
            for group in optimizer.param_groups:
                group["lr"] = recipe.rate * max(0.02, 1 - step / total)
            loss = torch.stack(losses_of(heads, F.dropout(states, recipe.drop), one)).sum()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(heads.parameters(), 1.0)
            optimizer.step()
            step += 1
            for old, new in zip(mean.parameters(), heads.parameters(), strict=True):
                old.lerp_(new.detach(), 1 - min(recipe.average, step / (step + 10)))
        print(f"round {number + 1}:", score(mean, asked, scorer), flush=True)
    return mean


def cut_states(one: Document, encoder: Path, rng: random.Random | None, cuts: int):
    """The states of a document's words, cut into windows in so many ways; without `rng`, as a report is read."""
    stretch = Stretch(one.encoded, folder=encoder)
    for _ in range(cuts):
        room = rng.randint(64, 256) if rng else None
        yield torch.from_numpy(stretch.states_at(one.words.start, list(stretch.encode(first_room=room))))


def score(heads: Heads, asked: Sequence[tuple[Document, Tensor]], scorer: ModuleType) -> dict[str, float]:
    """CoNLL F1 over persons and organisations, mention F1, and third-person pronoun → name, without any rule."""
    model = LinkModel(matrices(heads), "")
    predictions = {}
    for one, states in asked:
        groups: list[list[tuple[int, int]]] = []
        owner: list[int] = []
        seen: set[tuple[int, int]] = set()
        for mention in model.link(one.words, states.numpy()):
            if mention.antecedent < 0:
                groups.append([])
            owner.append(owner[mention.antecedent] if mention.antecedent >= 0 else len(groups) - 1)
            if (span := (mention.start, mention.end)) not in seen:
                groups[owner[-1]].append(span)
                seen.add(span)
        predictions[one.row["id"]] = groups
    found = scorer.score([one.row for one, _ in asked], predictions, types=TYPES)
    return {"CoNLL F1": round(100 * found["conll_f1"], 1), "mention F1": round(100 * found["mention"]["f1"], 1),
            "third person": round(100 * found["pronoun"]["third"]["acc"], 1)}


def matrices(heads: Heads) -> dict[str, np.ndarray]:
    """The heads as `annotate/links.py` reads them."""
    return {name: value.detach().numpy() for name, value in heads.state_dict().items()}


def write(heads: Heads, recipe: Recipe, encoder: Path, to: Path) -> None:
    """heads.npz (float16) and model.json with the version: SHA-256 over the encoder and the heads."""
    to.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(to / "heads.npz", **{name: value.astype(np.float16) for name, value in matrices(heads).items()})
    digest = hashlib.sha256((encoder / "encoder.onnx").read_bytes() + (to / "heads.npz").read_bytes()).hexdigest()[:12]
    settings = {name: getattr(recipe, name) for name in recipe.__slots__}
    (to / "model.json").write_text(json.dumps({"name": "sayso-coref", "version": digest, "recipe": settings}, indent=1)
                                   + "\n", "utf-8")


def load_scorer(path: Path) -> ModuleType:
    """The bench's score.py as a module."""
    spec = importlib.util.spec_from_file_location("coref_score", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
