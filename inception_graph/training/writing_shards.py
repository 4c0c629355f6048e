"""Image folders packed into shards: tar files as WebDataset has them, with an index beside each."""

from __future__ import annotations

import tarfile
from io import BytesIO
from math import ceil
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from inception_graph.files import replacing, write_atomically
from inception_graph.training import standalone
from inception_graph.training.digits import check_empty
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable


def write_shards(
    data: str,
    output: Path,
    *,
    validation: str | None = None,
    per_shard: int = 1000,
    holdout: float = 0.1,
    seed: int = 0,
    wrote: Callable[[int, int], object] = lambda images, total: None,
) -> list[Path]:
    """Pack images, mixed, into ``train-000000.tar`` and so on, and those to check with into ``val-000000.tar``.

    Args:
        data: What ``train --data`` takes.
        output: A new or empty folder.
        validation: What ``train --val`` takes.
        per_shard: Images in a shard, at most; all shards of a part have as many, but for one.
        holdout: The share of each class to check with, where ``data`` has no such part.
        seed: What that share, and the order of the images, are drawn by.
        wrote: Told of each image, and how many there are in all.

    Returns:
        The shards.

    Raises:
        TrainingError: The images cannot be found, or the output is no empty folder.
        OSError: An image cannot be read, or a shard not be written.
    """
    check_empty(output, set())
    try:
        found: Any = standalone.module("data").read_data(data, validation, holdout, seed)
    except standalone.module("errors").RunError as error:
        raise TrainingError(str(error)) from None
    output.mkdir(parents=True, exist_ok=True)
    total = len(found.train) + len(found.validation)
    shards: list[Path] = []
    for part, split in (("train", found.train), ("val", found.validation)):
        order: list[int] = split.order(seed, 0).tolist()
        for number in range(ceil(len(order) / per_shard)):
            first = number * per_shard
            shard = output / f"{part}-{number:06}.tar"
            _write(shard, split, order[first : first + per_shard], first, lambda: wrote(1, total))
            shards.append(shard)
    # Last, since a folder without it is refused: half of the shards are not taken for all.
    write_atomically(output / "classes.txt", "".join(f"{name}\n" for name in found.classes))
    return shards


def _write(
    shard: Path, split: Any, indices: list[int], first: int, wrote: Callable[[], object]
) -> None:
    """Write a shard and its index; images keep their bytes, and are numbered from ``first``."""
    module = standalone.module("shards")
    samples: list[list[Any]] = []
    with replacing(shard) as path, tarfile.open(path, "w:", format=tarfile.USTAR_FORMAT) as tar:
        for key, index in enumerate(indices, first):
            item = split.item(index)
            file = item.file
            image = Path(file).read_bytes() if isinstance(file, str) else file.read()
            suffix = PurePath(split.name_of(index)).suffix[1:].lower()
            contents = {suffix: image, "cls": str(item.label).encode()}
            samples.append([])
            for ending, content in contents.items():
                entry = tarfile.TarInfo(f"{key:08}.{ending}")
                entry.size = len(content)
                begin = tar.offset + tarfile.BLOCKSIZE
                tar.addfile(entry, BytesIO(content))
                samples[-1].append(module.Member(ending, begin, len(content), entry.name))
            wrote()
    write_atomically(shard.with_suffix(".idx"), module.index_text(samples))
