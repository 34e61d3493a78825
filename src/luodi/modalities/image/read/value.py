"""Images as found: for each its name, label and part, and a way to its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from luodi.core.values import Finding, Labels

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

Part = Literal["train", "val", "test"]

MOST_PICTURES = 1_000_000
"""Images of one source; each takes some hundred bytes before it is decoded."""
MOST_LIST_BYTES = 2**28
"""Bytes of a list of images."""
MOST_ARRAY_BYTES = 2**31
"""Bytes of the arrays of one source, which are held in memory together."""


class Store(Protocol):
    """Where the images of a source lie; it holds no file open."""

    def load(self, place: Any) -> bytes | np.ndarray:
        """One image as the bytes of a file, or as an array."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One image, not decoded.

    Attributes:
        key: Its name below the source, with ``/`` between folders, or its number.
        label: Its class as canonical text; None where the source names none.
        part: The part of the split that the source puts it in, if it does.
        place: Where its store finds it.
    """

    key: str
    label: str | None
    part: Part | None
    place: Any


@dataclass(frozen=True)
class Pictures:
    """The images of one source.

    Attributes:
        rows: The images: in the order of a list or of arrays, else in the order of their names.
        store: Gives the bytes or the array of each.
        source: What was read, without a folder.
        labels: The type that class labels had in the source.
        table: Other columns of a list, row by row, as they stand there; None without any.
        notes: What was skipped or noticed.
    """

    rows: tuple[Picture, ...]
    store: Store
    source: str
    labels: Labels = "string"
    table: pl.DataFrame | None = None
    notes: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, number: int) -> bytes | np.ndarray:
        """The bytes or the array of one image.

        Raises:
            LuodiError: ``read.image_changed`` when it is no longer what was found.
        """
        return self.store.load(self.rows[number].place)
