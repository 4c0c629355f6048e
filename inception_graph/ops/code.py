"""Python source as values: constructor calls, and numbers that remember their names.

An operation computes with plain numbers. Handed numbers that are ``traced`` it computes the same
values, which carry along how they were come by; so the rules that infer a network are the rules
that print it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable

ATOM, PRODUCT, SUM = 3, 2, 1
"""How tightly a piece of source binds, for putting parentheses where they are needed only."""


class Traced:
    """A number that knows its source text. Equal to, and hashed as, the plain number."""

    code: str
    binds: int

    def __add__(self, other: int | float) -> int | float:
        return _traced_arithmetic(self, "+", other)

    def __radd__(self, other: int | float) -> int | float:
        return _traced_arithmetic(other, "+", self)

    def __sub__(self, other: int | float) -> int | float:
        return _traced_arithmetic(self, "-", other)

    def __rsub__(self, other: int | float) -> int | float:
        return _traced_arithmetic(other, "-", self)

    def __mul__(self, other: int | float) -> int | float:
        return _traced_arithmetic(self, "*", other)

    def __rmul__(self, other: int | float) -> int | float:
        return _traced_arithmetic(other, "*", self)

    def __floordiv__(self, other: int | float) -> int | float:
        return _traced_arithmetic(self, "//", other)

    def __rfloordiv__(self, other: int | float) -> int | float:
        return _traced_arithmetic(other, "//", self)

    def __truediv__(self, other: int | float) -> int | float:
        return _traced_arithmetic(self, "/", other)

    def __rtruediv__(self, other: int | float) -> int | float:
        return _traced_arithmetic(other, "/", self)

    def __mod__(self, other: int | float) -> int | float:
        return _traced_arithmetic(self, "%", other)

    def __rmod__(self, other: int | float) -> int | float:
        return _traced_arithmetic(other, "%", self)

    def __neg__(self) -> int | float:
        return traced(-plain(self), f"-{_operand(self, ATOM)}", PRODUCT)


class TracedInt(Traced, int):
    """An integer with its source."""


class TracedFloat(Traced, float):
    """A float with its source."""


def traced(value: int | float, code: str, binds: int = ATOM) -> int | float:
    """The number, carrying its source text."""
    number = TracedInt(value) if isinstance(value, int) else TracedFloat(value)
    number.code, number.binds = code, binds
    return number


def plain(value: int | float | Traced) -> int | float:
    """The number without its source."""
    return int(value) if isinstance(value, int) else float(cast("float", value))


_APPLY: dict[str, Callable[[int | float, int | float], int | float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}
_NEUTRAL_BEFORE = {"+": 0, "*": 1}
_NEUTRAL_BEHIND = {"+": 0, "-": 0, "*": 1, "//": 1}


def arithmetic(left: int | float, sign: str, right: int | float) -> int | float:
    """Apply one of ``+ - * / // %``.

    Raises:
        ZeroDivisionError: Division by zero.
        OverflowError: The result is no finite float.
    """
    return _APPLY[sign](left, right)


def _traced_arithmetic(
    left: int | float | Traced, sign: str, right: int | float | Traced
) -> int | float:
    """The result with its source, which leaves out a plain number that changes nothing."""
    value = arithmetic(plain(left), sign, plain(right))
    if isinstance(left, Traced) and _is_neutral(right, _NEUTRAL_BEHIND.get(sign)):
        # 3.5 // 1 is 3.0: only a whole number stays what it is.
        if sign != "//" or isinstance(left, int):
            return traced(value, left.code, left.binds)
    elif isinstance(right, Traced) and _is_neutral(left, _NEUTRAL_BEFORE.get(sign)):
        return traced(value, right.code, right.binds)
    binds = SUM if sign in "+-" else PRODUCT
    # a + (b - c) may be regrouped, where nothing is rounded; behind any other sign an operand of
    # equal strength needs parentheses.
    right_binds = binds if sign == "+" and isinstance(value, int) else binds + 1
    return traced(value, f"{_operand(left, binds)} {sign} {_operand(right, right_binds)}", binds)


def _is_neutral(number: int | float | Traced, neutral: int | None) -> bool:
    return not isinstance(number, Traced) and isinstance(number, int) and number == neutral


def _operand(value: int | float | Traced, at_least: int) -> str:
    if isinstance(value, Traced):
        return value.code if value.binds >= at_least else f"({value.code})"
    return repr(value)


def called(function: str, value: int | float, *arguments: int | float) -> int | float:
    """The value of a function call: traced where an argument is."""
    if any(isinstance(argument, Traced) for argument in arguments):
        return traced(value, f"{function}({', '.join(_operand(a, SUM) for a in arguments)})")
    return value


@dataclass(frozen=True)
class Helper:
    """A small class or function that emitted source defines for itself.

    Attributes:
        name: What the definition is called; ``{name}`` stands for it in the source.
        source: Python source, formatted, without a blank line at either end. It imports nothing:
            ``torch``, ``nn``, ``F`` (torch.nn.functional), ``Tensor`` and ``Any`` are at hand.
        needs: Definitions that the source refers to.
    """

    name: str
    source: str
    needs: tuple[Helper, ...] = ()


@dataclass(frozen=True)
class Raw:
    """A piece of source as it stands."""

    code: str


@dataclass(frozen=True)
class Copies:
    """As many equal modules as a piece of source says, as arguments of ``nn.Sequential``."""

    call: Call
    count: str


Literal: TypeAlias = "bool | int | float | str | tuple[Literal, ...] | None"
Argument: TypeAlias = "Literal | Raw | Call | Copies"


@dataclass(frozen=True)
class Call:
    """A constructor call.

    Attributes:
        callee: Dotted name, or the name of ``helper``.
        arguments: Positional arguments.
        keywords: Named arguments, in the order to be printed.
        helper: The definition that the call needs, if it is not torch's own.
    """

    callee: str
    arguments: tuple[Argument, ...] = ()
    keywords: dict[str, Argument] = field(default_factory=dict[str, "Argument"])
    helper: Helper | None = None


def literal(value: Literal | Raw) -> str:
    """Source text of a value, as ruff formats it."""
    if isinstance(value, Raw):
        return value.code
    if isinstance(value, Traced):
        return value.code
    if isinstance(value, str):
        return string(value)
    if isinstance(value, float) and value in (float("inf"), -float("inf")):
        return f'float("{value}")'
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def string(text: str) -> str:
    """A literal of a text, ASCII only, whatever the text holds; quoted as ruff would have it."""
    body = text.encode("unicode_escape").decode("ascii")
    if '"' in text and "'" not in text:
        return f"'{body}'"
    return '"' + body.replace('"', '\\"') + '"'


def pair(value: tuple[int, int]) -> int | tuple[int, int]:
    """One number where both are the same, also by name; torch takes either."""
    first, second = value
    same = literal(first) == literal(second)
    return first if same else value


def is_default(value: Literal, default: Literal) -> bool:
    """Whether an argument can be left out: it is the default, and not by way of a name.

    What carries a name is always printed, so that all uses of a block print alike.
    """
    return value == default and not _holds_names(value)


def _holds_names(value: Literal) -> bool:
    if isinstance(value, tuple):
        return any(_holds_names(item) for item in value)
    return isinstance(value, Traced)


def one_line(argument: Argument) -> str:
    """Source of an argument on a single line."""
    if isinstance(argument, Copies):
        return f"*({one_line(argument.call)} for _ in range({argument.count}))"
    if not isinstance(argument, Call):
        return literal(argument)
    parts = [one_line(item) for item in argument.arguments]
    parts += [f"{name}={one_line(item)}" for name, item in argument.keywords.items()]
    return f"{argument.callee}({', '.join(parts)})"


LINE_LENGTH = 100


def laid_out(argument: Argument, indent: int, taken: int) -> list[str]:
    """Source of an argument over as many lines as it needs, a call's arguments one below the other.

    Args:
        argument: What to print.
        indent: Spaces before the line on which the argument starts.
        taken: Characters that the line holds beside it, the indentation not counted.
    """
    line = one_line(argument)
    pad = " " * 4
    if indent + taken + len(line) <= LINE_LENGTH or not isinstance(argument, Call | Copies):
        return [line]
    if isinstance(argument, Copies):
        inner = laid_out(argument.call, indent + 4, 0)
        return [
            "*(",
            *(pad + rest for rest in inner),
            f"{pad}for _ in range({argument.count})",
            ")",
        ]
    lines = [f"{argument.callee}("]
    items = [("", item) for item in argument.arguments]
    items += [(f"{name}=", item) for name, item in argument.keywords.items()]
    for prefix, item in items:
        inner = laid_out(item, indent + 4, len(prefix) + 1)
        lines += [pad + prefix + inner[0], *(pad + rest for rest in inner[1:])]
        lines[-1] += ","
    return [*lines, ")"]
