"""The measurements behind every claim of speed: ratios against a peer, in turn, in the same run."""
