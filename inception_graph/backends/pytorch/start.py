"""How the weights of a network start: one rule for each kind of layer, and the exceptions by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inception_graph.ops.base import Initialiser
from inception_graph.ops.code import Call, Raw, laid_out, literal, string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.code import Literal

_LAYERS = {"convolution": "nn.Conv2d", "linear": "nn.Linear"}


@dataclass(frozen=True)
class Start:
    """How weights start.

    Attributes:
        function: Lines of the function that starts a layer, or none.
        statements: Lines at the end of the network's constructor.
    """

    function: tuple[str, ...]
    statements: tuple[str, ...]


def start(typed: TypedGraph, indices: Iterable[int]) -> Start:
    """Lines that start the weights of some of a network's nodes as their ``init`` fields say."""
    wanted: dict[str, dict[str, Initialiser]] = {layer: {} for layer in _LAYERS.values()}
    biased: set[str] = set()
    for index in indices:
        operation = typed.operation(index)
        layer_class = _LAYERS.get(operation.family)
        if layer_class is None:
            continue
        kept = {weight.name for weight in operation.weights(typed.inputs(index)[0])}
        for layer, initialiser in operation.initialisers().items():
            inside = layer and f"{layer}.weight" in kept
            name = f"{typed.nodes[index].name}.{layer}" if inside else typed.nodes[index].name
            wanted[layer_class][name] = initialiser
            if (f"{layer}.bias" if inside else "bias") in kept:
                biased.add(name)
    rules = {layer: _rule(names, biased) for layer, names in wanted.items()}
    exceptions: list[str] = []
    untouched: list[str] = []
    for layer, names in wanted.items():
        for name, initialiser in names.items():
            rule = rules[layer] if name in biased else replace(rules[layer], bias=None)
            if _falls_back(initialiser, rule):
                untouched.append(name)
                rule = Initialiser()
            exceptions += _exception(name, initialiser, rule)
    function = _function(rules)
    return Start(tuple(function), (*(_apply(untouched) if function else ()), *exceptions))


def _function(rules: dict[str, Initialiser]) -> list[str]:
    """The body of the function that starts a layer; layers of one rule share a branch."""
    lines: list[str] = []
    for rule in dict.fromkeys(rules.values()):
        if rule == Initialiser():
            continue
        layers = [layer for layer, own in rules.items() if own == rule]
        kinds = layers[0] if len(layers) == 1 else f"({', '.join(layers)})"
        lines.append(f"{'elif' if lines else 'if'} isinstance(module, {kinds}):")
        if rule.weight is not None:
            lines += [f"    {line}" for line in _call(rule.weight, "module.weight", 8)]
        if rule.bias is not None:
            start_bias = f"nn.init.constant_(module.bias, {literal(rule.bias)})"
            lines += ["    if module.bias is not None:", f"        {start_bias}"]
    return lines


def _rule(wanted: dict[str, Initialiser], biased: set[str]) -> Initialiser:
    """What most layers want for their weights, and most of those that have one for their bias."""
    weights = Counter(initialiser.weight for initialiser in wanted.values()).most_common(1)
    biases = Counter(wanted[name].bias for name in wanted if name in biased).most_common(1)
    return Initialiser(weights[0][0] if weights else None, biases[0][0] if biases else None)


def _falls_back(initialiser: Initialiser, rule: Initialiser) -> bool:
    """Whether a layer keeps a start of torch's own that the rule would take from it."""
    keeps_weight = initialiser.weight is None and rule.weight is not None
    return keeps_weight or (initialiser.bias is None and rule.bias is not None)


def _exception(name: str, initialiser: Initialiser, rule: Initialiser) -> list[str]:
    """Statements that give a layer what the rule does not."""
    lines: list[str] = []
    if initialiser.weight is not None and initialiser.weight != rule.weight:
        lines += _call(initialiser.weight, f"self.get_parameter({string(f'{name}.weight')})", 8)
    if initialiser.bias is not None and initialiser.bias != rule.bias:
        constant = ("constant_", (("val", initialiser.bias),))
        lines += _call(constant, f"self.get_parameter({string(f'{name}.bias')})", 8)
    return lines


def _call(
    function: tuple[str, tuple[tuple[str, Literal], ...]], tensor: str, indent: int
) -> list[str]:
    name, keywords = function
    return laid_out(Call(f"nn.init.{name}", (Raw(tensor),), dict(keywords)), indent, 0)


def _apply(untouched: list[str]) -> list[str]:
    """Statements that apply the rules to all layers but some."""
    if not untouched:
        return ["self.apply(initialise)"]
    kept = ["kept = (", *(f"    {string(name)}," for name in untouched), ")"]
    if len(untouched) == 1:  # no trailing comma of ours keeps this one apart
        kept = [f"kept = ({string(untouched[0])},)"]
    return [
        *kept,
        "for name, module in self.named_modules():",
        "    if name not in kept:",
        "        initialise(module)",
    ]
