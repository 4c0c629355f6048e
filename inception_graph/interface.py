"""What can be done with specs from Python, without holding a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.compiler import compile_spec, compile_text
from inception_graph.diagnostics.errors import SpecError
from inception_graph.limits import DEFAULT_LIMITS, Limits
from inception_graph.network import Network
from inception_graph.resources import specs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch
    from torch import nn

    from inception_graph.backends.pictures import Level
    from inception_graph.comparison.edits import Difference
    from inception_graph.execution import Compiled, Precision
    from inception_graph.ir.expressions import Value


def load(spec: str | Path, *, limits: Limits = DEFAULT_LIMITS, **variables: Value) -> Network:
    """Compile a shipped network by name, a file by path, or a text (recognised by its line ends).

    Args:
        spec: What to compile.
        limits: Bounds on what it may ask for.
        variables: Values for the spec's variables.

    Raises:
        SpecError: The spec has errors; it holds all of them.
        SettingError: There is no variable of a given name.
    """
    is_text = isinstance(spec, str) and "\n" in spec
    compiled = (
        compile_text(str(spec), variables, limits)
        if is_text
        else compile_spec(spec, variables, limits)
    )
    if compiled.typed is None:
        raise SpecError(compiled.report)
    return Network(compiled, variables)


def _network(spec: str | Path | Network, variables: dict[str, Any]) -> Network:
    if not isinstance(spec, Network):
        return load(spec, **variables)
    if variables:
        message = "give the variables to load(); this network is compiled already"
        raise TypeError(message)
    return spec


def create_model(
    spec: str | Path | Network,
    *,
    auxiliary: bool = True,
    optimize: str | Sequence[str] | None = None,
    weights: str | Path | None = None,
    strict: bool = False,
    dtype: Precision | torch.dtype | None = None,
    channels_last: bool = False,
    compile: Compiled | None = None,  # noqa: A002 - torch's word for it
    **variables: Value,
) -> nn.Module:
    """The live module of a spec, with its weights started as the spec says, or read from a file.

    Args:
        spec: A name, a path, a text or a loaded network.
        auxiliary: Whether to keep the auxiliary heads. With them the module returns a named tuple while training.
        optimize: Passes to run before, as ``Network.optimised`` takes them.
        weights: A file, or where to fetch one; see ``Network.create_model``.
        strict: Whether anything left over is an error, in the file or in the module.
        dtype: Of weights and images; this and the next two as for ``Network.create_model``.
        channels_last: Whether channels stand last in memory.
        compile: ``inference`` or ``train``.
        variables: Values for the spec's variables.

    Raises:
        SpecError: The spec has errors.
        SettingError: There is no variable of a given name.
        WeightsError: Weights cannot be read, or do not fit.
        PassError: There is no pass of a name.
        ValueError: There is no such ``dtype`` or no such way to ``compile``.
    """
    network = _network(spec, variables)
    network = network if auxiliary else network.without_auxiliary()
    network = network.optimised(optimize) if optimize else network
    return network.create_model(
        weights, strict=strict, dtype=dtype, channels_last=channels_last, compile=compile
    )


def emit(
    spec: str | Path | Network,
    *,
    auxiliary: bool = True,
    optimize: str | Sequence[str] | None = None,
    **variables: Value,
) -> str:
    """The source of a spec; arguments and errors as for ``create_model``."""
    network = _network(spec, variables)
    network = network if auxiliary else network.without_auxiliary()
    return (network.optimised(optimize) if optimize else network).emit()


def diff(before: str | Path | Network, after: str | Path | Network) -> Difference:
    """What differs between two specs; each is a name, a path, a text or a loaded network.

    Raises:
        SpecError: One of them has errors.
    """
    return _network(before, {}).diff(_network(after, {}))


def render(
    spec: str | Path | Network,
    path: str | Path,
    *,
    level: Level = "block",
    force: bool = False,
    **variables: Value,
) -> None:
    """Draw a spec to a file; arguments as for ``load`` and ``Network.render``, which has more options."""
    _network(spec, variables).render(path, level=level, force=force)


def list_models() -> list[str]:
    """Names of the networks that come with the package."""
    return list(specs())
