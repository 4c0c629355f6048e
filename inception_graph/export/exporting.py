"""Exporting: written beside its place, opened as a server would, held against the module, and only then put there."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from inception_graph.export.errors import ExportError
from inception_graph.files import guard, replacing

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from inception_graph.export.formats import Format
    from inception_graph.export.subject import Subject

TOLERANCES = {"float32": 1e-4, "float64": 1e-4, "float16": 2e-2, "bfloat16": 1e-1}
"""By how much a file may differ from the module in float32, as a share of the largest output."""


@dataclass(frozen=True)
class Exported:
    """A file that computes what its network does.

    Attributes:
        path: Where it is.
        size: Its bytes.
        batches: The numbers of images that it was tried on.
        difference: The largest difference from the module as written, in float32, as a share of the largest output.
    """

    path: Path
    size: int
    batches: tuple[int, ...]
    difference: float


def export(
    subject: Subject,
    path: Path,
    form: Format,
    *,
    force: bool = False,
    told: Callable[[str], object] = lambda stage: None,
) -> Exported:
    """Write a network to a file that runs without this package.

    Args:
        subject: The network with its weights.
        path: Where to.
        form: As what.
        force: Whether a file that is not ours may be replaced.
        told: Is given the name of each stage before it begins.

    Raises:
        ExportError: It cannot be written or run, or differs too much; what stood at ``path`` is untouched.
        FileConflictError: A file stands there that is not ours, or there is no such folder.
    """
    guard(path, force=force)
    with tempfile.TemporaryDirectory() as folder, replacing(path) as temporary:
        made = Path(folder, path.name)
        told("trace")
        program = subject.trace()
        told("write")
        form.write(program, subject, made)
        told("compare")
        batches = (subject.batch,) if subject.batch else (1, 3)
        difference = _difference(subject, form.open(made), batches)
        shutil.copyfile(made, temporary)
        return Exported(path, made.stat().st_size, batches, difference)


def _difference(
    subject: Subject, run: Callable[[Tensor], Tensor], batches: tuple[int, ...]
) -> float:
    found, allowed = 0.0, TOLERANCES[subject.dtype]
    for number in batches:
        images = subject.images(number)
        with torch.inference_mode():
            wanted = subject.plain(images)
            given = run(images.to(getattr(torch, subject.dtype))).to(wanted.dtype)
        difference = ((given - wanted).abs().max() / wanted.abs().max()).item()
        if not difference <= allowed:
            message = (
                f"the file differs from the module by {difference:.1e} of the largest output "
                f"(batch of {number}, at most {allowed:.0e}), so it was not kept"
            )
            raise ExportError(message)
        found = max(found, difference)
    return found
