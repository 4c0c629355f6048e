"""PyTorch: source that its owner could have written, and the live module that is this source."""
