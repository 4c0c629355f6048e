"""One module a format of files; each opens a file as a ``TensorFile``."""
