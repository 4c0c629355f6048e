"""What must hold of a program as a whole before it can be elaborated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.program import Chain, Fork, Use, walk
from inception_graph.spec.names import check_name

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Place
    from inception_graph.ir.header import Preprocess
    from inception_graph.ir.program import Element, Program
    from inception_graph.limits import Limits


_LARGEST_PICTURE = 8192


def check_names(program: Program, report: Report) -> None:
    """Report a class name that Python cannot have, and names at the top that stand twice."""
    if program.meta.class_name is not None:
        where = program.places.value(("meta", "class_name"))
        check_name(program.meta.class_name, "class", where, report)
    first: dict[str, Path] = {}
    for path, name in [
        *((node.path, node.name) for chain in program.sections.values() for node in chain.nodes),
        *((head.path, head.name) for head in program.auxiliary),
    ]:
        if name in first:
            related = (Related("the first one", program.places.key(first[name])),)
            message = f"'{name}' is the name of a node in '{first[name][0]}' already"
            hint = "names are unique over stem, body, head and auxiliary; rename one"
            where = program.places.key(path)
            report.add(Code.NAME_TAKEN, message, where, related=related, hint=hint)
        first.setdefault(name, path)


def check_preprocess(program: Program, report: Report) -> None:
    """Report pictures beyond all bounds, and statistics of images that are not one a channel."""
    sections: dict[Path, Preprocess | None] = {("preprocess",): program.preprocess}
    for name, source in program.checkpoints.items():
        sections["checkpoints", name, "preprocess"] = source.preprocess
    for path, section in sections.items():
        if section is not None:
            _check_preprocess(section, path, program, report)


def _check_preprocess(section: Preprocess, path: Path, program: Program, report: Report) -> None:
    channels = program.input[0]
    for key in ("resize", "crop"):
        side: int | None = getattr(section, key)
        if side is not None and side > _LARGEST_PICTURE:
            message = f"'{key}' must be at most {_LARGEST_PICTURE:,} pixels, not {side:,}"
            report.add(Code.OUT_OF_RANGE, message, program.places.value((*path, key)))
    for key in ("mean", "std"):
        values: tuple[float, ...] | None = getattr(section, key)
        if values is not None and channels and len(values) != channels:
            message = f"'{key}' needs one number a channel, {channels} in all, not {len(values)}"
            where, counted = program.places.value((*path, key)), program.places.value(("input",))
            if path[0] == "checkpoints" and where.source is not counted.source:
                continue  # a variant reads other images; the first convolution adapts to them
            related = (Related("the channels of the input", counted),)
            report.add(Code.OUT_OF_RANGE, message, where, related=related)


def check_recursion(program: Program, report: Report, limits: Limits) -> bool:
    """Report every block that comes to contain itself; whether none does."""
    calls = {
        name: [element for element in walk(block.body) if isinstance(element, Use)]
        for name, block in program.blocks.items()
    }
    levels: dict[str, int] = {}  # how deep each block is once the blocks inside it are expanded
    trail: list[Use] = []
    sound = True

    def place(use: Use) -> Place:
        return program.places.key((*use.path, use.block))

    def visit(name: str, open_blocks: tuple[str, ...]) -> None:
        nonlocal sound
        for use in calls[name]:
            trail.append(use)
            if use.block in open_blocks:
                sound = False
                start = open_blocks.index(use.block)
                steps = tuple(
                    Related(f"uses '{step.block}'", place(step)) for step in trail[start:-1]
                )
                message = f"block '{use.block}' contains itself"
                hint = "use 'repeat' to stack copies"
                report.add(Code.BLOCK_RECURSION, message, place(use), related=steps, hint=hint)
            elif len(open_blocks) > limits.depth:
                blame_depth(use)
            elif use.block not in levels:
                visit(use.block, (*open_blocks, use.block))
            trail.pop()
        levels[name] = _levels(program.blocks[name].body, levels)
        if calls[name] and levels[name] > limits.depth:
            blame_depth(calls[name][0])

    def blame_depth(use: Use) -> None:
        nonlocal sound
        if sound:
            message = f"blocks nested deeper than {limits.depth} levels"
            hint = "if it is meant to, raise the bound: --limit depth=..."
            report.add(Code.TOO_MANY_NODES, message, place(use), hint=hint)
        sound = False

    for name in calls:
        if name not in levels:
            visit(name, (name,))
    return sound


def _levels(element: Element, blocks: dict[str, int]) -> int:
    """How deep an element is nested, the blocks that it uses expanded."""
    match element:
        case Use():
            return 1 + blocks.get(element.block, 0)
        case Chain():
            return 1 + max((_levels(node, blocks) for node in element.nodes), default=0)
        case Fork():
            return 1 + max((_levels(branch, blocks) for branch in element.branches), default=0)
        case _:
            return 1
