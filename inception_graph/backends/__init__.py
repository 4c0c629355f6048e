"""What a typed graph becomes: PyTorch source, a live module, pictures."""
