"""The shipped weights from a checkpoint: python -m training.coref.export FOLDER/state.pt --to FOLDER

encoder.onnx (int8, dynamic, per channel) and heads.npz (float16: names and shapes as in network.Heads).  The
tokenizer is the reader's, one folder up.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.coref.network import Encoder, Heads


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("state", type=Path)
    options.add_argument("--to", type=Path, required=True)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    chosen.to.mkdir(parents=True, exist_ok=True)
    state = torch.load(chosen.state, weights_only=False, map_location="cpu")
    encoder, heads = Encoder().eval(), Heads().eval()
    encoder.load_state_dict(state["average_encoder"])
    heads.load_state_dict(state["average_heads"])
    example = tuple(torch.ones(2, 9, dtype=torch.long) for _ in range(3))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            encoder,
            example,
            str(whole),
            input_names=names,
            output_names=["hidden"],
            dynamo=False,
            opset_version=17,
            dynamic_axes={name: {0: "windows", 1: "pieces"} for name in (*names, "hidden")},
        )
        quantize_dynamic(whole, chosen.to / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True)
    onnx.checker.check_model(str(chosen.to / "encoder.onnx"))
    np.savez_compressed(chosen.to / "heads.npz",
                        **{name: value.numpy().astype(np.float16) for name, value in heads.state_dict().items()})
    for path in sorted(chosen.to.iterdir()):
        print(f"{path.name} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
