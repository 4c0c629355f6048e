"""What is left of a run: the network, its weights, its classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from inception_graph.compiler import compile_spec
from inception_graph.diagnostics.errors import SpecError
from inception_graph.diagnostics.terminal import visible
from inception_graph.ir.training import Training
from inception_graph.limits import DEFAULT_LIMITS, Limits
from inception_graph.network import Network
from inception_graph.training import standalone
from inception_graph.training.errors import TrainingError
from inception_graph.training.folder import CONFIG, SPEC
from inception_graph.training.recipe import recipe

if TYPE_CHECKING:
    from pathlib import Path


def is_run(path: Path) -> bool:
    """Whether a path is a run directory, begun or not."""
    try:
        return (path / CONFIG).is_file() and (path / SPEC).is_file()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Run:
    """A run directory.

    Attributes:
        folder: Where it is.
        limits: Bounds on what its spec may ask for.
    """

    folder: Path
    limits: Limits = DEFAULT_LIMITS

    @property
    def spec(self) -> Path:
        """The spec of what was trained."""
        return self.folder / SPEC

    @cached_property
    def network(self) -> Network:
        """What was trained, compiled from the spec in the directory.

        Raises:
            SpecError: The spec has errors.
        """
        compilation = compile_spec(self.spec, limits=self.limits)
        if compilation.typed is None:
            raise SpecError(compilation.report)
        return Network(compilation, {})

    @cached_property
    def config(self) -> Any:
        """The values of config.yaml, as the run itself reads them.

        Raises:
            TrainingError: The file is not as it was written.
        """
        try:
            return standalone.module("config").read_config(self.folder / CONFIG)
        except standalone.module("errors").RunError as error:
            raise TrainingError(str(error)) from None

    @property
    def recipe(self) -> Training:
        """How it was trained.

        Raises:
            TrainingError: As for ``config``.
        """
        config = cast("dict[str, Any]", vars(self.config))
        return recipe(None, {name: config.get(name) for name in Training.model_fields})

    @property
    def weights(self) -> Path:
        """The file of the best weights.

        Raises:
            TrainingError: There are none yet.
        """
        return self._result("weights.pt", "weights")

    @property
    def classes(self) -> Path:
        """The file of the classes' names, one a line.

        Raises:
            TrainingError: There is none yet.
        """
        return self._result("classes.txt", "classes")

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of the scores; those that no image was of have a number.

        Raises:
            TrainingError: As for ``classes`` and ``config``.
        """
        names = self.classes.read_text(encoding="utf-8").splitlines()
        unseen = range(len(names), self.config.classes)
        return (*names, *(f"class {number}, never seen" for number in unseen))

    def _result(self, name: str, what: str) -> Path:
        path = self.folder / name
        if path.is_file():
            return path
        shown = visible(str(self.folder))
        message = f"'{shown}' holds no {what} yet, which is '{name}': let it end its first epoch"
        raise TrainingError(message)
