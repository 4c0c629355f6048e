"""Figures about networks: where costs are, what values see, and the family on one sheet."""
