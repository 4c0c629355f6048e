"""All rules, with where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.advice.factorisation import (
    dense_convolutions,
    large_kernels,
    square_kernels,
)
from inception_graph.diagnostics.codes import Code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inception_graph.advice.finding import Finding
    from inception_graph.advice.subject import Subject

_GOING_DEEPER = "Szegedy et al. 2014, Going Deeper with Convolutions, arXiv:1409.4842"
_NORMALISATION = "Ioffe and Szegedy 2015, Batch Normalization, arXiv:1502.03167"
_RETHINKING = "Szegedy et al. 2015, Rethinking the Inception Architecture, arXiv:1512.00567"
_RESIDUAL = "Szegedy et al. 2016, Inception-v4 and Inception-ResNet, arXiv:1602.07261"
_XCEPTION = "Chollet 2016, Xception, arXiv:1610.02357"


@dataclass(frozen=True)
class Rule:
    """One kind of advice.

    Attributes:
        code: Its code.
        source: Where it is published.
        find: What finds it in a network.
        on_request: Whether a spec is rewritten by it only when the code is asked for.
    """

    code: Code
    source: str
    find: Callable[[Subject], Iterator[Finding]]
    on_request: bool = False


RULES = (
    Rule(Code.LARGE_KERNEL, f"{_RETHINKING}, section 3.1", large_kernels),
    Rule(Code.SQUARE_KERNEL, f"{_RETHINKING}, section 3.2", square_kernels),
    Rule(Code.DENSE_CONVOLUTION, f"{_XCEPTION}, sections 1 to 3", dense_convolutions, True),
)
