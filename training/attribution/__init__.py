"""Training: PolNeAR train and the coref bench's train → the encoder in int8 ONNX and all its heads.

    python -m training.attribution POLNEAR_TRAIN --coref COREF_TRAIN --checkpoints FOLDER [--to FOLDER]

One command, fixed seed; stopped and started again it goes on from its last checkpoint.  What it was built from and
what was tried besides: docs/attribution.md.
"""
