"""What every codec is: how records become a graph's arrays, and how its answers are written.

Each modality has a codec of its own; this is what the others know of it. A codec travels in the
release as JSON whose ``format``, such as ``tabular/1``, says which modality reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np

from luodi.core.text import canonical

LARGEST = 2**53
"""Whole numbers up to here are the same in every reader of JSON."""

Warnings = list[tuple[str, ...]]
"""Codes of what was noticed, one tuple a record."""


class Batch(NamedTuple):
    """Arrays for the graph and what was noticed about each record."""

    feeds: dict[str, np.ndarray]
    warnings: Warnings


class Hidden(NamedTuple):
    """A record of which one part after the other is hidden.

    Attributes:
        batches: Copies of the record, some at a time.
        shape: (columns,), or (fields down, fields across) of an image; their product is the
            number of copies.
        names: What is hidden in each copy; empty where the shape says it.
    """

    batches: Iterator[Batch]
    shape: tuple[int, ...]
    names: tuple[str, ...] = ()


class Field(NamedTuple):
    """One thing that a record holds, for whoever describes it.

    Attributes:
        name: Its name.
        kind: ``number``, ``category``, ``time`` or ``image``.
        required: Whether an answer without it comes with a warning.
        unit: Of a number.
        seen: Of a number, the lowest and the highest in training; of an image, the shortest
            and the longest side.
        known: Of a category, the values in training, most frequent first.
        formats: Of a time, how it may be written besides ISO 8601.
        media: Of a file, which JSON holds as base64, the media types that it may have.
        most_bytes: Of a file, how long it may be.
    """

    name: str
    kind: str
    required: bool
    unit: str | None = None
    seen: tuple[float, float] | None = None
    known: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    most_bytes: int = 0


class File(NamedTuple):
    """A file that stands in a record, for a person to look at.

    Attributes:
        field: The name of its field.
        media: Its media type.
        data: Its bytes.
        width: Of an image, in pixels; 0 where it cannot be told.
        height: Likewise.
    """

    field: str
    media: str
    data: bytes
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Target:
    """What a release answers.

    Attributes:
        goal: ``classify`` or ``regress``.
        target: The target's name; if a record holds it, it is not looked at.
        classes: Canonical text of the classes, in the order of the graph's probabilities.
        labels: Type of the labels in the source: ``string``, ``integer`` or ``boolean``.
    """

    goal: str
    target: str
    classes: tuple[str, ...] = ()
    labels: str = "string"

    @cached_property
    def typed_classes(self) -> tuple[Any, ...]:
        """The classes in the type that labels had in the source."""
        if self.labels == "integer":
            return tuple(int(c) for c in self.classes)
        if self.labels == "boolean":
            return tuple(c == "true" for c in self.classes)
        return self.classes

    def truth(self, value: Any) -> str | None:
        """A truth as canonical text; None when the target can have none like it."""
        if value is None or isinstance(value, dict | list):
            return None
        if type(value) is int and abs(value) > LARGEST:
            return None
        text = canonical(value)
        try:
            number = math.nan if "_" in text else float(text)
        except ValueError:
            number = math.nan
        if self.goal == "regress":
            return text if abs(number) < math.inf else None
        if text not in self.classes and self.labels == "integer" and abs(number) < LARGEST:
            text = canonical(number)  # spreadsheets write whole numbers as 1.0
        return text if text in self.classes else None


class Codec(Protocol):
    """How records of one release are laid into arrays."""

    @property
    def goal(self) -> str:
        """``classify`` or ``regress``."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Canonical text of the classes."""

    @property
    def target(self) -> str:
        """The target's name."""

    @property
    def labels(self) -> str:
        """Type of the labels in the source."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a record holds that the graph reads."""

    @property
    def optional(self) -> tuple[str, ...]:
        """Names that a record may hold besides and that the graph does not read."""

    @property
    def is_slow(self) -> bool:
        """Whether laying out a record takes so long that nothing else should wait for it."""

    @property
    def widths(self) -> Mapping[str, int]:
        """Columns of each of the graph's inputs."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns that the graph reads."""

    @property
    def typed_classes(self) -> tuple[Any, ...]:
        """The classes in the type that labels had in the source."""

    def truth(self, value: Any) -> str | None:
        """A truth as canonical text; None when the target can have none like it."""

    def blank(self) -> dict[str, Any]:
        """A record that says nothing, to measure with."""

    def hidden(self, row: Mapping[str, Any]) -> Hidden:
        """A record of which one part after the other is hidden, to see what an answer hangs on.

        Raises:
            LuodiError: as ``encode_row``.
        """

    def file(self, record: Mapping[str, Any]) -> File | None:
        """The file in a record that was answered, for a person to look at; None without one."""

    def encode_row(self, row: Mapping[str, Any]) -> Batch:
        """Lay one record into arrays of one row.

        Raises:
            LuodiError: ``rows.*`` when a value cannot be what its column is.
        """

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Lay many records into arrays; errors name the row, counted from 0."""

    def encode_columns(self, columns: Mapping[str, np.ndarray], rows: int) -> Batch:
        """Lay named columns into arrays, the same as row by row but fast."""

    def rows_in_parts(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Batch]:
        """``encode_rows`` part by part, each made when it is asked for, so that memory suffices.

        There is at least one part; errors name the row, counted from 0 of all.
        """

    def columns_in_parts(self, columns: Mapping[str, np.ndarray], rows: int) -> Iterator[Batch]:
        """``encode_columns`` part by part, in the same way."""
