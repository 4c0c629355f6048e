"""Commands about the machine rather than a network."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
import sys
from importlib.util import find_spec

import click

from inception_graph.cli.failures import FINDINGS

_NEEDED = ("click", "graphviz", "jinja2", "networkx", "pydantic", "pyyaml")
_OPTIONAL = {
    "torch": "live modules: pip install 'inception-graph[torch]'",
    "pygraphviz": "pictures without a system Graphviz: pip install pygraphviz",
    "matplotlib": "the photograph for 'build', fonts for pictures: pip install 'inception-graph[torch]'",
    "pillow": "pictures for 'predict' and 'build': pip install 'inception-graph[torch]'",
    "safetensors": "files of weights: pip install 'inception-graph[weights]'",
    "h5py": "weights of Keras: pip install 'inception-graph[weights]'",
    "huggingface_hub": "weights of timm by name: pip install 'inception-graph[hub]'",
    "onnx": "'export' to .onnx: pip install 'inception-graph[export]'",
    "onnxruntime": "'export' to .onnx, and 'bench': pip install 'inception-graph[export]'",
    "onnxscript": "'export' to .onnx: pip install 'inception-graph[export]'",
    "scikit-learn": "the digits of 'data digits': pip install 'inception-graph[data]'",
    "openvino": "a contender of 'bench': pip install openvino",
}


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def doctor(form: str) -> None:
    """Say what of this machine the package can use, and what is missing for what."""
    import yaml

    from inception_graph.ops.registry import operations
    from inception_graph.version import __version__

    facts: dict[str, str | None] = {
        "inception-graph": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in (*_NEEDED, *_OPTIONAL)},
        "dot": shutil.which("dot"),
        "libyaml": "yes" if yaml.__with_libyaml__ else None,
        "operations": ", ".join(operations()),
    }
    missing = [name for name in _NEEDED if facts[name] is None]
    pictures = bool(facts["dot"]) or find_spec("pygraphviz") is not None
    advice = [
        f"{name}: not installed; needed for {why}"
        for name, why in _OPTIONAL.items()
        if facts[name] is None
    ]
    if not pictures:
        advice.append("no Graphviz: 'render' and 'build' cannot draw; pip install pygraphviz")
    if facts["libyaml"] is None:
        advice.append(
            "PyYAML without libyaml: specs are read many times slower; reinstall pyyaml from a wheel"
        )
    if form == "json":
        click.echo(json.dumps({"facts": facts, "missing": missing, "advice": advice}, indent=2))
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            click.echo(f"{name.ljust(width)}  {value or '-'}")
        for line in (*(f"missing: {name}" for name in missing), *advice):
            click.echo(line)
    if missing:
        sys.exit(FINDINGS)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that teaches a shell to complete commands, options and networks.

    For bash: eval "$(inception-graph completion bash)"
    """
    from click.shell_completion import get_completion_class

    from inception_graph.cli import group

    script = get_completion_class(shell)
    if script is None:
        raise AssertionError(shell)
    click.echo(script(group, {}, "inception-graph", "_INCEPTION_GRAPH_COMPLETE").source())
