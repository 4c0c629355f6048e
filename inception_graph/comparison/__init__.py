"""What differs between two networks, node by node, as a value that tables and pictures read."""
