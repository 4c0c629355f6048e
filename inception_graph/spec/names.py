"""Which names a node may have: those that can stand in Python and in a state dict as they are."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Place

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LONGEST = 64

# Attributes of nn.Module, nn.Sequential and nn.ModuleDict, which such a submodule would hide.
# tests/architecture holds this list against torch itself.
MODULE_ATTRIBUTES = frozenset(
    [
        "T_destination",
        "add_module",
        "append",
        "apply",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "clear",
        "compile",
        "cpu",
        "cuda",
        "double",
        "dump_patches",
        "eval",
        "extend",
        "extra_repr",
        "float",
        "forward",
        "get_buffer",
        "get_extra_state",
        "get_parameter",
        "get_submodule",
        "half",
        "insert",
        "ipu",
        "items",
        "keys",
        "load_state_dict",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "parameters",
        "pop",
        "register_backward_hook",
        "register_buffer",
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook",
        "register_module",
        "register_parameter",
        "register_state_dict_post_hook",
        "register_state_dict_pre_hook",
        "requires_grad_",
        "set_extra_state",
        "set_submodule",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "train",
        "training",
        "type",
        "update",
        "values",
        "xpu",
        "zero_grad",
    ]
)
PYTHON_NAMES = frozenset({"nn", "torch", *dir(builtins)})
"""What constructors refer to, so that no parameter of theirs can be called so."""
TUPLE_ATTRIBUTES = frozenset({"count", "index", "logits"})
"""Names that an auxiliary head cannot have beside the main one in a named tuple."""


_PARAMETERS = ("argument", "variable")


def fault_of(name: str, what: str = "node") -> str | None:
    """Why a text cannot be the name of a node, a block, an argument and so on, or None where it can."""
    if not NAME.fullmatch(name):
        return "a name is made of letters, digits and _, and starts with a letter"
    if len(name) > LONGEST:
        return f"a name has at most {LONGEST} characters"
    if keyword.iskeyword(name) or name in ("self", "super"):
        return "this is a word of the Python language"
    if what in _PARAMETERS:
        if name[0].isupper():
            return "in emitted source such a name is that of a class"
        return "emitted source needs this name" if name in PYTHON_NAMES else None
    if name == "reset_parameters":
        return "emitted networks have a method of this name"
    if name in MODULE_ATTRIBUTES:
        return "every torch module has an attribute of this name"
    return None


def check_name(name: str, what: str, place: Place, report: Report) -> bool:
    """Report a name that cannot be used; whether it can."""
    fault = fault_of(name, what)
    if fault is None:
        return True
    shown = name if len(name) <= LONGEST else name[:LONGEST] + "..."
    if ":" in name and what in ("node", "branch"):
        hint = "put a space behind the colon"
    elif len(name) > LONGEST:
        hint = "use a shorter name"
    else:
        hint = f"call it '{_mended(name, what)}'" if _mended(name, what) else None
    article = "an" if what[0] in "aeiou" else "a"
    message = f"{shown!r} cannot be the name of {article} {what}: {fault}"
    report.add(Code.BAD_NAME, message, place, hint=hint)
    return False


def _mended(name: str, what: str) -> str | None:
    mended = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:LONGEST]
    if mended[:1].isdigit():
        mended = f"n{mended}"
    if mended and fault_of(mended, what):
        mended += "_1"
    return mended if mended and fault_of(mended, what) is None else None
