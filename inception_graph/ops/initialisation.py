"""How weights start."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, cast

from pydantic import PlainValidator, WithJsonSchema

from inception_graph.ops.base import Initialiser
from inception_graph.ops.fields import is_number, keyed, not_a_choice, out_of_range, wrong_type

# He et al. 2015, LeCun et al. 1998, Glorot & Bengio 2010. Caffe's "xavier" looks at the inputs
# only, so it is lecun_uniform.
_SCHEMES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "he_normal": ("kaiming_normal_", (("nonlinearity", "relu"),)),
    "he_uniform": ("kaiming_uniform_", (("nonlinearity", "relu"),)),
    "lecun_normal": ("kaiming_normal_", (("nonlinearity", "linear"),)),
    "lecun_uniform": ("kaiming_uniform_", (("nonlinearity", "linear"),)),
    "xavier_normal": ("xavier_normal_", ()),
    "xavier_uniform": ("xavier_uniform_", ()),
}
_TRUNCATED = "truncated_normal"
_WITH_DEVIATION = {"normal": "normal_", _TRUNCATED: "trunc_normal_"}


def _scheme(value: Any) -> str | tuple[str, float] | None:
    if value is None or isinstance(value, tuple):
        return cast("tuple[str, float] | None", value)  # already in its final form
    if isinstance(value, str):
        if value not in _SCHEMES:
            raise not_a_choice(list(_SCHEMES), value)
        return value
    entries = keyed(value) or {}
    if len(entries) != 1:
        raise wrong_type("the name of a scheme, {normal: 0.01} or {truncated_normal: 0.01}", value)
    ((name, deviation),) = entries.items()
    if name not in _WITH_DEVIATION:
        raise not_a_choice(list(_WITH_DEVIATION), name)
    if not is_number(deviation):
        raise wrong_type("a standard deviation", deviation)
    if deviation <= 0:
        raise out_of_range("greater than 0", deviation)
    return name, deviation


_DEVIATION = {"type": "number", "exclusiveMinimum": 0}

WeightInit: TypeAlias = Annotated[
    str | tuple[str, float] | None,
    PlainValidator(_scheme),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(_SCHEMES)},
                *(
                    {
                        "type": "object",
                        "properties": {name: _DEVIATION},
                        "required": [name],
                        "additionalProperties": False,
                    }
                    for name in _WITH_DEVIATION
                ),
            ]
        }
    ),
]


def initialiser(scheme: str | tuple[str, float] | None, bias: float | None) -> Initialiser:
    """The functions of ``torch.nn.init`` that a scheme stands for."""
    if scheme is None:
        return Initialiser(None, bias)
    if isinstance(scheme, tuple):
        name, deviation = scheme
        # Drawn again beyond two deviations, as in TensorFlow; torch's own bounds are -2 and 2.
        bounds = (("a", -2 * deviation), ("b", 2 * deviation)) if name == _TRUNCATED else ()
        return Initialiser((_WITH_DEVIATION[name], (("std", deviation), *bounds)), bias)
    return Initialiser(_SCHEMES[scheme], bias)
