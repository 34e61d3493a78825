"""Arrays in an ``.npz`` file; objects in it, which could be code, are never read."""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from luodi.core.errors import LuodiError
from luodi.modalities.image.read import archive, arrays
from luodi.modalities.image.read.arrays import Block
from luodi.modalities.image.read.naming import PARTS
from luodi.modalities.image.read.notes import shown
from luodi.modalities.image.read.value import MOST_ARRAY_BYTES, Part, Pictures

_IMAGES = re.compile(r"(?:(?P<before>[a-z]+)_)?(?:images?|x|data)(?:_(?P<after>[a-z]+))?", re.I)
_LABELS = ("labels", "label", "y", "targets", "target")
_STEP = 2**24


def read(path: Path, labelled: bool = True) -> Pictures:
    """The images of an ``.npz`` file: ``train_images`` and ``train_labels``, ``x`` and ``y``, ….

    Args:
        path: The file.
        labelled: Whether labels are read.

    Raises:
        LuodiError: ``read.image_npz``, ``read.image_arrays``, ``read.image_memory``,
            ``read.image_zip_*``, ``read.image_counts``, ``read.image_shape``.
    """
    held = archive.entries(path, MOST_ARRAY_BYTES)
    names = {entry.name.removesuffix(".npy"): entry for entry in held}
    pairs = _pairs(names, labelled)
    if not pairs:
        seen = ", ".join(map(shown, sorted(names)[:8])) or "-"
        raise LuodiError("read.image_arrays", source=path.name, names=seen)
    wanted = [name for _, *both in pairs for name in both if name]
    size = sum(names[name].size for name in wanted)
    if size > MOST_ARRAY_BYTES:
        most = MOST_ARRAY_BYTES >> 20
        raise LuodiError("read.image_memory", source=path.name, size_mb=size >> 20, most_mb=most)
    loaded = _loaded(path, {name: names[name] for name in wanted})
    blocks = [Block(p, loaded[i], loaded[t] if t else None) for p, i, t in pairs]
    return arrays.pictures(blocks, path.name, labelled)


def _pairs(
    names: Mapping[str, object], labelled: bool
) -> list[tuple[Part | None, str, str | None]]:
    """Part, images and labels of each pair of arrays, training first."""
    found: list[tuple[Part | None, str, str | None]] = []
    lower = {name.lower(): name for name in names}
    for name in sorted(names):
        match = _IMAGES.fullmatch(name)
        word = match and (match["before"] or match["after"])
        if not match or word and word.lower() not in PARTS:
            continue
        pattern = "{}" if not word else f"{word}_{{}}" if match["before"] else f"{{}}_{word}"
        truths = (lower.get(pattern.format(label).lower()) for label in _LABELS)
        truth = next((text for text in truths if text), None)
        if truth or not labelled:
            found.append((PARTS[word.lower()] if word else None, name, truth))
    order = (None, "train", "val", "test")
    return sorted(found, key=lambda pair: order.index(pair[0]))


def _loaded(path: Path, wanted: Mapping[str, archive.Entry]) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as file:
            members = {info.orig_filename.removesuffix(".npy"): info for info in file.infolist()}
            found = {}
            for name, entry in wanted.items():
                with file.open(members[name]) as stream:
                    found[name] = _array(stream, entry.size)
            return found
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, KeyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise LuodiError("read.image_npz", source=path.name, reason=reason) from None


def _array(stream: IO[bytes], size: int) -> np.ndarray:
    """An array of numbers or text, whose header must agree with its size.

    Raises:
        ValueError: for objects, and for a header that lies.
    """
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"npy version {version}")
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = header(stream)
    if dtype.hasobject or dtype.kind not in "biufU":
        raise ValueError(f"an array of {dtype}")
    needed = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or stream.tell() + needed != size:
        raise ValueError(f"{shape} {dtype} in {size} bytes")
    data = filled(stream, needed)
    values = np.frombuffer(data, dtype)
    return values.reshape(shape[::-1]).T if fortran else values.reshape(shape)


def filled(stream: IO[bytes], needed: int) -> bytearray:
    """Exactly so many bytes; memory grows with what is there, not with what was promised.

    Raises:
        EOFError: if there are fewer.
    """
    data = bytearray()
    while len(data) < needed:
        piece = stream.read(min(_STEP, needed - len(data)))
        if not piece:
            raise EOFError(f"{len(data)} of {needed} bytes")
        data += piece
    return data
