"""The parts of train.py. They need torch and Pillow only, and are copied beside every network that is trained."""
