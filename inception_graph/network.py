"""A network as its user holds it."""

from __future__ import annotations

import hashlib
import shlex
import warnings
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import Costs, costs
from inception_graph.analysis.summary import Summary, summarise
from inception_graph.backends.pytorch.emit import Provenance, emit_source, network_class
from inception_graph.compiler import (
    Compilation,
    collector_paused,
    finish,
)
from inception_graph.diagnostics.errors import SpecError
from inception_graph.limits import Limits
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    import torch
    from torch import nn

    from inception_graph.backends.pictures import View
    from inception_graph.backends.pictures.picture import Picture
    from inception_graph.comparison.edits import Difference
    from inception_graph.diagnostics.report import Diagnostic
    from inception_graph.execution import Compiled, Precision
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.graph import Node, TypedGraph
    from inception_graph.ir.program import Program
    from inception_graph.passes import Step


@dataclass(frozen=True, eq=False)
class Network:
    """A compiled spec.

    Attributes:
        compilation: All that came of compiling it.
        settings: Values given to its variables.
        whole: The network as it is written, where this is the same without auxiliary heads, or optimised.
        steps: The passes that made this of it, and what each did.
    """

    compilation: Compilation
    settings: dict[str, Value]
    whole: Network | None = None
    steps: tuple[Step, ...] = ()

    @cached_property
    def typed(self) -> TypedGraph:
        """The network with all its shapes."""
        if self.compilation.typed is None:
            raise SpecError(self.compilation.report)
        return self.compilation.typed

    @property
    def program(self) -> Program:
        """The network as it is written."""
        return self.typed.program

    @property
    def name(self) -> str:
        """The name of the network."""
        return self.program.name

    @property
    def input(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return self.program.input

    @property
    def output(self) -> tuple[int, ...]:
        """Shape of the output for one image."""
        return self.typed.shape(self.typed.graph.output)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in an order in which they can be computed."""
        return self.typed.nodes

    @property
    def costs(self) -> Costs:
        """Costs of every node and of the whole, with auxiliary heads and without."""
        return costs(self.typed)

    @property
    def parameters(self) -> int:
        """Trained weights, those of auxiliary heads left out."""
        return self.costs.parameters

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers for one image, auxiliary heads left out."""
        return self.costs.macs

    def check(self) -> tuple[Diagnostic, ...]:
        """What is noteworthy about the spec; a network exists, so these are warnings or unmet expectations."""
        return self.compilation.report.sorted()

    def advise(self) -> tuple[Diagnostic, ...]:
        """What the papers of the family would do otherwise, each with what it would gain."""
        from inception_graph.advice import advise

        return advise(self.compilation).sorted()

    def summary(self, level: str = "network") -> Summary:
        """A table of the network: a row for each node at the top (``network``) or for each operation (``op``)."""
        return summarise(self.typed, level)

    def diff(self, other: Network) -> Difference:
        """What is different in another network, node by node, and what it costs more or less."""
        from inception_graph.comparison.compare import compare

        resized = self.input != other.input
        names = self._called(resized=resized), other._called(resized=resized)
        with collector_paused():
            return compare(self.typed, other.typed, names=names)

    def _called(self, *, resized: bool) -> str:
        """What its user called it, with the values that were set and the size of the input if that tells more."""
        name = self.compilation.name
        called = self.name if name == "<text>" else name
        values = [f"{name}={_shown(value)}" for name, value in self.settings.items()]
        values += [size(self.input)] if resized else []
        return f"{called} with {', '.join(values)}" if values else called

    def to_networkx(self) -> nx.DiGraph[str]:
        """The graph of operations, frozen: nodes by full name, with their operation, section and shape."""
        return self.typed.networkx

    def without_auxiliary(self) -> Network:
        """The same network without its auxiliary heads."""
        if not self.program.auxiliary:
            return self
        stripped = finish(self.program.without_auxiliary(), self.compilation)
        return replace(self, compilation=stripped, whole=self.whole or self)

    def optimised(self, wanted: str | Sequence[str]) -> Network:
        """The same function with less work; its module loads the weights of this one.

        Args:
            wanted: ``train`` (exact in training too), ``inference``, ``compile`` (inference under a compiler), the name
                of a pass, or names of passes in order.

        Raises:
            PassError: There is no such pass.
        """
        from inception_graph.passes import optimise, passes

        with collector_paused():
            made = optimise(self.typed, passes(wanted), self.compilation.limits)
        if made.typed is self.typed:
            return replace(self, steps=(*self.steps, *made.steps))
        said = wanted if isinstance(wanted, str) else ",".join(wanted)
        compilation = replace(
            self.compilation,
            program=made.typed.program,
            typed=made.typed,
            passes=(*self.compilation.passes, said),
        )
        steps = (*self.steps, *made.steps)
        return replace(self, compilation=compilation, whole=self.whole or self, steps=steps)

    def emit(self) -> str:
        """The network as a file of PyTorch source."""
        return emit_source(self.typed, self.provenance())

    def provenance(self) -> Provenance:
        """Where what is made of it comes from: spec, digest, and the command that emits it again."""
        sources = self.compilation.sources
        name = self.compilation.name
        named = name not in ("<text>", "<stdin>")
        shown = Path(name).name if named else f"{self.name}.yaml"
        file = Path(sources[0].name).name if named else "a text"
        options = [
            f"--set {shlex.quote(f'{key}={_shown(value)}')}" for key, value in self.settings.items()
        ]
        options += [
            f"--limit {field.name}={bound}"
            for field in fields(Limits)
            if (bound := getattr(self.compilation.limits, field.name)) != field.default
        ]
        options += ["--without-auxiliary"] if self.compilation.stripped else []
        options += [f"--optimize {shlex.quote(passes)}" for passes in self.compilation.passes]
        command = " ".join(["inception-graph emit", shlex.quote(shown), *options])
        text = "\0".join(source.text for source in sources)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return Provenance(file, digest, command)

    def create_model(
        self,
        weights: str | Path | None = None,
        *,
        strict: bool = False,
        dtype: Precision | torch.dtype | None = None,
        channels_last: bool = False,
        compile: Compiled | None = None,  # noqa: A002 - torch's word for it
    ) -> nn.Module:
        """The live module: the emitted source, executed. In training mode, as torch's own constructors leave it.

        Args:
            weights: A file of weights of any kind, or where to fetch one, such as ``timm/inception_v4.tf_in1k`` and
                ``torchvision:IMAGENET1K_V1``. What does not fit as it is, a warning tells.
            strict: Whether anything left over is an error, in the file or in the module.
            dtype: Of weights and images: ``bfloat16``, say, or ``torch.bfloat16``.
            channels_last: Whether weights, and with them maps, stand in memory with their channels last.
            compile: ``inference`` or ``train``; ``Execution`` says what becomes of the module. ``inference`` runs the
                passes ``compile`` first, unless the network is optimised already.

        Raises:
            WeightsError: The file cannot be read, nothing in it fits, or something is left over and ``strict`` given.
            ValueError: There is no such ``dtype`` or no such way to ``compile``.
        """
        from inception_graph.backends.pytorch.live import instantiate, load_source
        from inception_graph.execution import Execution

        execution = Execution(dtype, channels_last, compile)
        if compile == "inference" and not self.steps:
            made = self.optimised("compile")
            return made.create_model(
                weights, strict=strict, dtype=dtype, channels_last=channels_last, compile=compile
            )
        with collector_paused():
            module = load_source(self.emit(), self.name)
            model = instantiate(getattr(module, network_class(self.program)))
        if weights is not None:
            from inception_graph.weights.loading import load, plain_state
            from inception_graph.weights.report import report

            fit = load(model, (self.whole or self).typed, weights, strict=strict)
            if not fit.exact(plain_state(model)):
                warnings.warn(report(fit), stacklevel=2)
        return execution.apply(model)

    def render(
        self,
        path: str | Path | None = None,
        *,
        view: View | None = None,
        force: bool = False,
        **options: Any,
    ) -> Picture:
        """The network's picture, which a notebook shows; written to a file, too, if one is named.

        Args:
            path: Where to; the suffix says the format: svg, png, pdf, html, tex, mmd, dot, graphml or json.
            view: What to draw, and how.
            force: Whether a file that is not ours may be replaced, and whether what is too large to be read is drawn.
            options: Fields of the view: ``level`` (``network``, ``block`` or ``op``), ``expand``, ``page``, ...

        Raises:
            PictureError: An option is none that there is; the suffix is unknown; or nobody could read the picture.
        """
        from inception_graph.backends.pictures.options import View
        from inception_graph.backends.pictures.picture import Picture
        from inception_graph.files import guard, write_atomically

        picture = Picture(self.typed, replace(view or View(), force=force, **options))
        if path is not None and Path(path).suffix.lower() == ".html":
            guard(Path(path), force=force)
            write_atomically(path, self.page(picture.view))
        elif path is not None:
            picture.save(path, force=force)
        return picture

    def render_diff(
        self,
        other: Network,
        path: str | Path | None = None,
        *,
        view: View | None = None,
        force: bool = False,
        **options: Any,
    ) -> Picture:
        """This network and another as one picture, in which is marked what the other adds, removes and changes.

        Arguments and errors are those of ``render``. Parts in which nothing differs are closed, but at level ``op``.
        """
        from inception_graph.backends.pictures.difference import picture_of
        from inception_graph.backends.pictures.options import View

        view = replace(view or View(), force=force, **options)
        picture = picture_of(self.typed, other.typed, self.diff(other), view)
        if path is not None:
            picture.save(path, force=force)
        return picture

    def page(self, view: View | None = None) -> str:
        """The network as one file of HTML to explore: it needs no server and no net."""
        from inception_graph.backends.pictures import View
        from inception_graph.backends.pictures.page import Listing, html_text
        from inception_graph.backends.pytorch.lines import lines_of

        source = self.emit()
        lines = lines_of(source, network_class(self.program), self.typed)
        return html_text(self.typed, view or View(), Listing(f"{self.name}.py", source, lines))

    def _repr_svg_(self) -> str | None:
        from inception_graph.backends.pictures import PictureError

        try:
            return self.render().svg
        except PictureError:
            return None  # too large to be looked at; the text that stands for it says what it is

    def __repr__(self) -> str:
        costs = f"{self.parameters:,} parameters, {self.macs:,} MACs"
        return f"<Network {self.name}: input {size(self.input)}, {costs}>"


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
