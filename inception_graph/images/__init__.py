"""Pictures: files found, read, and prepared as a network's input. It needs Pillow and numpy, no torch."""
