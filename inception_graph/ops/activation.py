"""Activations: functions of one cell, or of the channels of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

from pydantic import PlainValidator, WithJsonSchema

from inception_graph.ops.base import Example, Operation
from inception_graph.ops.code import Argument, Call
from inception_graph.ops.fields import Flag, not_a_choice

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape

FUNCTIONS: dict[str, tuple[str, str, str]] = {
    # (as written in a class name, expression, module); the expression is applied to fresh tensors.
    "relu": ("ReLU", "F.relu({}, inplace=True)", "nn.ReLU"),
    "relu6": ("ReLU6", "F.relu6({}, inplace=True)", "nn.ReLU6"),
    "silu": ("SiLU", "F.silu({}, inplace=True)", "nn.SiLU"),
    "gelu": ("GELU", "F.gelu({})", "nn.GELU"),
    "sigmoid": ("Sigmoid", "torch.sigmoid({})", "nn.Sigmoid"),
    "tanh": ("Tanh", "torch.tanh({})", "nn.Tanh"),
    "softmax": ("Softmax", "torch.softmax({}, dim=1)", "nn.Softmax"),
}
CHOICES = [*FUNCTIONS, "none"]


def _known(value: Any) -> str:
    if value is None:
        return "none"
    if not isinstance(value, str) or value not in CHOICES:
        raise not_a_choice(CHOICES, value)
    return value


def _known_function(value: Any) -> str:
    if not isinstance(value, str) or value not in FUNCTIONS:
        raise not_a_choice(list(FUNCTIONS), value)
    return value


ActivationName: TypeAlias = Annotated[
    str, PlainValidator(_known), WithJsonSchema({"enum": [*CHOICES, None]})
]
_FunctionName: TypeAlias = Annotated[
    str, PlainValidator(_known_function), WithJsonSchema({"enum": list(FUNCTIONS)})
]


def applied(name: str, expression: str) -> str:
    """Source of an activation over the source of a fresh tensor."""
    return expression if name == "none" else FUNCTIONS[name][1].format(expression)


def in_class_name(name: str) -> str:
    """How an activation is called inside the name of a class: ``ReLU``, or nothing for none."""
    return "" if name == "none" else FUNCTIONS[name][0]


class Activation(Operation):
    """An activation as a node of its own; convolutions and joins take one as an option."""

    key: ClassVar = "activation"
    argument: ClassVar = "function"
    family: ClassVar = "activation"
    examples: ClassVar = (
        *(Example({"activation": name}, ((4, 5, 6),), (4, 5, 6)) for name in FUNCTIONS),
        Example({"activation": "softmax"}, ((10,),), (10,)),
    )

    function: _FunctionName
    """relu, relu6, silu, gelu, sigmoid, tanh, or softmax over the channels."""
    inplace: Flag = False
    """Whether it is written over its input, which nothing else may read then: relu, relu6, silu."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, x: Shape) -> Call:
        del x
        options: dict[str, Argument] = {"dim": 1} if self.function == "softmax" else {}
        options |= {"inplace": True} if self.inplace else {}
        return Call(FUNCTIONS[self.function][2], keywords=options)

    def label(self) -> str:
        return FUNCTIONS[self.function][0]
