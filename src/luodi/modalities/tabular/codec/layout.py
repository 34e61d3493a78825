"""How records of one release are laid into arrays, as a value that survives JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from luodi.core.codec import Batch, Field, File, Hidden, Target
from luodi.core.errors import LuodiError
from luodi.modalities.tabular.codec import arrays
from luodi.modalities.tabular.codec import value as value_of
from luodi.modalities.tabular.codec.arrays import Flags
from luodi.modalities.tabular.codec.columns import CategoryColumn, NumberColumn, TimeColumn


@dataclass(frozen=True)
class Codec(Target):
    """How records of one release are laid into arrays.

    Attributes:
        numbers: Columns of the graph's input ``numbers``, float64 (rows, numbers).
        categories: Columns of ``categories``, text (rows, categories).
        times: Columns of ``times``, int64 microseconds since 1970 (rows, times).
        optional: Columns of the training table that the graph does not read.
    """

    numbers: tuple[NumberColumn, ...] = ()
    categories: tuple[CategoryColumn, ...] = ()
    times: tuple[TimeColumn, ...] = ()
    optional: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The codec as JSON data."""
        columns = {
            part: [column._asdict() for column in getattr(self, part)]
            for part in ("numbers", "categories", "times")
        }
        return {"format": "tabular/1", **asdict(self), **columns}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Codec:
        """The codec from JSON data.

        Raises:
            LuodiError: ``rows.codec`` when it is not what ``to_json`` writes.
        """
        try:
            if data["format"] != "tabular/1":
                raise ValueError(data["format"])
            return cls(
                goal=str(data["goal"]),
                target=str(data["target"]),
                classes=tuple(map(str, data["classes"])),
                labels=str(data["labels"]),
                numbers=tuple(NumberColumn(**_tupled(c)) for c in data["numbers"]),
                categories=tuple(CategoryColumn(**_tupled(c)) for c in data["categories"]),
                times=tuple(TimeColumn(**_tupled(c)) for c in data["times"]),
                optional=tuple(map(str, data["optional"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise LuodiError("rows.codec", reason=repr(error)) from None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all columns that the graph reads."""
        return tuple(c.name for c in (*self.numbers, *self.categories, *self.times))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The columns that the graph reads, as whoever describes records needs them."""
        numbers = (
            Field(c.name, "number", c.required, c.unit, (c.seen_low, c.seen_high))
            for c in self.numbers
        )
        texts = (Field(c.name, "category", c.required, known=c.known) for c in self.categories)
        times = (Field(c.name, "time", c.required, formats=c.formats) for c in self.times)
        return (*numbers, *texts, *times)

    @property
    def is_slow(self) -> bool:
        """A row takes some microseconds."""
        return False

    @property
    def widths(self) -> Mapping[str, int]:
        """Columns of each of the graph's inputs."""
        parts = {"numbers": self.numbers, "categories": self.categories, "times": self.times}
        return {name: len(columns) for name, columns in parts.items() if columns}

    @cached_property
    def _known(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(c.known) for c in self.categories)

    @cached_property
    def _number_plan(self) -> tuple[tuple[str, float, float, NumberColumn], ...]:
        """Per column the interval in which a plain number needs no second look."""
        return tuple((c.name, *value_of.quiet(c), c) for c in self.numbers)

    def blank(self) -> dict[str, Any]:
        """A record of missing values."""
        return dict.fromkeys(self.names)

    def hidden(self, row: Mapping[str, Any]) -> Hidden:
        """The record without one of its columns after the other."""
        self.encode_row(row)
        copies = [{**row, name: None} for name in self.names]
        return Hidden(iter([self.encode_rows(copies)]), (len(copies),), self.names)

    def file(self, record: Mapping[str, Any]) -> File | None:
        """None: a table's columns are no files."""
        return None

    def encode_row(self, row: Mapping[str, Any]) -> Batch:
        """Lay one record into arrays of one row.

        Raises:
            LuodiError: ``rows.not_a_number``, ``rows.not_a_time``, ``rows.not_finite``,
                ``rows.no_known_column``.
        """
        notes: list[str] = []
        get = row.get
        feeds: dict[str, np.ndarray] = {}
        if self.numbers:
            numbers = [
                value
                if type(value := get(name)) in (float, int) and low <= value <= high
                else value_of.number(value, column, notes)
                for name, low, high, column in self._number_plan
            ]
            feeds["numbers"] = np.array((numbers,), np.float64)
        if self.categories:
            texts = [
                value
                if type(value := get(column.name)) is str and value in known
                else value_of.category(value, column, known, notes)
                for column, known in zip(self.categories, self._known, strict=True)
            ]
            feeds["categories"] = np.array((texts,), str)
        if self.times:
            times = [value_of.time(get(column.name), column, notes) for column in self.times]
            feeds["times"] = np.array((times,), np.int64)
        if notes and not any(name in row for name in self.names):
            raise self._foreign(row)
        return Batch(feeds, [tuple(notes)])

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Lay many records into arrays; errors name the row, counted from 0."""
        batches = []
        for number, row in enumerate(rows):
            try:
                batches.append(self.encode_row(row))
            except LuodiError as error:
                raise LuodiError(error.code, **{**error.facts, "row": number}) from None
        if not batches:
            return self.encode_columns({}, 0)
        names = batches[0].feeds
        feeds = {name: np.concatenate([b.feeds[name] for b in batches]) for name in names}
        return Batch(feeds, [b.warnings[0] for b in batches])

    def encode_columns(self, columns: Mapping[str, np.ndarray], rows: int) -> Batch:
        """Lay named columns into arrays, the same as row by row but fast.

        Args:
            columns: Arrays of length ``rows`` by column name: floats, integers, booleans,
                datetime64, or objects (text, numbers, None). A column may be absent.
            rows: Number of rows.

        Raises:
            LuodiError: as ``encode_row``, with the row.
        """
        if rows and columns and not any(name in columns for name in self.names):
            raise self._foreign(columns)
        flags: Flags = []
        feeds: dict[str, np.ndarray] = {}
        if self.numbers:
            feeds["numbers"] = np.empty((rows, len(self.numbers)), np.float64)
            for i, number in enumerate(self.numbers):
                feeds["numbers"][:, i] = arrays.numbers(
                    columns.get(number.name), rows, number, flags
                )
        if self.categories:
            texts = np.empty((rows, len(self.categories)), object)
            for i, (column, known) in enumerate(zip(self.categories, self._known, strict=True)):
                texts[:, i] = arrays.categories(
                    columns.get(column.name), rows, column, known, flags
                )
            feeds["categories"] = texts
        if self.times:
            feeds["times"] = np.empty((rows, len(self.times)), np.int64)
            for i, moment in enumerate(self.times):
                feeds["times"][:, i] = arrays.times(columns.get(moment.name), rows, moment, flags)
        return Batch(feeds, arrays.by_row(flags, rows))

    def rows_in_parts(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Batch]:
        """``encode_rows``; a table needs no more memory than the records themselves."""
        yield self.encode_rows(rows)

    def columns_in_parts(self, columns: Mapping[str, np.ndarray], rows: int) -> Iterator[Batch]:
        """``encode_columns``; the same."""
        yield self.encode_columns(columns, rows)

    def _foreign(self, row: Iterable[str]) -> LuodiError:
        seen = ", ".join(sorted(map(str, row))[:5]) or "nothing"
        wanted = ", ".join(self.names[:5])
        return LuodiError("rows.no_known_column", seen=seen, names=wanted, row=0)


def _tupled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list | tuple) else v for key, v in data.items()}
