"""The stable codes of all diagnostics. Each has a page of its own in ``pages/``."""

from __future__ import annotations

from enum import Enum
from functools import cache
from importlib.resources import files


class Code(Enum):
    """What can be wrong. S: file and schema; G: graph; H: shapes; E: expectations; C: checkpoints; A: advice."""

    UNREADABLE = "S101"
    YAML_SYNTAX = "S102"
    DUPLICATE_KEY = "S103"
    TAG = "S104"
    MERGE_KEY = "S105"
    RECURSIVE_ANCHOR = "S106"
    FILE_LIMIT = "S107"
    EMPTY = "S108"
    UNDEFINED_ALIAS = "S109"
    SCALAR = "S110"

    UNKNOWN_KEY = "S201"
    MISSING_KEY = "S202"
    WRONG_TYPE = "S203"
    OUT_OF_RANGE = "S204"
    NOT_A_CHOICE = "S205"
    OPERATION_COUNT = "S206"
    UNKNOWN_OPERATION = "S207"
    BAD_NAME = "S208"
    NAME_TAKEN = "S209"
    LANGUAGE_VERSION = "S210"
    BAD_EXPRESSION = "S211"
    UNKNOWN_VARIABLE = "S212"
    ARITHMETIC = "S213"
    MISPLACED_KEY = "S214"
    PARENT = "S215"
    PATCH = "S216"
    STILL_NEEDED = "S217"
    INERT_PATCH = "S218"

    UNKNOWN_NODE = "G301"
    CYCLE = "G302"
    BLOCK_RECURSION = "G303"
    BLOCK_ARGUMENTS = "G304"
    UNUSED_BLOCK = "G305"
    UNUSED_ARGUMENT = "G306"
    UNUSED_VARIABLE = "G307"
    UNREAD_OUTPUT = "G308"
    TOO_FEW_BRANCHES = "G309"
    TOO_MANY_NODES = "G310"

    ADD_SHAPES = "H401"
    CONCAT_SHAPES = "H402"
    WINDOW_TOO_LARGE = "H403"
    WRONG_RANK = "H404"
    INDIVISIBLE_GROUPS = "H405"
    PADDING_TOO_LARGE = "H406"
    TENSOR_TOO_LARGE = "H407"
    OPERATION_SHAPE = "H408"

    PARAMETERS_EXPECTED = "E501"
    MACS_EXPECTED = "E502"
    OUTPUT_EXPECTED = "E503"

    BAD_RULE = "C601"
    UNMATCHED_RULE = "C602"
    FOREIGN_NAME_TAKEN = "C603"
    UNNAMED_LAYER = "C604"

    LARGE_KERNEL = "A701"
    SQUARE_KERNEL = "A702"
    DENSE_CONVOLUTION = "A703"
    UNREDUCED_BRANCH = "A704"
    UNREDUCED_POOL = "A705"
    POOLS_FIRST = "A706"
    WIDENS_FIRST = "A707"
    RESPONSE_NORM = "A708"
    DROPOUT = "A709"
    CANCELLED_BIAS = "A710"
    DEEP_AND_BARE = "A711"
    EARLY_HEAD = "A712"
    HEAVY_HEADS = "A713"
    UNSCALED_RESIDUAL = "A714"
    ACTIVATED_RESIDUAL = "A715"
    THIN_BRANCH = "A716"
    SMALL_FIELD = "A717"
    LARGE_FIELD = "A718"
    EVEN_KERNEL = "A719"
    UNSERVING_NODES = "A720"

    @property
    def severity(self) -> str:
        """``error``; ``warning`` where the network can be built all the same; ``advice`` where it is sound."""
        if self.value.startswith("A"):
            return "advice"
        return "warning" if self in _WARNINGS else "error"

    @property
    def page(self) -> str:
        """The page of the code, Markdown."""
        return (files("inception_graph.diagnostics") / "pages" / f"{self.value}.md").read_text(
            encoding="utf-8"
        )

    @property
    def title(self) -> str:
        """The heading of the page, without the code."""
        return _title(self)


@cache
def _title(code: Code) -> str:
    return code.page.partition("\n")[0].removeprefix(f"# {code.value}: ")


_WARNINGS = frozenset(
    {
        Code.INERT_PATCH,
        Code.UNUSED_BLOCK,
        Code.UNUSED_ARGUMENT,
        Code.UNUSED_VARIABLE,
        Code.UNREAD_OUTPUT,
        Code.PARAMETERS_EXPECTED,
        Code.MACS_EXPECTED,
        Code.OUTPUT_EXPECTED,
        Code.BAD_RULE,
        Code.UNMATCHED_RULE,
        Code.FOREIGN_NAME_TAKEN,
        Code.UNNAMED_LAYER,
    }
)
