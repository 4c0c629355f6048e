"""Where weights are: a file here, or one that their publisher has and a cache may have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import torch

from inception_graph.diagnostics.report import did_you_mean
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.formats.packages import needed
from inception_graph.weights.formats.tensorflow_file import checkpoint_of

if TYPE_CHECKING:
    from inception_graph.ir.program import Program

_REPOSITORY = re.compile(r"(?P<owner>[A-Za-z0-9_-]+)/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")
_RELEASE = re.compile(r"(?P<source>[a-z_0-9]+):(?P<release>[A-Za-z0-9._-]+)")
_HUB_FILES = ("model.safetensors", "pytorch_model.bin")
_SUFFIXES = {
    ".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".h5", ".hdf5", ".keras", ".npz", ".index", ".tar",
}  # fmt: skip
"""Endings of files, which no model on the hub has: a path with one that leads nowhere is a slip of the pen."""
_DIGEST = re.compile(r"-([a-f0-9]{8,})\.")
"""Part of the digest of a file, which torch's publishers write into its name."""


@dataclass(frozen=True)
class Located:
    """A file of weights.

    Attributes:
        path: Where it is on this machine.
        source: Whose names it has, or None where that is to be found out.
    """

    path: Path
    source: str | None


def is_remote(weights: str) -> bool:
    """Whether a text says where to fetch weights, and is not the name of a file that is here."""
    if Path(weights).exists() or checkpoint_of(Path(weights)):
        return False
    if Path(weights).suffix.lower() in _SUFFIXES:
        return False
    return bool(_REPOSITORY.fullmatch(weights) or _RELEASE.fullmatch(weights))


def located(weights: str | Path, program: Program, source: str | None = None) -> Located:
    """The file that a text or a path stands for; fetched if it is not here.

    Args:
        weights: A path; ``owner/name`` of a repository on the Hugging Face hub, where the owner ``timm`` is a source as
            well; or ``source:release`` as the network's checkpoints list them.
        program: The network.
        source: Whose names the file has, if that is known.

    Raises:
        WeightsError: There is no such file, or it cannot be fetched.
    """
    text, path = str(weights), Path(weights)
    if not is_remote(text):
        if not path.exists() and checkpoint_of(path) is None:
            message = f"there is no file of weights '{text}'"
            raise WeightsError(message)
        return Located(path, source)
    if found := _REPOSITORY.fullmatch(text):
        owner = found["owner"]
        return Located(_from_hub(text), source or (owner if owner in program.checkpoints else None))
    return _released(text, program, source)


def _from_hub(repository: str) -> Path:
    hub: Any = needed("huggingface_hub", f"weights of '{repository}'", "hub")
    errors: Any = needed("huggingface_hub.errors", f"weights of '{repository}'", "hub")
    for name in _HUB_FILES:
        try:
            return Path(hub.hf_hub_download(repository, name))
        except errors.LocalEntryNotFoundError as error:
            raise _unfetched(repository, "the hub cannot be reached") from error
        except errors.EntryNotFoundError:
            continue
        except (errors.HfHubHTTPError, ValueError, OSError) as error:
            lines = str(error).strip().splitlines()
            raise _unfetched(repository, lines[0] if lines else type(error).__name__) from error
    message = f"'{repository}' on the Hugging Face hub has neither {' nor '.join(_HUB_FILES)}"
    raise WeightsError(message)


def _unfetched(repository: str, reason: str) -> WeightsError:
    message = f"'{repository}' is not in the cache of the Hugging Face hub, and cannot be fetched"
    return WeightsError(f"{message}: {reason}")


def _released(text: str, program: Program, source: str | None) -> Located:
    name, _, release = text.partition(":")
    facts = program.checkpoints.get(name)
    if facts is None:
        known = ", ".join(program.checkpoints) or "none"
        hint = did_you_mean(name, program.checkpoints) or f"it has {known}"
        message = f"there is no file '{text}', and '{program.name}' has no source '{name}': {hint}"
        raise WeightsError(message)
    found = facts.released.get(release)
    if found is None or found.url is None:
        known = [one for one, facts in facts.released.items() if facts.url]
        hint = did_you_mean(release, known) or f"it has {', '.join(known) or 'none'}"
        message = f"'{program.name}' knows no address for a release '{release}' of {name}: {hint}"
        raise WeightsError(message)
    return Located(_downloaded(found.url), source or name)


def _downloaded(url: str) -> Path:
    """The file of an address in torch's cache, where ``torch.hub`` and torchvision keep it too."""
    parts = urlparse(url)
    name = Path(parts.path).name
    if parts.scheme not in ("https", "http") or name in ("", ".."):
        message = f"'{url}' is no address of a file on the web"
        raise WeightsError(message)
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    if path.is_file():
        return path
    digest = _DIGEST.search(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), digest[1] if digest else None)
    except (OSError, RuntimeError) as error:
        message = f"'{url}' cannot be fetched, and is not in {path.parent}: {error}"
        raise WeightsError(message) from error
    return path
