"""A trained model's opinion of who is who: mentions by head word, and for each the earlier one that it takes up.

Weights: `weights/coref` (training/coref makes them; its model card lists the licences).  One thread, ONNX Runtime and
numpy.  A head looks back at most REACH heads, so that a long text costs no more a word than a short one.
Known failure: bodies that are named once; “it”, which the training texts mostly use for things.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.annotate.antecedents import SIZES, TYPES, Words, pair_features, split_words
from sayso.annotate.coreference import Linked
from sayso.annotate.windows import pack
from sayso.errors import MissingPiece
from sayso.model import REPORT_ROLES, Document

Floats = NDArray[np.float32]

REACH = 250
"""Heads that a head may look back over; 99 % of gold links in the bench's train part are shorter."""
AROUND = 30
"""Words on either side of a head in which its mention's ends are looked for, as in training."""
BATCH = 8
"""Windows encoded at once; bounds memory."""
BLOCK = 64


@dataclass(frozen=True, slots=True)
class LinkModel:
    """Encoder session, tokenizer and the heads' matrices."""

    session: Any
    tokenizer: Any
    heads: dict[str, Floats]
    version: str

    def read(self, text: str, start: int = 0, end: int | None = None) -> list[Linked]:
        """The mentions of text[start:end], in order of their heads."""
        words = split_words(text, start, end)
        if not words.text:
            return []
        vectors = self._encode(words)
        h = self.heads
        logits = vectors @ h["tag.weight"].T + h["tag.bias"]
        kinds = logits.argmax(-1)
        chosen = np.flatnonzero(kinds)
        if not len(chosen):
            return []
        picked = vectors[chosen]
        antecedents, scores = self._antecedents(words, picked, chosen, kinds[chosen])
        ends = vectors @ h["ends.weight"].T + h["ends.bias"]
        first = picked @ h["first.weight"].T + h["first.bias"]
        last = picked @ h["last.weight"].T + h["last.bias"]
        found = []
        for row, head in enumerate(chosen.tolist()):
            low, high = max(0, head - AROUND), min(len(words.text), head + AROUND + 1)
            begin = low + int((ends[low:head + 1] @ first[row]).argmax())
            stop = head + int((ends[head:high] @ last[row]).argmax())
            found.append(Linked(int(words.start[begin]), int(words.end[stop]), int(words.start[head]),
                                TYPES[kinds[head]], int(antecedents[row]), float(scores[row])))
        return found

    def _encode(self, words: Words) -> Floats:
        windows = pack(words, self.tokenizer)
        parts = []
        for low in range(0, len(windows.ids), BATCH):
            part = slice(low, low + BATCH)
            width = int(windows.mask[part].sum(1).max())
            hidden = self.session.run(None, {"input_ids": windows.ids[part, :width],
                                             "attention_mask": windows.mask[part, :width],
                                             "token_type_ids": windows.shapes[part, :width]})[0]
            rows = np.flatnonzero((windows.row >= low) & (windows.row < low + BATCH))
            parts.append(hidden[windows.row[rows] - low, windows.column[rows]])
        return np.concatenate(parts)

    def _antecedents(self, words: Words, vectors: Floats, heads: NDArray[np.int64],
                     kinds: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        """For each head the index of its antecedent or -1, and the probability of that choice."""
        h, count = self.heads, len(heads)
        query = (vectors @ h["query.weight"].T + h["query.bias"]).reshape(count, 4, -1).transpose(1, 0, 2)
        key = (vectors @ h["key.weight"].T + h["key.bias"]).reshape(count, 4, -1).transpose(1, 0, 2)
        mine = vectors @ h["mine.weight"].T + h["mine.bias"] + h["mix.bias"]
        theirs = vectors @ h["theirs.weight"].T + h["theirs.bias"]
        best, sure = np.full(count, -1, dtype=np.int64), np.ones(count, dtype=np.float32)
        for low in range(0, count, BLOCK):
            high = min(count, low + BLOCK)
            base = max(0, low - REACH)
            window = slice(base, high)
            dots = np.einsum("kid,kjd->ijk", query[:, low:high], key[:, window], optimize=True) / query.shape[-1] ** 0.5
            hidden = dots @ h["mix.weight"].T + mine[low:high, None] + theirs[None, window]
            local = pair_features(words, heads[window], kinds[window], low - base, high - base)
            for number in range(len(SIZES)):
                hidden += h[f"features.{number}.weight"][local[..., number]]
            np.maximum(hidden, 0, out=hidden)
            scores = (hidden @ h["score.weight"].T)[..., 0] + h["score.bias"] + dots.sum(-1)
            scores[np.arange(base, high)[None] >= np.arange(low, high)[:, None]] = -1e4
            peak = np.maximum(scores.max(1), 0)
            total = np.exp(scores - peak[:, None]).sum(1) + np.exp(-peak)
            choice = scores.argmax(1)
            top = scores[np.arange(high - low), choice]
            best[low:high] = np.where(top > 0, choice + base, -1)
            sure[low:high] = np.exp(np.maximum(top, 0) - peak) / total
        return best, sure


@lru_cache(maxsize=1)
def load_links() -> LinkModel:
    """The shipped model.  MissingPiece where its weights are not in the package."""
    folder = files("sayso.annotate").joinpath("weights", "coref")
    if not folder.joinpath("encoder.onnx").is_file():
        raise MissingPiece(
            "no coreference weights in sayso/annotate/weights/coref; install the released package, or make "
            "them with training/coref"
        )
    import onnxruntime  # type: ignore[import-untyped]
    from tokenizers import Tokenizer
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with as_file(folder) as place:
        session = onnxruntime.InferenceSession(str(place / "encoder.onnx"), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(place.parent / "tokenizer.json"))     # the reader's: one for both
        tokenizer.no_padding()
        tokenizer.no_truncation()
        with np.load(place / "heads.npz") as stored:
            heads = {name: stored[name].astype(np.float32) for name in stored.files}
        card = json.loads((place / "model.json").read_text("utf-8"))
    return LinkModel(session, tokenizer, heads, card["version"])


def links_installed() -> bool:
    """Whether the weights are in the package."""
    return files("sayso.annotate").joinpath("weights", "coref", "encoder.onnx").is_file()


def read_links(document: Document) -> list[Linked]:
    """The mentions of a report's own blocks, run by run; indices of antecedents are into the list."""
    model = load_links()
    found: list[Linked] = []
    for start, end in _runs(document):
        base = len(found)
        found += [Linked(one.start, one.end, one.head, one.type, one.antecedent + base if one.antecedent >= 0 else -1,
                         one.score) for one in model.read(document.text, start, end)]
    return found


def _runs(document: Document) -> list[tuple[int, int]]:
    """Stretches of report without another role between them."""
    runs: list[tuple[int, int]] = []
    open_run = False
    for block in document.blocks:
        if block.role not in REPORT_ROLES:
            open_run = False
        elif open_run:
            runs[-1] = (runs[-1][0], block.end)
        else:
            runs.append((block.start, block.end))
            open_run = True
    return runs or ([(0, len(document.text))] if not document.blocks else [])
