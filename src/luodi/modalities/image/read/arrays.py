"""Images that lie in arrays beside their labels, held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.text import canonical
from luodi.core.values import Labels
from luodi.modalities.image.read.value import MOST_PICTURES, Part, Picture, Pictures


@dataclass(frozen=True)
class Block:
    """Images and labels of one part of a source.

    Attributes:
        part: The part, if the source names one.
        images: (rows, height, width) or (rows, height, width, channels).
        labels: (rows,) or (rows, 1); None where there are none.
    """

    part: Part | None
    images: np.ndarray
    labels: np.ndarray | None


@dataclass(frozen=True)
class Arrays:
    """Arrays of images, one a part."""

    images: tuple[np.ndarray, ...]

    def load(self, place: tuple[int, int]) -> np.ndarray:
        """One image: the number of its array, and its own there."""
        image: np.ndarray = self.images[place[0]][place[1]]
        return image


def pictures(blocks: Sequence[Block], source: str, labelled: bool) -> Pictures:
    """The images of all parts, one part after the other.

    Raises:
        LuodiError: ``read.image_none``, ``read.image_shape``, ``read.image_counts``,
            ``read.image_many``.
    """
    kinds: set[Labels] = set()
    rows: list[Picture] = []
    for number, block in enumerate(blocks):
        texts, kind = _labels(block, source, labelled)
        kinds.add(kind)
        head = f"{block.part}/" if block.part else ""
        for at, text in enumerate(texts):
            rows.append(Picture(f"{head}{at}", text, block.part, (number, at)))
    if not rows:
        raise LuodiError("read.image_none", source=source, passed=0)
    kept = kinds.pop() if len(kinds) == 1 else "string"
    return Pictures(tuple(rows), Arrays(tuple(b.images for b in blocks)), source, kept)


def _labels(block: Block, source: str, labelled: bool) -> tuple[list[str | None], Labels]:
    """The canonical labels of a part, and their type."""
    count = len(block.images) if block.images.ndim else 0
    if block.images.ndim not in (3, 4):
        raise LuodiError("read.image_shape", source=source, shape=str(block.images.shape))
    if count > MOST_PICTURES:
        raise LuodiError("read.image_many", source=source, most=MOST_PICTURES)
    if block.labels is None or not labelled:
        return [None] * count, "string"
    held = block.labels
    if held.ndim == 2 and held.shape[1] == 1:
        held = held[:, 0]
    if held.ndim != 1 or held.dtype.kind not in "iubU":
        raise LuodiError("read.image_shape", source=source, shape=f"{held.shape} {held.dtype}")
    if len(held) != count:
        raise LuodiError("read.image_counts", source=source, images=count, labels=len(held))
    kind: Labels = {"b": "boolean", "U": "string"}.get(held.dtype.kind, "integer")  # type: ignore[assignment]
    return [canonical(value) or None for value in held.tolist()], kind
