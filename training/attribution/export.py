"""Trained weights → three ONNX files: the encoder in int8 (per channel), the reader's two heads in float32; and the
heads of who is who as matrices (float16)."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from sayso.claims.attribution import DISTANCES
from training.attribution.network import WIDTH, Heads, Reader


class Tags(nn.Module):
    """The first head by itself."""

    def __init__(self, heads: Heads) -> None:
        super().__init__()
        self.heads = heads

    def forward(self, words: Tensor) -> Tensor:
        return self.heads.tags(words)


class Roles(nn.Module):
    """The second head by itself."""

    def __init__(self, heads: Heads) -> None:
        super().__init__()
        self.heads = heads

    def forward(self, words: Tensor, cues: Tensor, distance: Tensor, relation: Tensor) -> Tensor:
        return self.heads.roles(words, cues, distance, relation)


def export(state: Path, minilm: Path, to: Path) -> None:
    """Writes encoder.onnx, attribution-tags.onnx, attribution-roles.onnx, tokenizer.json, coref/heads.npz and
    coref/model.json into the folder."""
    learnt = torch.load(state, weights_only=True)["average"]

    def part(name: str) -> dict[str, Tensor]:
        return {key.removeprefix(name): value for key, value in learnt.items() if key.startswith(name)}

    model = Reader(0.0)
    model.load_state_dict(part("reader."))
    model.eval()
    to.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(1000, 2000, (1, 40))
    words, cues = torch.randn(1, 30, 2 * WIDTH), torch.randn(1, 3, 2 * WIDTH)
    near = torch.randint(0, DISTANCES, (1, 3, 30))
    with tempfile.TemporaryDirectory() as folder:
        full, ready = Path(folder) / "encoder.onnx", Path(folder) / "ready.onnx"
        write(model.encoder, (ids, ids % 20), full, {"ids": {1: "pieces"}, "kinds": {1: "pieces"}}, "states")
        quant_pre_process(str(full), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(str(ready), str(to / "encoder.onnx"), weight_type=QuantType.QInt8, per_channel=True,
                         op_types_to_quantize=["MatMul", "Gemm", "Gather"])
    write(Tags(model.heads), (words,), to / "attribution-tags.onnx", {"words": {1: "words"}}, "tags")
    write(Roles(model.heads), (words, cues, near, near % 15), to / "attribution-roles.onnx",
          {"words": {1: "words"}, "cues": {1: "cues"}, "distance": {1: "cues", 2: "words"},
           "relation": {1: "cues", 2: "words"}}, "roles")
    shutil.copy(minilm / "tokenizer.json", to / "tokenizer.json")
    strip_tokenizer(to / "tokenizer.json")
    write_links(part("coref."), to)


def write_links(heads: dict[str, Tensor], to: Path) -> None:
    """The heads of who is who, with their version: first twelve hex digits of the SHA-256 over encoder and heads."""
    folder = to / "coref"
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / "heads.npz",
                        **{name: value.numpy().astype(np.float16) for name, value in heads.items()})
    digest = hashlib.sha256((to / "encoder.onnx").read_bytes() + (folder / "heads.npz").read_bytes())
    (folder / "model.json").write_text(json.dumps({"name": "sayso-coref", "version": digest.hexdigest()[:12]}) + "\n",
                                       "utf-8")


def write(module: nn.Module, inputs: tuple[Tensor, ...], path: Path, axes: dict[str, dict[int, str]], output: str
          ) -> None:
    """One module as ONNX, in one file."""
    torch.onnx.export(module.eval(), inputs, str(path), input_names=list(axes), output_names=[output],
                      dynamic_axes=axes, opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))


def strip_tokenizer(path: Path) -> None:
    """Takes truncation and padding out of the tokenizer's file."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(path), pretty=False)
