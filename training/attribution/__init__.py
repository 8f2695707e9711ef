"""Training of the reader: PolNeAR train → encoder and heads in int8 ONNX, with their model card.

    python -m training.attribution POLNEAR_TRAIN --minilm FOLDER --checkpoints FOLDER [--to FOLDER]

One command, fixed seed; stopped and started again it goes on from its last checkpoint.  What it was built from and
what was tried besides: docs/attribution.md.
"""
