"""How records of one release are laid into an array of images, as a value that survives JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from luodi.core.codec import Batch, Field, File, Hidden, Target, Warnings
from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import formats, shown
from luodi.modalities.image.codec.decode import decode
from luodi.modalities.image.codec.hidden import GRID, covered
from luodi.modalities.image.codec.limits import MOST_AT_ONCE, MOST_BYTES, MOST_TOGETHER

LARGEST_BLANK = 1024


@dataclass(frozen=True)
class Codec(Target):
    """How records of one release are laid into images.

    Attributes:
        column: Name of the field that holds the image.
        channels: 1, grey, or 3, colours.
        least: The shortest side that training saw, in pixels.
        most: The longest.
        optional: Names that a record may hold besides and that the graph does not read.
    """

    column: str = "image"
    channels: int = 3
    least: int = 1
    most: int = 65_535
    optional: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The codec as JSON data."""
        return {"format": "image/1", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Codec:
        """The codec from JSON data.

        Raises:
            LuodiError: ``rows.codec`` when it is not what ``to_json`` writes.
        """
        try:
            if data["format"] != "image/1":
                raise ValueError(data["format"])
            codec = cls(
                goal=str(data["goal"]),
                target=str(data["target"]),
                classes=tuple(map(str, data["classes"])),
                labels=str(data["labels"]),
                column=str(data["column"]),
                channels=int(data["channels"]),
                least=int(data["least"]),
                most=int(data["most"]),
                optional=tuple(map(str, data["optional"])),
            )
            if codec.channels not in (1, 3) or not 1 <= codec.least <= codec.most:
                raise ValueError(f"{codec.channels}, {codec.least}, {codec.most}")
            return codec
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise LuodiError("rows.codec", reason=repr(error)[:200]) from None

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the field that the graph reads."""
        return (self.column,)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The field that the graph reads, with the sides that training saw."""
        sides = (float(self.least), float(self.most))
        media = tuple(formats.MEDIA.values())
        image = Field(self.column, "image", True, "px", sides, media=media, most_bytes=MOST_BYTES)
        return (image,)

    @property
    def is_slow(self) -> bool:
        """A photo takes 100 ms to decode."""
        return True

    @property
    def widths(self) -> Mapping[str, int]:
        """Channels of the graph's input."""
        return {"image": self.channels}

    def blank(self) -> dict[str, Any]:
        """A black image, as large as they come, up to 1024 pixels a side."""
        side = min(self.most, LARGEST_BLANK)
        return {self.column: np.zeros((side, side, self.channels), np.uint8)}

    def hidden(self, row: Mapping[str, Any]) -> Hidden:
        """The image with one field after the other covered."""
        copies = covered(self._image(row))
        batches = (Batch({"image": some}, [()] * len(some)) for some in copies)
        return Hidden(batches, (GRID, GRID))

    def file(self, record: Mapping[str, Any]) -> File | None:
        """The image of a record that was answered, as a file; None where it holds none."""
        return shown.file(record.get(self.column), self.column)

    def encode_row(self, row: Mapping[str, Any]) -> Batch:
        """Lay one record into an array of one image.

        Returns:
            ``image``: uint8 (1, height, width, channels).

        Raises:
            LuodiError: ``rows.image_*``, ``rows.no_known_column``.
        """
        image = self._image(row)
        return Batch({"image": image[None]}, [self._noticed(image)])

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Lay many records into an array; errors name the row, counted from 0.

        Returns:
            ``image``: uint8 (rows, height, width, channels) where all are of one size, else an
            object array (rows,) of such images.

        Raises:
            LuodiError: as ``encode_row``, and ``rows.image_together``.
        """
        return self._together(len(rows), lambda number: self._image(rows[number]))

    def encode_columns(self, columns: Mapping[str, np.ndarray], rows: int) -> Batch:
        """Lay named columns into an array, the same as row by row.

        Args:
            columns: Arrays by name, among them the images: objects (rows,), or pixels
                (rows, height, width) or (rows, height, width, channels).
            rows: Number of rows.

        Raises:
            LuodiError: as ``encode_rows``.
        """
        return self._together(rows, self._reader(columns, rows))

    def rows_in_parts(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Batch]:
        """Lay any number of records into arrays part by part, of few pixels each.

        Raises:
            LuodiError: as ``encode_row``; errors name the row, counted from 0 of all.
        """
        return self._parts(len(rows), lambda number: self._image(rows[number]))

    def columns_in_parts(self, columns: Mapping[str, np.ndarray], rows: int) -> Iterator[Batch]:
        """Lay columns of any length into arrays, the same as record by record."""
        return self._parts(rows, self._reader(columns, rows))

    def _reader(self, columns: Mapping[str, np.ndarray], rows: int) -> Callable[[int], np.ndarray]:
        """What decodes the image of a row."""
        if rows and self.column not in columns:
            raise self._foreign(columns)
        values: Any = columns.get(self.column)
        return lambda number: decode(values[number], self.channels, self.column)

    def _image(self, row: Mapping[str, Any]) -> np.ndarray:
        if self.column not in row:
            raise self._foreign(row)
        return decode(row[self.column], self.channels, self.column)

    def _together(self, rows: int, read: Callable[[int], np.ndarray]) -> Batch:
        images: list[np.ndarray] = []
        pixels = 0
        for number in range(rows):
            images.append(_numbered(read, number))
            pixels += _pixels(images[-1])
            if pixels > MOST_TOGETHER:
                facts = {"column": self.column, "row": number, "most": MOST_TOGETHER}
                raise LuodiError("rows.image_together", **facts)
        return self._batch(images)

    def _parts(self, rows: int, read: Callable[[int], np.ndarray]) -> Iterator[Batch]:
        images: list[np.ndarray] = []
        pixels = 0
        for number in range(rows):
            image = _numbered(read, number)
            pixels += _pixels(image)
            if images and pixels > MOST_AT_ONCE:
                yield self._batch(images)
                images, pixels = [], _pixels(image)
            images.append(image)
        yield self._batch(images)

    def _batch(self, images: Sequence[np.ndarray]) -> Batch:
        warnings: Warnings = [self._noticed(image) for image in images]
        return Batch({"image": self._stacked(images)}, warnings)

    def _stacked(self, images: Sequence[np.ndarray]) -> np.ndarray:
        if not images:
            return np.empty((0, self.least, self.least, self.channels), np.uint8)
        if len({image.shape for image in images}) == 1:
            return np.stack(images)
        mixed = np.empty(len(images), object)
        mixed[:] = images
        return mixed

    def _noticed(self, image: np.ndarray) -> tuple[str, ...]:
        sides = image.shape[:2]
        seen = self.least <= min(sides) and max(sides) <= self.most
        return () if seen else (f"out_of_range:{self.column}",)

    def _foreign(self, row: Iterable[str]) -> LuodiError:
        seen = ", ".join(sorted(map(str, row))[:5]) or "nothing"
        return LuodiError("rows.no_known_column", seen=seen, names=self.column, row=0)


def _pixels(image: np.ndarray) -> int:
    return image.shape[0] * image.shape[1]


def _numbered(read: Callable[[int], np.ndarray], number: int) -> np.ndarray:
    """The image of a row; an error names the row."""
    try:
        return read(number)
    except LuodiError as error:
        raise LuodiError(error.code, **{**error.facts, "row": number}) from None
