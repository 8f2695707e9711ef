"""Training of the reader: PolNeAR train → encoder and heads in int8 ONNX, with their model card.

    python -m training.attribution POLNEAR_TRAIN --coref COREF_TRAIN --checkpoints FOLDER [--minilm FOLDER] [--to FOLDER]
    python -m training.coref COREF_TRAIN --from FOLDER --scorer SCORE.PY

One command, fixed seed; stopped and started again it goes on from its last checkpoint.  What it was built from and
what was tried besides: docs/attribution.md.
"""
