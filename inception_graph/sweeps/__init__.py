"""Variants on paper: what networks would cost for every combination of their variables and of input sizes."""
