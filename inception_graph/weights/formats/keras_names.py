"""What Keras 3 calls layers and variables in a file of weights, where it keeps their classes and not their names."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from inception_graph.ops.fields import keyed, listed

_NUMBER = re.compile(r"_\d+$")
_VARIABLES = {
    "conv2d": ("kernel", "bias"),
    "dense": ("kernel", "bias"),
    "depthwise_conv2d": ("depthwise_kernel", "bias"),
    "separable_conv2d": ("depthwise_kernel", "pointwise_kernel", "bias"),
}
_STATISTICS = ("moving_mean", "moving_variance")


def auto_names(entry: Any) -> dict[str, dict[str, Any]]:
    """The layers of a model by the names that Keras gives them in a file: their class, and a number from the second on.

    Args:
        entry: The model as a configuration describes it; none have names where it does not.
    """
    model = (keyed(entry) or {}).get("config")
    counts: Counter[str] = Counter()
    found: dict[str, dict[str, Any]] = {}
    for item in listed((keyed(model) or {}).get("layers")) or []:
        layer = keyed(item) or {}
        name = _snake_case(str(layer.get("class_name")))
        number = counts[name]
        counts[name] += 1
        config = keyed(layer.get("config")) or {}
        stated = layer.get("name", config.get("name"))
        found[f"{name}_{number}" if number else name] = {**layer, "name": stated}
    return found


def _snake_case(name: str) -> str:
    """As Keras does it: BatchNormalization becomes batch_normalization."""
    apart = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", apart).lower()


def variables(key: str, count: int, entry: dict[str, Any]) -> list[str]:
    """Names of a layer's variables, in the order in which a file numbers them.

    Args:
        key: The layer's name in the file, which says its class.
        count: How many it has.
        entry: The layer as a configuration describes it; empty where there is none.
    """
    kind = _NUMBER.sub("", key)
    if kind == "batch_normalization":
        shifted = (keyed(entry.get("config")) or {}).get("center", True)
        one = "beta" if shifted else "gamma"  # the family leaves out the scale, if anything
        names = {4: ("gamma", "beta"), 3: (one,), 2: ()}.get(count, ())
        named = (*names, *_STATISTICS)
    else:
        named = _VARIABLES.get(kind, ())
    return [*named[:count], *(str(number) for number in range(len(named), count))]
