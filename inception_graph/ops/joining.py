"""Joins: where branches come together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.activation import ActivationName, applied, in_class_name
from inception_graph.ops.base import Example, Join, ShapeFault
from inception_graph.ops.code import Helper

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape

_CONTAINER = '''\
class {{name}}(nn.ModuleDict):
    """Applies every branch to the same input and {words}."""

    def __init__(self, **branches: nn.Module) -> None:
        super().__init__(branches)

    def forward(self, x: Tensor) -> Tensor:
        {value}'''
_SHARING = '''\
class {{name}}(nn.ModuleDict):
    """Branches that read shares of an entry, or its input as the others do; {words}."""

    def __init__(self, entry: nn.Module, widths: dict[str, int], **branches: nn.Module) -> None:
        super().__init__({{"entry": entry, **branches}})
        self.widths = widths

    def forward(self, x: Tensor) -> Tensor:
        widths = list(self.widths.values())
        shares = dict(zip(self.widths, self["entry"](x).split(widths, dim=1), strict=True))
        branches = ((name, branch) for name, branch in self.items() if name != "entry")
        return {value}'''
_OUTPUTS = "[branch(shares.get(name, x)) for name, branch in branches]"


class Concat(Join):
    """Branches side by side along the channels, in the order in which they are written."""

    key: ClassVar = "concat"
    examples: ClassVar = (
        Example({"concat": None}, ((4, 3, 5), (6, 3, 5)), (10, 3, 5)),
        Example({"concat": None}, ((4,), (6,), (1,)), (11,)),
    )

    def shape(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        for x in inputs[1:]:
            if x[1:] != first[1:]:
                raise ShapeFault(
                    Code.CONCAT_SHAPES, "the branches of this concat differ in height or width"
                )
        return sum(x[0] for x in inputs), *first[1:]

    def expression(self, inputs: list[str]) -> str:
        return f"torch.cat([{', '.join(inputs)}], dim=1)"

    def over(self, values: str) -> str:
        return f"torch.cat({values}, dim=1)"

    def container(self, *, shared: bool = False) -> Helper:
        words = "joins the results along the channels"
        if shared:
            return Helper("SharedConcat", _SHARING.format(words=words, value=self.over(_OUTPUTS)))
        value = f"return {self.over('[branch(x) for branch in self.values()]')}"
        return Helper("Concat", _CONTAINER.format(words=words, value=value))

    def label(self) -> str:
        return "concat"


class Add(Join):
    """The sum of branches of equal shape."""

    key: ClassVar = "add"
    examples: ClassVar = (
        Example({"add": None}, ((4, 3, 5), (4, 3, 5)), (4, 3, 5)),
        Example({"add": None, "activation": "relu"}, ((4,), (4,), (4,)), (4,)),
    )

    activation: ActivationName = "none"
    """Applied to the sum."""

    def shape(self, *inputs: Shape) -> Shape:
        if any(x != inputs[0] for x in inputs[1:]):
            raise ShapeFault(Code.ADD_SHAPES, "the branches of this add differ in shape")
        return inputs[0]

    def expression(self, inputs: list[str]) -> str:
        return applied(self.activation, " + ".join(inputs))

    def over(self, values: str) -> str:
        return applied(self.activation, f"torch.stack({values}).sum(dim=0)")

    def container(self, *, shared: bool = False) -> Helper:
        activation = in_class_name(self.activation)
        words = "adds the results" + (f", then {activation}" if activation else "")
        if shared:
            value = applied(self.activation, f"sum({_OUTPUTS})")
            return Helper(f"SharedAdd{activation}", _SHARING.format(words=words, value=value))
        # Not stacked: that would copy every branch once more.
        value = (
            "first, *others = self.values()\n"
            "        total = first(x)\n"
            "        for branch in others:\n"
            "            total = total + branch(x)\n"
            f"        return {applied(self.activation, 'total')}"
        )
        return Helper(f"Add{activation}", _CONTAINER.format(words=words, value=value))

    def label(self) -> str:
        return " ".join(filter(None, ("add", in_class_name(self.activation))))
