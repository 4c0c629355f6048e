"""All rules, with where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.advice.dead import unserving_nodes
from inception_graph.advice.depth import deep_and_bare, early_heads, heavy_heads
from inception_graph.advice.factorisation import dense_convolutions, large_kernels, square_kernels
from inception_graph.advice.grids import pools_first, widens_first
from inception_graph.advice.modules import thin_branches, unreduced_branches, unreduced_pools
from inception_graph.advice.normalisation import cancelled_biases, dropouts, response_norms
from inception_graph.advice.residuals import activated_residuals, unscaled_residuals
from inception_graph.advice.windows import even_kernels, large_fields, small_fields
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

_EFFECTIVE = "Luo et al. 2016, Understanding the Effective Receptive Field, arXiv:1701.04128"
_FIELDS = "Richter et al. 2021, Should You Go Deeper?, arXiv:2106.12307"
_EVEN = (
    "Wu et al. 2019, Convolution with Even-Sized Kernels and Symmetric Padding, arXiv:1903.08385"
)


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
    Rule(Code.UNREDUCED_BRANCH, f"{_GOING_DEEPER}, section 4", unreduced_branches),
    Rule(Code.UNREDUCED_POOL, f"{_GOING_DEEPER}, section 4", unreduced_pools),
    Rule(Code.LARGE_KERNEL, f"{_RETHINKING}, section 3.1", large_kernels),
    Rule(Code.SQUARE_KERNEL, f"{_RETHINKING}, section 3.2", square_kernels),
    Rule(Code.DENSE_CONVOLUTION, f"{_XCEPTION}, sections 1 to 3", dense_convolutions, True),
    Rule(Code.POOLS_FIRST, f"{_RETHINKING}, sections 2 and 5", pools_first, True),
    Rule(Code.WIDENS_FIRST, f"{_RETHINKING}, section 5", widens_first, True),
    Rule(Code.RESPONSE_NORM, f"{_NORMALISATION}, section 4.2.1", response_norms),
    Rule(Code.DROPOUT, f"{_NORMALISATION}, section 4.2.1", dropouts, True),
    Rule(Code.CANCELLED_BIAS, f"{_NORMALISATION}, section 3.2", cancelled_biases),
    Rule(Code.DEEP_AND_BARE, f"{_GOING_DEEPER}, section 5; {_NORMALISATION}", deep_and_bare, True),
    Rule(Code.EARLY_HEAD, f"{_RETHINKING}, section 4", early_heads),
    Rule(Code.HEAVY_HEADS, f"{_GOING_DEEPER}, section 5", heavy_heads),
    Rule(Code.UNSCALED_RESIDUAL, f"{_RESIDUAL}, section 3.3", unscaled_residuals),
    Rule(Code.ACTIVATED_RESIDUAL, f"{_RESIDUAL}, section 3.2", activated_residuals),
    Rule(Code.THIN_BRANCH, f"{_GOING_DEEPER}, table 1", thin_branches, True),
    Rule(Code.SMALL_FIELD, _EFFECTIVE, small_fields),
    Rule(Code.LARGE_FIELD, _FIELDS, large_fields),
    Rule(Code.EVEN_KERNEL, _EVEN, even_kernels),
    Rule(Code.UNSERVING_NODES, "the wiring of the network itself", unserving_nodes),
)
"""In the order in which they are followed: what is to be factorised is reduced first."""
