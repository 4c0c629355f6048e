"""Bounds on what a file may ask for, so that no file can make the tool slow or large."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

_DEEPEST = 150
"""Reading and elaborating go down with the nesting, and Python's stack with them."""


@dataclass(frozen=True)
class Limits:
    """Every bound can be raised by name (``--limit nodes=200000``) for an honest giant.

    Attributes:
        bytes: Size of the file.
        depth: Nesting of its mappings and sequences.
        values: YAML values after aliases are expanded.
        nodes: Nodes of the network after blocks and repeats are expanded.
        channels: Channels of any tensor.
        elements: Elements of any tensor, for one image.
        variants: Networks of one sweep.
    """

    bytes: int = 1_000_000
    depth: int = 48
    values: int = 200_000
    nodes: int = 10_000
    channels: int = 65_536
    elements: int = 2**28
    variants: int = 10_000

    @classmethod
    def names(cls) -> list[str]:
        """Names of the bounds."""
        return [field.name for field in fields(cls)]

    def raised(self, **bounds: int) -> Limits:
        """The same limits with some replaced.

        Raises:
            ValueError: A bound is not positive, or the depth is beyond what a program's stack can hold.
        """
        for name, bound in bounds.items():
            most = _DEEPEST if name == "depth" else None
            if bound < 1 or (most is not None and bound > most):
                message = f"the limit '{name}' must be at least 1{f' and at most {most}' if most else ''}, not {bound}"
                raise ValueError(message)
        return replace(self, **bounds)


DEFAULT_LIMITS = Limits()
