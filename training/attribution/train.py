"""The training loop: single-threaded processes, each with its share of every batch, gradients averaged.

The first cycles learn attributions alone; the later ones learn who is who (`training/coref`) and syntax from the same
states, so that one pass of one encoder serves all heads.  Single-threaded processes use small matrices better than
threads do.  All of them take the same steps from the same seed, so their weights never part; the first one keeps the
average of the weights (EMA) and the checkpoints.
"""

from __future__ import annotations

import math
import os
import random
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, multiprocessing, nn
from torch.nn import functional as F

from sayso.claims.attribution import runs
from training.attribution.examples import (
    IGNORE,
    Batch,
    epoch_rows,
    epoch_windows,
    hold_out,
    read_rows,
    role_input,
    to_batch,
)
from training.attribution.network import Reader
from training.attribution.syntax import Syntax, parse_texts
from training.coref.examples import Document, read_documents, states
from training.coref.losses import losses_of
from training.coref.network import Heads as CorefHeads

QUICKER = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "MALLOC_MMAP_THRESHOLD_": "4000000000",
           "MALLOC_TRIM_THRESHOLD_": "16000000000"}
"""What the processes find in their environment: one thread each, and memory that is kept rather than given back."""

SYNTAX = "syntax.npz"
COREF_DROP = 0.2


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that shapes the weights; kept in the model card."""

    seed: int = 1
    cycles: tuple[tuple[int, float], ...] = ((5, 1.0), (3, 0.6), (5, 0.7), (3, 0.5), (2, 0.25))
    """Epochs and share of the learning rate of each cycle: a short warm-up, then a cosine down (Loshchilov and Hutter
    2017, arXiv 1608.03983)."""
    windows: int = 24
    """Windows a step, over all processes."""
    room: int = 256
    rate: float = 4e-4
    head_rate: float = 1e-3
    warm_up: int = 100
    drop: float = 0.1
    decay: float = 0.01
    average: float = 0.998
    role_weight: float = 4.0
    restyled: float = 0.4
    together_from: int = 2
    """The first cycle, from 0, that learns syntax and who is who too.  What ships is the mean of the weights at the
    ends of these cycles."""
    syntax_weight: float = 0.2
    coref_weight: float = 0.5
    coref_every: int = 3
    """Steps from one document of the coref bench to the next, in each process."""
    coref_kept_out: int = 0
    """At 5 every fifth document is kept out, for choosing; what ships has seen all."""
    wrong_cues_from: float = 0.5
    """Epochs after which the cues that the model itself would guess are trained on too."""


class Learner(nn.Module):
    """The reader, and what is learnt beside it from the same states."""

    def __init__(self, drop: float = 0.1) -> None:
        super().__init__()
        self.reader, self.syntax, self.coref = Reader(drop), Syntax(), CorefHeads()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the training's data lie, and its checkpoints."""

    corpus: Path
    coref: Path
    minilm: Path
    folder: Path


def train(sources: Sources, recipe: Recipe, *, workers: int, limit: int | None = None) -> Path:
    """The checkpoint of the finished run; goes on from one that is there."""
    sources.folder.mkdir(parents=True, exist_ok=True)
    parse_texts((row["text"] for row in read_rows(sources.corpus)[:limit]), sources.folder / SYNTAX)
    size = sum(p.numel() for p in Learner().parameters())
    shared = torch.zeros(workers, size).share_memory_()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers)
    arguments = (workers, shared, barrier, sources, recipe, limit)
    os.environ |= QUICKER
    multiprocessing.start_processes(work, arguments, nprocs=workers, start_method="spawn")
    return sources.folder / "final.pt"


def work(rank: int, workers: int, shared: Tensor, barrier: Barrier, sources: Sources, recipe: Recipe,
         limit: int | None) -> None:
    """One process of the training."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(recipe.seed)
    folder, tokenizer = sources.folder, load_tokenizer(sources.minilm)
    rows = read_rows(sources.corpus)[:limit]
    known = parse_texts((row["text"] for row in rows), folder / SYNTAX)
    rows = hold_out(rows, min(64, len(rows) // 2))[0]
    documents = read_documents(sources.coref, tokenizer, recipe.coref_kept_out)[:limit]
    model = Learner(recipe.drop)
    model.reader.encoder.load_published(sources.minilm / "model.safetensors")
    beside = nn.ModuleList((model.reader.heads, model.syntax, model.coref))
    optimizer = torch.optim.AdamW([{"params": list(part.parameters()), "lr": rate, "base": rate} for part, rate in
                                   ((model.reader.encoder, recipe.rate), (beside, recipe.head_rate))],
                                  weight_decay=recipe.decay, betas=(0.9, 0.98), fused=True)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step = 0
    if (state_file := folder / "state.pt").exists():
        state = torch.load(state_file, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average, step = state["average"], state["step"]
    torch.manual_seed(recipe.seed * 1000 + rank + step)
    rng = random.Random(recipe.seed * 1000 + rank + step)
    per_epoch = len(batches_of(rows, tokenizer, recipe, 0))
    ends = [per_epoch * sum(epochs for epochs, _ in recipe.cycles[:n + 1]) for n in range(len(recipe.cycles))]
    began, sums, waiting, total = time.time(), torch.zeros(4), list[Document](), ends[-1]
    if not rank:
        report(folder, f"{len(rows)} documents, {per_epoch} steps an epoch, {total} in all, from step {step}")
    while step < total:
        epoch = step // per_epoch
        batches = (batches_of(rows, tokenizer, recipe, epoch) * 2)[:per_epoch]
        for windows in batches[step - epoch * per_epoch:]:
            together = step >= ends[recipe.together_from - 1]
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * rate_at(step, per_epoch, recipe)
            model.train()
            optimizer.zero_grad()
            batch = to_batch(windows[rank::workers] or windows[:1])
            words, tags, roles = reader_losses(model.reader, batch, guess=step > recipe.wrong_cues_from * per_epoch)
            syntax = coref = torch.zeros(())
            if together:
                labels = [known.get(example.text) for example, _, _ in batch.windows]
                syntax = recipe.syntax_weight * model.syntax.loss(words, batch.windows, labels)
            (tags + recipe.role_weight * roles + syntax).backward()
            if together and step % recipe.coref_every == 0:
                waiting = waiting or rng.sample(documents, len(documents))
                coref = recipe.coref_weight * coref_loss(model, waiting.pop(), rng, recipe)
                coref.backward()
            if workers > 1:
                share_gradients(model, shared, barrier, rank)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            sums += torch.stack([tags, roles, syntax, coref]).detach()
            if rank:
                continue
            if step % 4 == 0:
                follow(average, model, min(recipe.average, (1 + step) / (10 + step)) ** 4)
            if step % 25 == 0:
                figures = zip(("tags", "roles", "syntax", "coref"), (sums / 25).tolist(), strict=True)
                report(folder, f"step {step} {' '.join(f'{name} {value:.4f}' for name, value in figures)} "
                               f"{time.time() - began:.0f} s")
                sums.zero_()
            ended = step in ends
            if step % 200 == 0 or ended:
                save(state_file, model, optimizer, average, step)
            if ended:
                torch.save(average, folder / f"cycle-{ends.index(step) + 1}.pt")
    if not rank:
        mean = mean_of([folder / f"cycle-{n + 1}.pt" for n in range(recipe.together_from, len(ends))])
        save(folder / "final.pt", model, optimizer, mean, step)


def coref_loss(model: Learner, one: Document, rng: random.Random, recipe: Recipe) -> Tensor:
    """The sum of the losses of who is who in one document, cut into windows elsewhere every time."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = states(model.reader.encoder, one, rng.randint(recipe.room // 4, recipe.room))
    return torch.stack(losses_of(model.coref, F.dropout(found.float(), COREF_DROP), one)).sum()


def batches_of(rows: list[dict[str, Any]], tokenizer: Any, recipe: Recipe, epoch: int) -> list[list[Any]]:
    """The batches of one epoch, always the same for one recipe."""
    rng = random.Random(recipe.seed * 100 + epoch)
    return epoch_windows(epoch_rows(rows, rng, restyled=recipe.restyled), tokenizer, rng, size=recipe.windows,
                         room=recipe.room)


def load_tokenizer(minilm: Path) -> Any:
    """MiniLM's tokenizer, which cuts nothing off and fills nothing up."""
    tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def rate_at(step: int, per_epoch: int, recipe: Recipe) -> float:
    """Share of the full learning rate: in each cycle a linear start, then a cosine down to 2 %."""
    for epochs, share in recipe.cycles:
        length = epochs * per_epoch
        if step < length:
            return share * min(1.0, (step + 1) / recipe.warm_up) * max(
                0.02, 0.5 * (1 + math.cos(math.pi * step / length)))
        step -= length
    return 0.0


def reader_losses(model: Reader, batch: Batch, *, guess: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Word vectors, and the cross-entropy of tags and of roles."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        words = model.words(batch.ids, batch.kinds, batch.mask, batch.first, batch.last)
        tags = model.heads.tags(words).float()
    tag_loss = F.cross_entropy(tags.flatten(0, 1), batch.tags.flatten(), ignore_index=IGNORE)
    cues, labels = [list(c) for c in batch.cues], [list(r) for r in batch.roles]
    if guess:
        add_guesses(tags.detach().argmax(-1), batch, cues, labels)
    if not any(cues):
        return words, tag_loss, tags.sum() * 0
    share, distance, relation, gold = role_input(batch, cues, labels)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        pooled = torch.bmm(share.to(words.dtype), words)
        roles = model.heads.roles(words, pooled, distance, relation).float()
    return words, tag_loss, F.cross_entropy(roles.flatten(0, 2), gold.flatten(), ignore_index=IGNORE)


def add_guesses(tags: Tensor, batch: Batch, cues: list[list[tuple[int, int]]], labels: list[list[Any]]) -> None:
    """Adds the cues that the model would find: with their gold roles where they overlap one gold cue, with none where
    they overlap no gold cue."""
    for row, (_, begin, stop) in enumerate(batch.windows):
        guessed = runs(tags[row, :stop - begin].tolist(), 3, 4)
        for s, e in guessed:
            touched = [k for k, (s2, e2) in enumerate(batch.cues[row]) if s < e2 and s2 < e]
            if not touched:
                cues[row].append((s, e))
                labels[row].append(torch.zeros(stop - begin, dtype=torch.long).numpy())
            elif len(touched) == 1 and batch.cues[row][touched[0]] != (s, e):
                roles = batch.roles[row][touched[0]].copy()
                roles[s:e] = 0
                cues[row].append((s, e))
                labels[row].append(roles)


def mean_of(files: list[Path]) -> dict[str, Tensor]:
    """The mean of the weights at the ends of cycles (Izmailov et al. 2018, arXiv 1803.05407)."""
    ends = [torch.load(file, weights_only=True) for file in files]
    return {name: torch.stack([end[name] for end in ends]).mean(0) for name in ends[0]}


def share_gradients(model: nn.Module, shared: Tensor, barrier: Barrier, rank: int) -> None:
    """Puts the mean of all processes' gradients into this one's."""
    mine = [p for p in model.parameters()]
    at = 0
    for p in mine:
        shared[rank, at:at + p.numel()] = 0 if p.grad is None else p.grad.flatten()
        at += p.numel()
    barrier.wait(900)
    mean = shared.mean(0)
    barrier.wait(900)
    at = 0
    for p in mine:
        p.grad = mean[at:at + p.numel()].view_as(p)
        at += p.numel()


def follow(average: dict[str, Tensor], model: nn.Module, keep: float) -> None:
    """Moves the average a little towards the weights."""
    with torch.no_grad():
        now = model.state_dict()
        names = list(average)
        torch._foreach_lerp_([average[n] for n in names], [now[n] for n in names], 1 - keep)


def save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, average: dict[str, Tensor], step: int) -> None:
    """Writes the checkpoint beside the last one, then in its place."""
    new = path.with_suffix(".new")
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "average": average, "step": step},
               new)
    new.replace(path)


def report(folder: Path, line: str) -> None:
    """Prints a line and adds it to the log."""
    print(line, flush=True)
    with (folder / "log.txt").open("a") as log:
        log.write(line + "\n")
