"""Trains the coreference model: python -m training.coref.train TRAIN.jsonl.gz --to FOLDER

One document is one step.  Every tenth document (number `--fold`) is kept out and scored by the bench's own scorer
after each epoch; no other file is looked at.  Resumable: FOLDER/state.pt is written after every epoch.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import random
import sys
import time
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional as F

from sayso.annotate.antecedents import TYPES, pair_features, split_words
from sayso.annotate.windows import pack
from training.coref.network import Encoder, Heads

SEED = 4
ENCODER_RATE, HEAD_RATE, DECAY, KEEP = 2e-4, 1e-3, 0.01, 0.995


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("train", type=Path)
    options.add_argument("--to", type=Path, required=True)
    options.add_argument("--fold", type=int, default=3)
    options.add_argument("--epochs", type=int, default=10)
    options.add_argument("--minilm", type=Path, required=True, help="folder with model.safetensors and tokenizer.json")
    options.add_argument("--attribution", type=Path, help="start from this checkpoint of training/attribution")
    options.add_argument("--rate", type=float, default=ENCODER_RATE, help="highest learning rate of the encoder")
    options.add_argument("--drop", type=float, default=0.2, help="share of each word's vector dropped before the heads")
    options.add_argument("--scorer", type=Path, required=True, help="the coref bench's score.py")
    chosen = options.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    chosen.to.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(chosen.minilm / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with gzip.open(chosen.train, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    ready = [prepare(document, tokenizer) for document in documents]
    kept_out = [item for number, item in enumerate(ready) if number % 10 == chosen.fold]
    train = [item for number, item in enumerate(ready) if number % 10 != chosen.fold]
    score = load_scorer(chosen.scorer)
    encoder, heads = Encoder(), Heads()
    encoder.load_published(load_file(str(chosen.minilm / "model.safetensors")))
    if chosen.attribution:
        encoder.load_attribution(torch.load(chosen.attribution, map_location="cpu", weights_only=False))
    averages = deepcopy(encoder), deepcopy(heads)
    for average in averages:
        average.requires_grad_(False)
    groups = [{"params": list(encoder.parameters()), "lr": chosen.rate, "peak": chosen.rate},
              {"params": list(heads.parameters()), "lr": HEAD_RATE, "peak": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps, step, first = chosen.epochs * len(train), 0, 0
    saved = chosen.to / "state.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=False)
        for part, name in ((encoder, "encoder"), (heads, "heads"), (averages[0], "average_encoder"),
                           (averages[1], "average_heads"), (optimiser, "optimiser")):
            part.load_state_dict(state[name])
        step, first = state["step"], state["epoch"] + 1
        print("resumed after epoch", state["epoch"], flush=True)
    for epoch in range(first, chosen.epochs):
        order = random.Random(SEED + epoch).sample(range(len(train)), len(train))
        encoder.train(), heads.train()
        began, total = time.time(), np.zeros(3)
        for number in order:
            warm = min(1.0, (step + 1) / 60) * max(0.02, 1 - step / steps)
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * warm
            losses = document_loss(encoder, heads, train[number], chosen.drop)
            optimiser.zero_grad()
            sum(losses).backward()
            torch.nn.utils.clip_grad_norm_([*encoder.parameters(), *heads.parameters()], 1.0)
            optimiser.step()
            step += 1
            keep = min(KEEP, step / (step + 10))
            for average, part in zip(averages, (encoder, heads), strict=True):
                for old, new in zip(average.parameters(), part.parameters(), strict=True):
                    old.lerp_(new.detach(), 1 - keep)
            total += [float(loss.detach()) for loss in losses]
        found = evaluate(*averages, kept_out, score)
        print(f"epoch {epoch} {time.time() - began:.0f} s, losses {total / len(order)}, kept out: {found}", flush=True)
        torch.save({"encoder": encoder.state_dict(), "heads": heads.state_dict(), "step": step, "epoch": epoch,
                    "average_encoder": averages[0].state_dict(), "average_heads": averages[1].state_dict(),
                    "optimiser": optimiser.state_dict()}, saved.with_suffix(".new"))
        saved.with_suffix(".new").replace(saved)


def prepare(document: dict, tokenizer: Tokenizer) -> dict:
    """A document's windows and its gold heads: word numbers, types, ends and groups."""
    words = split_words(document["text"])
    at = {int(start): number for number, start in enumerate(words.start)}
    ending = {int(end): number for number, end in enumerate(words.end)}
    gold: dict[int, tuple[int, int, int, int]] = {}
    for group, cluster in enumerate(document["clusters"]):
        for mention in cluster["mentions"]:
            head, low, high = at.get(mention["head"][0]), at.get(mention["start"]), ending.get(mention["end"])
            if head is None or low is None or high is None:
                continue
            if head not in gold or high - low < gold[head][2] - gold[head][1]:
                gold[head] = (TYPES.index(cluster["type"]), low, high, group)
    return {"document": document, "words": words, "gold": gold, "windows": pack(words, tokenizer)}


def encode(encoder: Encoder, item: dict) -> torch.Tensor:
    """The vector of every word's first piece."""
    windows = item["windows"]
    out = encoder(*(torch.from_numpy(column) for column in (windows.ids, windows.mask, windows.shapes)))
    return out[torch.from_numpy(windows.row), torch.from_numpy(windows.column)]


def document_loss(encoder: Encoder, heads: Heads, item: dict, drop: float = 0.2) -> tuple[torch.Tensor, ...]:
    """Losses of types, ends and antecedents; antecedents are learnt on gold heads and on wrongly found ones."""
    vectors = F.dropout(encode(encoder, item), drop, heads.training)
    words, gold = item["words"], item["gold"]
    target = torch.zeros(len(words.text), dtype=torch.long)
    for head, (kind, *_rest) in gold.items():
        target[head] = kind
    logits = heads.tag(vectors)
    tagging = F.cross_entropy(logits, target)
    guess = logits.detach().argmax(-1)
    chosen = sorted(set(gold) | set(torch.nonzero(guess).flatten().tolist()))
    kinds = np.array([int(guess[head]) or gold[head][0] for head in chosen])
    index = torch.tensor(chosen)
    scores = heads.link(vectors[index], torch.from_numpy(pair_features(words, np.array(chosen), kinds, 0, len(chosen))))
    groups = torch.tensor([gold[head][3] if head in gold else -1 - number for number, head in enumerate(chosen)])
    earlier = torch.ones_like(scores).tril(-1).bool()
    scores = scores.masked_fill(~earlier, -1e4)
    everything = torch.cat((torch.zeros(len(chosen), 1), scores), 1)
    right = (groups[:, None] == groups[None]) & earlier
    right = torch.cat((~right.any(1, keepdim=True), right), 1)
    linking = (everything.logsumexp(1) - everything.masked_fill(~right, -1e4).logsumexp(1)).mean()
    reach = 30
    spread = torch.arange(-reach, reach + 1)
    owners = torch.tensor(list(gold))
    around = (owners[:, None] + spread).clamp(0, len(words.text) - 1)
    lows = torch.tensor([gold[head][1] - head for head in gold]).clamp(-reach, 0)
    highs = torch.tensor([gold[head][2] - head for head in gold]).clamp(0, reach)
    ends = heads.ends(vectors)
    pointing = torch.zeros(())
    for part, goal in ((heads.first, lows), (heads.last, highs)):
        asked = part(vectors[owners])
        pointing = pointing + F.cross_entropy(torch.einsum("nd,nrd->nr", asked, ends[around]) / 9.8, goal + reach)
    return 3 * tagging, linking, 0.3 * pointing


@torch.no_grad()
def evaluate(encoder: Encoder, heads: Heads, kept_out: list[dict], score) -> dict[str, float]:
    """CoNLL F1 over persons and organisations, and third-person pronoun → name, without any rule."""
    encoder.eval(), heads.eval()
    golds, predictions = [], {}
    for item in kept_out:
        words, vectors = item["words"], encode(encoder, item)
        kinds = heads.tag(vectors).argmax(-1).numpy()
        chosen = np.flatnonzero(kinds)
        features = torch.from_numpy(pair_features(words, chosen, kinds[chosen], 0, len(chosen)))
        scores = heads.link(vectors[torch.from_numpy(chosen)], features).numpy()
        ends = heads.ends(vectors)
        group, clusters, seen = {}, [], set()
        for row, head in enumerate(chosen.tolist()):
            low, high = max(0, head - 30), min(len(words.text), head + 31)
            first = low + int((ends[low:head + 1] @ heads.first(vectors[head])).argmax())
            last = head + int((ends[head:high] @ heads.last(vectors[head])).argmax())
            best = int(scores[row, :row].argmax()) if row else -1
            if row and scores[row, best] > 0:
                group[row] = group[best]
            else:
                group[row] = len(clusters)
                clusters.append([])
            span = [int(words.start[first]), int(words.end[last])]
            if tuple(span) not in seen:
                clusters[group[row]].append(span)
                seen.add(tuple(span))
        golds.append(item["document"])
        predictions[item["document"]["id"]] = [[tuple(span) for span in cluster] for cluster in clusters]
    result = score.score(golds, predictions, types={"person", "organization"})
    return {"conll": round(100 * result["conll_f1"], 1), "mention": round(100 * result["mention"]["f1"], 1),
            "third": round(100 * result["pronoun"].get("third", {"acc": 0})["acc"], 1)}


def load_scorer(path: Path):
    """The bench's score.py as a module."""
    spec = importlib.util.spec_from_file_location("coref_score", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
