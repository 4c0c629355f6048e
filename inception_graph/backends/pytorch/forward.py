"""The statements of ``forward``: which values get names, and which are written where they are read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inception_graph.ir.graph import INPUT
from inception_graph.ops.base import size
from inception_graph.ops.code import LINE_LENGTH

if TYPE_CHECKING:
    from inception_graph.backends.pytorch.scope import Step
    from inception_graph.ir.graph import TypedGraph

_INDENT = 8


@dataclass
class Forward:
    """Prints steps as statements.

    Attributes:
        typed: Where shapes are looked up.
        steps: What is computed, each step behind those that it reads.
        kept: Ids of values that are read after the last step.
        shapes: Whether every statement says the shape of its value.
        fixed: Names that some values must have, by id.
        names: Source of every value that has been computed, by id.
        reuses: Whether the local ``x`` may be written again.
        indent: Spaces before a statement.
    """

    typed: TypedGraph
    steps: list[Step]
    kept: frozenset[int]
    shapes: bool
    fixed: dict[int, str] = field(default_factory=dict[int, str])
    names: dict[int, str] = field(default_factory=lambda: {INPUT: "x"})
    reuses: bool = True
    indent: int = _INDENT

    def __post_init__(self) -> None:
        self.steps = [replace(step) for step in sorted(self.steps, key=lambda step: step.target)]
        # Dots become underscores in a local name, so 'a.b' and 'a_b' would both be a_b.
        taken = {*self.names.values(), *self.fixed.values()}
        for step in self.steps:
            if not self._renews(step):
                step.name = _free(step.name, taken)
            step.beside = tuple((value, _free(name, taken)) for value, name in step.beside)

    def _renews(self, step: Step) -> bool:
        """Whether a statement may give its name to a new value: nothing else reads the old one."""
        readers = [other for other in self.steps if set(step.sources) & set(other.sources)]
        old = next(
            (name for own in self.steps for value, name in _values(own) if value in step.sources),
            "",
        )
        return step.name == old and readers == [step] and not self.kept & set(step.sources)

    def lines(self) -> list[str]:
        """The statements, not indented. Afterwards ``names`` says where each value is."""
        known = dict(self.names)
        spelled_out: set[int] = set()
        while True:
            self.names = dict(known)
            lines, too_long = self._attempt(self._inlined(spelled_out))
            if too_long is None:
                return lines
            spelled_out.add(too_long)

    def returning(self, value: int) -> list[str]:
        """The statements with a return of a value at their end, which takes the place of its assignment."""
        lines = self.lines()
        assignment = f"{self.names[value]} = "
        if lines and lines[-1].startswith(assignment):
            return [*lines[:-1], f"return {lines[-1].removeprefix(assignment)}"]
        return [*lines, f"return {self.names[value]}"]

    def _inlined(self, spelled_out: set[int]) -> dict[int, Step]:
        """Steps written inside the join that alone reads them, by the id of their value."""
        readers: dict[int, list[Step]] = {}
        for step in self.steps:
            for source in step.sources:
                readers.setdefault(source, []).append(step)
        found: dict[int, Step] = {}
        for step in self.steps:
            reading = readers.get(step.target, [])
            alone = len(reading) == 1 and not step.beside
            if alone and step.long is None and step.target not in self.kept:
                join = reading[0]
                if (
                    join.long is not None
                    and join.target not in spelled_out
                    and join.sources.count(step.target) == 1
                ):
                    found[step.target] = step
        return found

    def _attempt(self, inlined: dict[int, Step]) -> tuple[list[str], int | None]:
        """The statements, and the join that does not fit on its line with its branches inside."""
        shown = [step for step in self.steps if step.target not in inlined]
        last_read = dict.fromkeys(self.kept, len(shown))
        for index, step in enumerate(shown):
            for source in self._leaves(step, inlined):
                last_read[source] = max(index, last_read.get(source, 0))
        lines: list[str] = []
        held = INPUT if self.names.get(INPUT) == "x" else None
        for index, step in enumerate(shown):
            sources = [self._source(source, inlined) for source in step.sources]
            code = step.code(sources)
            local = step.name
            free = held is None or last_read.get(held, -1) <= index
            following = shown[index + 1] if index + 1 < len(shown) else None
            alone = (
                following is None
                or following.long is None
                or step.target in self._only(following, inlined)
            )
            if step.target in self.fixed:
                local = self.fixed[step.target]
            elif not step.beside and (
                self.reuses
                and free
                and alone
                and last_read.get(step.target, index + 1) <= index + 1
            ):
                local, held = "x", step.target
            self.names |= {step.target: local, **dict(step.beside)}
            local = ", ".join((local, *(name for _, name in step.beside)))
            given = (step.target, *(value for value, _ in step.beside))
            shapes = ", ".join(size(self.typed.shape(value)) for value in given)
            comment = f"  # {shapes}" if self.shapes else ""
            too_long = self.indent + len(f"{local} = {code}{comment}") > LINE_LENGTH
            if too_long and step.long is not None:
                if any(source in inlined for source in step.sources):
                    return lines, step.target
                lines += ["branches = [", *(f"    {source}," for source in sources), "]"]
                code = step.long("branches")
            elif too_long and step.beside:
                lines.append(f"shares = {code}")
                code = "shares"
            elif too_long:
                lines.append(f"module = {step.code(['']).removesuffix('()')}")
                code = f"module({sources[0]})"
            lines.append(f"{local} = {code}{comment}")
        return lines, None

    def _leaves(self, step: Step, inlined: dict[int, Step]) -> list[int]:
        """Values that a statement reads, those of the steps written inside it among them."""
        found: list[int] = []
        for source in step.sources:
            found += self._leaves(inlined[source], inlined) if source in inlined else [source]
        return found

    def _only(self, step: Step, inlined: dict[int, Step]) -> set[int]:
        """The value that a statement reads, if it is a single one."""
        leaves = set(self._leaves(step, inlined))
        return leaves if len(leaves) == 1 else set()

    def _source(self, value: int, inlined: dict[int, Step]) -> str:
        step = inlined.get(value)
        return (
            self.names[value]
            if step is None
            else step.code([self._source(s, inlined) for s in step.sources])
        )


def _values(step: Step) -> tuple[tuple[int, str], ...]:
    """The values of a statement with their names."""
    return ((step.target, step.name), *step.beside)


def _free(name: str, taken: set[str]) -> str:
    """A name that is not taken yet, which it is from now on."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
