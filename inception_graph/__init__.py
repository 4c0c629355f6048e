"""A compiler for declared network architectures: one YAML file becomes diagnostics, costs, pictures and PyTorch."""

from inception_graph.compiler import SettingError
from inception_graph.diagnostics.errors import SpecError
from inception_graph.interface import create_model, diff, emit, list_models, load, render
from inception_graph.limits import Limits
from inception_graph.network import Network
from inception_graph.passes import PassError
from inception_graph.version import __version__
from inception_graph.weights.errors import WeightsError

__all__ = [
    "Limits",
    "Network",
    "PassError",
    "SettingError",
    "SpecError",
    "WeightsError",
    "__version__",
    "create_model",
    "diff",
    "emit",
    "list_models",
    "load",
    "render",
]
