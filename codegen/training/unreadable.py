"""Images that could not be read: named, counted, and too many at some point."""

from __future__ import annotations

from pathlib import Path

import torch

from training.errors import RunError
from training.processes import Place


class Unreadable:
    """Counts the unreadable images of an epoch and names each of them once in a file.

    Attributes:
        share: The share of an epoch's images that may be unreadable.
    """

    def __init__(self, path: Path, share: float, place: Place) -> None:
        self.path, self.share, self.place = path, share, place
        self.count = 0

    def note(self, lines: list[str]) -> None:
        """Take in the lines of a batch, ``name: reason``."""
        self.count += len(lines)
        if lines:
            known = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines if line not in known)

    def check(self, images: int) -> int:
        """The number of unreadable images of this epoch so far, over all processes.

        Raises:
            RunError: They are more than the share of an epoch of so many images.
        """
        count = int(self.place.sum(torch.tensor(self.count, device=self.place.device)))
        if count > self.share * images:
            raise RunError(
                f"{count} of {images} images cannot be read, more than {self.share:.2%}: '{self.path}' names them; "
                "mend them, or allow more with --set training.unreadable=SHARE"
            )
        return count
