"""Pairs of ``idx`` files, as MNIST comes: images in one, labels in the other, often as ``.gz``."""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.read import arrays
from luodi.modalities.image.read.arrays import Block
from luodi.modalities.image.read.naming import PARTS
from luodi.modalities.image.read.npz import filled
from luodi.modalities.image.read.value import MOST_ARRAY_BYTES, Part, Pictures
from luodi.modalities.tabular.read.sources import explained

_NAME = re.compile(r"(.*?)[-_.]?(images|labels)[-_.]idx([134])(-ubyte)?(\.gz)?", re.I)
_PREFIXES: dict[str, Part] = {**PARTS, "t10k": "test"}
_ORDER = (None, "train", "val", "test")


def named(name: str) -> bool:
    """Whether a name is that of a file of such a pair."""
    return _NAME.fullmatch(name) is not None


def in_folder(names: Iterable[str]) -> list[str]:
    """The names of the files of images among those of a folder."""
    found = ((name, _NAME.fullmatch(name)) for name in sorted(names))
    return [name for name, match in found if match and match[2].lower() == "images"]


def read(folder: Path, names: Iterable[str], source: str, labelled: bool = True) -> Pictures:
    """The images of pairs of files beside each other.

    Args:
        folder: Where they lie.
        names: One name of each pair.
        source: What to call the source in messages.
        labelled: Whether labels are read.

    Raises:
        LuodiError: ``read.image_idx``, ``read.image_idx_pair``, ``read.image_memory``,
            ``read.image_counts``, ``read.image_shape``.
    """
    blocks = []
    left = MOST_ARRAY_BYTES
    for name in names:
        part = _part(name)
        images = _array(folder / _partner(folder, name, "images"), left)
        left -= images.nbytes
        truth = _array(folder / _partner(folder, name, "labels"), left) if labelled else None
        blocks.append(Block(part, images, truth))
    blocks.sort(key=lambda block: _ORDER.index(block.part))
    if len({block.part for block in blocks}) < len(blocks):
        raise LuodiError("read.image_idx_pair", source=source, name="-", wanted="images")
    return arrays.pictures(blocks, source, labelled)


def _part(name: str) -> Part | None:
    match = _NAME.fullmatch(name)
    return _PREFIXES.get(match[1].lower()) if match else None


def _partner(folder: Path, name: str, wanted: str) -> str:
    """The name of the file of images or labels that belongs to a name."""
    match = cast("re.Match[str]", _NAME.fullmatch(name))
    if match[2].lower() == wanted:
        return name
    with explained(folder):
        beside = sorted(path.name for path in folder.iterdir())
    for other in beside:
        found = _NAME.fullmatch(other)
        if found and (found[1], found[2].lower()) == (match[1], wanted):
            return other
    raise LuodiError("read.image_idx_pair", source=folder.name, name=name, wanted=wanted)


def _array(path: Path, left: int) -> np.ndarray:
    with explained(path), path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file) if packed else file)
        try:
            return _values(stream, path.name, left)
        except (ValueError, EOFError, struct.error, zlib.error, gzip.BadGzipFile) as error:
            reason = (str(error).splitlines() or ["-"])[0][:200]
            raise LuodiError("read.image_idx", source=path.name, reason=reason) from None


def _values(stream: IO[bytes], source: str, left: int) -> np.ndarray:
    """The array of one file: two zeros, a type, the number of sides, the sides, the bytes."""
    zeros, kind, sides = struct.unpack(">HBB", stream.read(4))
    if zeros or kind != 8 or not 1 <= sides <= 4:
        raise ValueError(f"begins with {zeros:04x} {kind:02x} {sides:02x}")
    shape = struct.unpack(f">{sides}I", stream.read(4 * sides))
    needed = math.prod(shape)
    if needed > left:
        most = MOST_ARRAY_BYTES >> 20
        raise LuodiError("read.image_memory", source=source, size_mb=needed >> 20, most_mb=most)
    data = filled(stream, needed)
    if stream.read(1):
        raise ValueError(f"more than the {needed} bytes of {shape}")
    return np.frombuffer(data, np.uint8).reshape(shape)
