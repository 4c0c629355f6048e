"""Training: run directories, their data, what became of a run. The loop itself is ``codegen/train.py``."""
