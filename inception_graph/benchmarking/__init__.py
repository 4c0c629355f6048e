"""How fast a network runs, and beside it whatever else is installed that computes the same."""
