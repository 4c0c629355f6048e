"""Arithmetic in a spec: ``$name`` and ``$(b1 + 2 * b3)``.

It is read by a whitelist over Python's grammar, and never executed as Python.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from inception_graph.ops.code import arithmetic, called, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Value: TypeAlias = bool | int | float | str
"""What a variable or an argument of a block can hold."""

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {"round": round, "int": int, "min": min, "max": max}
_LONGEST = 200
_LARGEST = 2**53
"""Beyond this a float no longer holds every whole number."""


FORM = "write $name or $(b1 + 2 * b3)"
"""What an expression looks like, as a hint."""


class ExpressionFault(Exception):
    """An expression that cannot be read or worked out; the text says why."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Expression:
    """A parsed expression.

    Attributes:
        text: As written, with its ``$``.
        names: Names that it reads, each once, in order.
        tree: Its syntax.
    """

    text: str
    names: tuple[str, ...]
    tree: ast.expr = field(repr=False, compare=False)

    @property
    def bare(self) -> bool:
        """Whether it is a single name, which may stand for a text as well as a number."""
        return isinstance(self.tree, ast.Name)

    def evaluate(self, environment: Mapping[str, Value]) -> Value:
        """Its value, traced where an operand is.

        Raises:
            ExpressionFault: A division by zero, a text among numbers, or a result too large.
            KeyError: A name is not in the environment.
        """
        if isinstance(self.tree, ast.Name):
            return environment[self.tree.id]
        try:
            value = _evaluate(self.tree, environment)
            if not abs(value) <= _LARGEST:  # nor is it what remains of one infinity less another
                raise OverflowError
        except ZeroDivisionError:
            message = f"'{self.text[:60]}' divides by zero"
            raise ExpressionFault(message) from None
        except (OverflowError, ValueError):
            message = f"the value of '{self.text[:60]}' is too large"
            raise ExpressionFault(message) from None
        if isinstance(value, float) and value.is_integer():
            return called("int", int(value), value)
        return value


def _evaluate(tree: ast.expr, environment: Mapping[str, Value]) -> int | float:
    match tree:
        case ast.Constant():
            number: Any = tree.value
            return number
        case ast.Name():
            value = environment[tree.id]
            if isinstance(value, str | bool):
                message = f"'{tree.id}' is {value!r}, not a number"
                raise ExpressionFault(message)
            return value
        case ast.UnaryOp():
            return -_evaluate(tree.operand, environment)
        case ast.BinOp():
            left, right = _evaluate(tree.left, environment), _evaluate(tree.right, environment)
            return arithmetic(left, _OPERATORS[type(tree.op)], right)
        case ast.Call(func=ast.Name(id=function)):
            arguments = [_evaluate(argument, environment) for argument in tree.args]
            return called(function, _FUNCTIONS[function](*arguments), *arguments)
        case _:
            raise AssertionError(ast.dump(tree))


def parse(text: str) -> Expression:
    """The expression that a scalar starting with ``$`` stands for.

    Raises:
        ExpressionFault: It is not arithmetic over names and numbers.
    """
    if len(text) > _LONGEST:
        message = f"the expression is longer than {_LONGEST} characters"
        raise ExpressionFault(message, "let a variable or an argument hold a part of it")
    body = text[1:]
    if not body.startswith("("):
        if not body.isidentifier() or not body.isascii():
            message = f"'{text[:60]}' is neither $name nor $(arithmetic)"
            raise ExpressionFault(message, FORM)
        return Expression(text, (body,), ast.Name(body))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's opinion of what looks like its own code
            tree = ast.parse(body.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        message = f"'{text[:60]}' is not well-formed arithmetic"
        raise ExpressionFault(message, FORM) from None
    names: dict[str, None] = {}
    for name in _names(tree):
        names[name] = None
    return Expression(text, tuple(names), tree)


def _names(tree: ast.expr) -> Iterator[str]:
    """Names read by a tree that holds nothing but arithmetic."""
    match tree:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            if abs(number) > _LARGEST:
                message = f"{str(number)[:20]} is too large"
                raise ExpressionFault(message)
        case ast.Name():
            yield tree.id
        case ast.UnaryOp(op=ast.USub()):
            yield from _names(tree.operand)
        case ast.BinOp() if type(tree.op) in _OPERATORS:
            yield from _names(tree.left)
            yield from _names(tree.right)
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _FUNCTIONS and _fits(
            name, len(tree.args)
        ):
            for argument in tree.args:
                yield from _names(argument)
        case _:
            allowed = "+ - * / // % and " + ", ".join(_FUNCTIONS)
            message = f"'{ast.unparse(tree)[:40]}' cannot stand in an expression"
            raise ExpressionFault(message, f"use numbers, names, {allowed}")


def _fits(function: str, count: int) -> bool:
    return count == 1 if function in ("round", "int") else count >= 2


Symbolic: TypeAlias = "Value | Expression | list[Symbolic] | dict[str, Symbolic] | None"
"""A plain YAML value in which expressions may stand for scalars."""


def expressions_in(value: Symbolic) -> Iterator[Expression]:
    """The expressions of a value."""
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from expressions_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from expressions_in(item)


def is_symbolic(value: Symbolic) -> bool:
    """Whether a value holds an expression."""
    return next(expressions_in(value), None) is not None


def evaluated(value: Symbolic, environment: Mapping[str, Value]) -> Any:
    """The value with every expression worked out.

    Raises:
        ExpressionFault: As ``Expression.evaluate``.
    """
    if isinstance(value, Expression):
        return value.evaluate(environment)
    if isinstance(value, list):
        return [evaluated(item, environment) for item in value]
    if isinstance(value, dict):
        return {key: evaluated(item, environment) for key, item in value.items()}
    return value


def named(name: str, value: Value) -> Value:
    """A number that carries its name into what is computed from it; other values as they are."""
    return value if isinstance(value, bool | str) else traced(value, name)
