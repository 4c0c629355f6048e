"""A variant to begin with: what can be changed, as comments with the parent's own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.ir.program import SECTIONS, Leaf, walk

if TYPE_CHECKING:
    from inception_graph.ir.program import Program

_HEAD = """\
# yaml-language-server: $schema={schema}
inception_graph: 1
name: {name}
extends: {parent}

# Say below how this network differs; all the rest is as in {parent}
# ('inception-graph show {parent}' prints it, 'inception-graph resolve {name}.yaml --origins' the whole).
# A name changes what has that name, null removes it, a new name is added, beside 'after: NAME' or 'before: NAME'.
"""


def starter(name: str, parent: str, program: Program, schema: str) -> str:
    """The text of a variant that changes nothing yet.

    Args:
        name: Its name.
        parent: What it extends, as its file will say it.
        program: The parent.
        schema: Path of the JSON Schema for editors.
    """
    parts = [_HEAD.format(schema=schema, name=name, parent=parent)]
    channels, height, width = program.input
    parts.append(
        _suggested(
            f"another size; it is {channels}x{height}x{width}",
            f"input: {{height: {height + 32}, width: {width + 32}}}",
        )
    )
    numbers = {key: value for key, value in program.variables.items() if isinstance(value, int)}
    for variable, value in [*numbers.items()][:1]:
        said = f"a variable; '--set {variable}={value // 10 or 1}' does the same for one run"
        parts.append(_suggested(said, f"variables: {{{variable}: {value // 10 or 1}}}"))
    if "conv" in program.defaults:
        said = "what every convolution has unless it says otherwise"
        parts.append(_suggested(said, "defaults: {conv: {activation: silu}}"))
    parts += _of_blocks(program)
    parts += _of_sections(program)
    if program.auxiliary:
        parts.append(_suggested("no auxiliary heads", "auxiliary: null"))
    return "\n".join(parts)


def _suggested(said: str, *lines: str) -> str:
    """A suggestion: to follow it, remove the number signs of its lines."""
    return "\n".join([f"# {said[0].upper()}{said[1:]}:", *(f"#{line}" for line in lines), ""])


def _of_blocks(program: Program) -> list[str]:
    """Another kernel for the first named node of a block that has one wider than a cell."""
    for block in program.blocks.values():
        for element in walk(block.body):
            if not isinstance(element, Leaf) or not element.name:
                continue
            kernel = element.attributes.get("kernel")
            if isinstance(kernel, int) and kernel > 1:
                keys = [f"{'  ' * depth}{step}:" for depth, step in enumerate(element.path)]
                *around, own = keys
                uses = len(program.users[block.name])
                times = "once" if uses == 1 else f"{uses} times"
                change = f"{own} {{kernel: {3 if kernel == 5 else 5}}}"
                return [_suggested(f"a block, which is used {times}", *around, change)]
    return []


def _of_sections(program: Program) -> list[str]:
    """A node placed, in the first section that has a convolution."""
    for section in SECTIONS:
        chain = program.sections.get(section)
        for node in chain.nodes if chain else ():
            if isinstance(node, Leaf) and node.operation.key == "conv":
                line = f"  {node.name}_more: {{conv: 64, kernel: 3, after: {node.name}}}"
                return [_suggested(f"one more node in the {section}", f"{section}:", line)]
    return []
