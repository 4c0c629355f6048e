"""Data as shards: tar files in which the files of a sample share a name, as WebDataset has them.

A shard is read where an index says, not from its beginning to its end. So an image has a number, an epoch an order
that follows from its seed, and a run goes on at any step, whatever the number of processes; the library ``webdataset``
mixes what happens to arrive, and offers none of this. The index is that of NVIDIA DALI (``wds2idx``), a file
``NAME.idx`` beside ``NAME.tar``; without one the shard is read through once at the start.
"""

from __future__ import annotations

import re
import tarfile
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from training.errors import RunError
from training.images import Unreadable, suffixes
from training.names import Names, visible
from training.splits import Item, Split, shuffler

INDEX_VERSION = "v1.2"
CLASSES = "classes.txt"
"""The file beside shards that names their classes, one a line."""

_MIXED = 16
"""So many shards are mixed at a time: reading stays near a few places, which is what disks and networks like."""
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


class Member(NamedTuple):
    """One file in a tar file."""

    ending: str
    offset: int
    size: int
    name: str


class ShardSplit(Split):
    """Images in shards."""

    def __init__(self, name: str, shards: list[Path]) -> None:
        """Read the indices of shards.

        Args:
            name: Where they are, for messages.
            shards: The tar files, one at least.

        Raises:
            RunError: Shard, index or the list of classes is missing, damaged, or holds no pairs of image and class.
        """
        self.name, self.classes = name, _classes(shards[0].parent)
        self._shards = [str(shard) for shard in shards]
        self._places = array("q")
        self._ends = [0]
        names: list[str] = []
        for shard in shards:
            for members in read_index(shard):
                image, label = _pair(shard, members)
                self._places.extend((image.offset, image.size, label.offset, label.size))
                names.append(image.name)
            self._ends.append(len(names))
        self._names = Names(names)

    def __len__(self) -> int:
        return len(self._names)

    def name_of(self, index: int) -> str:
        return f"{self._shards[self._shard(index)]}/{self._names[index]}"

    def item(self, index: int) -> Item:
        image, image_size, label, label_size = self._places[4 * index : 4 * index + 4]
        try:
            with open(self._shards[self._shard(index)], "rb") as shard:  # noqa: PTH123  a Path would cost more
                shard.seek(label)
                words = shard.read(label_size)
                shard.seek(image)
                content = shard.read(image_size)
        except OSError as error:
            raise Unreadable(f"its shard cannot be read: {error.strerror}") from error
        if not words.strip().isdigit() or int(words) >= len(self.classes):
            raise Unreadable(f"its class {words[:20]!r} is no number below {len(self.classes)}")
        return Item(BytesIO(content), int(words))

    def order(self, seed: int, epoch: int) -> Tensor:
        """Shards in random order, and the images of every few of them mixed."""
        numbers = shuffler(seed, epoch)
        mixed: list[Tensor] = []
        for shards in torch.randperm(len(self._shards), generator=numbers).split(_MIXED):
            images = torch.cat([torch.arange(self._ends[s], self._ends[s + 1]) for s in shards])
            mixed.append(images[torch.randperm(len(images), generator=numbers)])
        return torch.cat(mixed)

    def _shard(self, index: int) -> int:
        return bisect_right(self._ends, index) - 1


def is_shards(path: str) -> bool:
    """Whether a path means shards: a tar file, a pattern of them, or a folder that holds some and no folders."""
    given = Path(path)
    try:
        inside = list(given.iterdir()) if given.is_dir() else [given]
    except OSError:
        return False
    return any(p.suffix == ".tar" for p in inside) and not any(p.is_dir() for p in inside)


def find_shards(path: str) -> list[Path]:
    """The shards that a path means, in order: a tar file, ``train-{000000..000009}.tar``, or those in a folder.

    Raises:
        RunError: One of them is missing.
    """
    return sorted(Path(path).glob("*.tar")) if Path(path).is_dir() else list(_expanded(path))


def read_index(shard: Path) -> list[list[Member]]:
    """The files in a shard, those of a sample together.

    Raises:
        RunError: It is damaged, or shorter than its index says.
    """
    index = shard.with_suffix(".idx")
    try:
        samples = _parsed(index.read_text("utf-8")) if index.exists() else scan(shard)
        size = shard.stat().st_size
    except (OSError, tarfile.TarError, ValueError) as error:
        raise RunError(f"'{visible(str(shard))}' or its index is damaged: {error}") from error
    if any(member.offset + member.size > size for members in samples for member in members):
        raise RunError(f"'{visible(str(shard))}' is shorter than its index says: copy it again")
    return samples


def scan(shard: Path) -> list[list[Member]]:
    """The files in a shard, found by reading through it.

    Raises:
        OSError, tarfile.TarError: It cannot be read.
    """
    with tarfile.open(shard, "r:") as tar:
        files = [member for member in tar if member.isfile()]
    members = [Member(_split(f.name)[1], f.offset_data, f.size, f.name) for f in files]
    return [list(group) for _, group in groupby(members, lambda member: _split(member.name)[0])]


def index_text(samples: list[list[Member]]) -> str:
    """What an index file says of a shard."""
    lines = (" ".join(" ".join(map(str, member)) for member in members) for members in samples)
    return "\n".join((f"{INDEX_VERSION} {len(samples)}", *lines, ""))


def _parsed(text: str) -> list[list[Member]]:
    head, *lines = text.splitlines()
    if head.split() != [INDEX_VERSION, str(len(lines))]:
        raise ValueError(f"the index does not begin with '{INDEX_VERSION} {len(lines)}'")
    return [_members(line.split()) for line in lines]


def _members(words: list[str]) -> list[Member]:
    fours = [words[first : first + 4] for first in range(0, len(words), 4)]
    return [Member(ending, int(offset), int(size), name) for ending, offset, size, name in fours]


def _split(name: str) -> tuple[str, str]:
    """What the files of a sample share, and what is theirs: all after the first dot of the file's name."""
    folder, slash, file = name.rpartition("/")
    stem, _, ending = file.partition(".")
    return f"{folder}{slash}{stem}", ending


def _pair(shard: Path, members: list[Member]) -> tuple[Member, Member]:
    known = suffixes()
    image = next((m for m in members if f".{m.ending}".lower() in known), None)
    label = next((m for m in members if m.ending.lower() == "cls"), None)
    if image is None or label is None:
        lacks = "no image" if image is None else "no class (.cls)"
        raise RunError(f"'{visible(members[0].name)}' in '{visible(str(shard))}' has {lacks}")
    return image, label


def _expanded(path: str) -> Iterator[Path]:
    found = _RANGE.search(path)
    first, last = found.groups() if found else ("0", "0")
    for number in range(int(first), int(last) + 1):
        shard = Path(_RANGE.sub(f"{number:0{len(first)}}", path) if found else path)
        if not shard.is_file():
            raise RunError(f"there is no shard '{visible(str(shard))}'")
        yield shard


def _classes(folder: Path) -> tuple[str, ...]:
    path = folder / CLASSES
    try:
        names = tuple(path.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(
            f"'{visible(str(path))}' cannot be read: write the names of the classes into it, one a line, by number"
        ) from error
    if len(set(names)) < max(2, len(names)) or not all(n.isprintable() and n for n in names):
        raise RunError(
            f"'{visible(str(path))}' must name two classes or more, each once, one a line"
        )
    return names
