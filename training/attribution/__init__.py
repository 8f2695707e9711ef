"""Training of the reader: PolNeAR train and the coref bench's train → encoder and all its heads, with their model cards.

    python -m training.attribution POLNEAR_TRAIN --coref COREF_TRAIN --checkpoints FOLDER [--minilm FOLDER] [--to FOLDER]

One command, fixed seed; stopped and started again it goes on from its last checkpoint.  What it was built from and
what was tried besides: docs/attribution.md.
"""
