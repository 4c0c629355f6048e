"""What stops a run for a reason that its user can act on."""


class RunError(Exception):
    """One sentence: what is wrong, and what to do. It is shown without a traceback."""
