"""Files of weights: read safely, fitted to a network, written in our layout or another's. The modules need torch."""
