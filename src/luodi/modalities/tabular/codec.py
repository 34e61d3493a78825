"""Records to the graph's input arrays: a typed table, no code, numpy only.

The same codec lays out rows in training, in the judge and in production, so that none of them
can differ. It reads numbers and dates that stand in text, writes categories in one canonical
form, and says what it noticed; everything after that happens inside the graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.text import canonical
from luodi.modalities.tabular import dates

NO_TIME = dates.NO_TIME
Warnings = list[tuple[str, ...]]
_INF = math.inf


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A number: outside ``low``–``high`` it is broken, outside ``seen`` it is news."""

    name: str
    low: float | None
    high: float | None
    seen_low: float
    seen_high: float
    required: bool
    missing: tuple[float | str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryColumn:
    """A category with the values that training saw, most frequent first."""

    name: str
    known: tuple[str, ...]
    required: bool
    missing: tuple[float | str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A date or time, and how it may be written in text."""

    name: str
    formats: tuple[str, ...]
    seen_low: int
    seen_high: int
    required: bool
    missing: tuple[float | str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Arrays for the graph and what was noticed about each row."""

    feeds: dict[str, np.ndarray]
    warnings: Warnings


@dataclass(frozen=True)
class Codec:
    """How records of one release are laid into arrays and how its answers are written.

    Attributes:
        goal: ``classify`` or ``regress``.
        target: The target's name; if a record holds it, it is not looked at.
        classes: Canonical text of the classes, in the order of the graph's probabilities.
        labels: Type of the labels in the source: ``string``, ``integer`` or ``boolean``.
        numbers: Columns of the graph's input ``numbers``, float64 (rows, numbers).
        categories: Columns of ``categories``, text (rows, categories).
        times: Columns of ``times``, int64 microseconds since 1970 (rows, times).
        optional: Columns of the training table that the graph does not read.
    """

    goal: str
    target: str
    classes: tuple[str, ...] = ()
    labels: str = "string"
    numbers: tuple[NumberColumn, ...] = ()
    categories: tuple[CategoryColumn, ...] = ()
    times: tuple[TimeColumn, ...] = ()
    optional: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The codec as JSON data."""
        return {"format": "tabular/1", **asdict(self)}

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
    def typed_classes(self) -> tuple[Any, ...]:
        """The classes in the type that labels had in the source."""
        if self.labels == "integer":
            return tuple(int(c) for c in self.classes)
        if self.labels == "boolean":
            return tuple(c == "true" for c in self.classes)
        return self.classes

    @cached_property
    def _known(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(c.known) for c in self.categories)

    @cached_property
    def _number_plan(self) -> tuple[tuple[str, float, float, NumberColumn], ...]:
        """Per column the interval in which a plain number needs no second look."""
        return tuple((c.name, *_quiet(c), c) for c in self.numbers)

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
                else _number(value, column, notes)
                for name, low, high, column in self._number_plan
            ]
            feeds["numbers"] = np.array((numbers,), np.float64)
        if self.categories:
            texts = [
                value
                if type(value := get(column.name)) is str and value in known
                else _category(value, column, known, notes)
                for column, known in zip(self.categories, self._known, strict=True)
            ]
            feeds["categories"] = np.array((texts,), str)
        if self.times:
            times = [_time(get(column.name), column, notes) for column in self.times]
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
        flags: list[tuple[str, np.ndarray]] = []
        feeds: dict[str, np.ndarray] = {}
        if self.numbers:
            feeds["numbers"] = np.empty((rows, len(self.numbers)), np.float64)
            for i, number in enumerate(self.numbers):
                feeds["numbers"][:, i] = _numbers(columns.get(number.name), rows, number, flags)
        if self.categories:
            texts = np.empty((rows, len(self.categories)), object)
            for i, (column, known) in enumerate(zip(self.categories, self._known, strict=True)):
                texts[:, i] = _categories(columns.get(column.name), rows, column, known, flags)
            feeds["categories"] = texts
        if self.times:
            feeds["times"] = np.empty((rows, len(self.times)), np.int64)
            for i, moment in enumerate(self.times):
                feeds["times"][:, i] = _times(columns.get(moment.name), rows, moment, flags)
        return Batch(feeds, _by_row(flags, rows))

    def _foreign(self, row: Iterable[str]) -> LuodiError:
        seen = ", ".join(sorted(map(str, row))[:5]) or "nothing"
        wanted = ", ".join(self.names[:5])
        return LuodiError("rows.no_known_column", seen=seen, names=wanted, row=0)


def _tupled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list | tuple) else v for key, v in data.items()}


def _quiet(column: NumberColumn) -> tuple[float, float]:
    if column.missing:
        return _INF, -_INF
    low = -_INF if column.low is None else column.low
    high = _INF if column.high is None else column.high
    return max(low, column.seen_low), min(high, column.seen_high)


def _absent(value: Any, missing: tuple[float | str, ...]) -> bool:
    """Whether a value means "missing"."""
    if value is None or value != value or value == "":
        return True
    return bool(missing) and (value in missing or canonical(value) in map(canonical, missing))


def _number(value: Any, column: NumberColumn, notes: list[str]) -> float:
    """One number, read from text if need be; broken and missing values become NaN."""
    if isinstance(value, str):
        value = canonical(value)
    if _absent(value, column.missing):
        if column.required:
            notes.append(f"missing_required:{column.name}")
        return math.nan
    number = _as_float(value, column.name)
    low = -_INF if column.low is None else column.low
    high = _INF if column.high is None else column.high
    if not low <= number <= high:
        notes.append(f"out_of_range:{column.name}")
        return math.nan
    if not column.seen_low <= number <= column.seen_high:
        notes.append(f"out_of_range:{column.name}")
    return number


def _as_float(value: Any, name: str) -> float:
    wrong = isinstance(value, bool | np.bool_) or (isinstance(value, str) and "_" in value)
    try:
        if wrong:
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        raise LuodiError("rows.not_a_number", column=name, value=repr(value)[:60], row=0) from None
    except OverflowError:
        number = _INF
    if not math.isfinite(number):
        raise LuodiError("rows.not_finite", column=name, value=repr(value)[:60], row=0)
    return number


def _category(value: Any, column: CategoryColumn, known: frozenset[str], notes: list[str]) -> str:
    if isinstance(value, list | tuple | dict | set | bytes):
        raise LuodiError("rows.not_a_category", column=column.name, value=repr(value)[:60], row=0)
    text = "" if _absent(value, column.missing) else canonical(value)
    if not text and column.required:
        notes.append(f"missing_required:{column.name}")
    elif text and text not in known:
        notes.append(f"unseen_category:{column.name}")
    return text


def _time(value: Any, column: TimeColumn, notes: list[str]) -> int:
    moment = NO_TIME if _absent(value, column.missing) else dates.micros(value, column.formats)
    if moment is None:
        facts = {"column": column.name, "value": repr(value)[:60], "row": 0}
        raise LuodiError("rows.not_a_time", formats=", ".join(column.formats) or "ISO 8601", **facts)
    if moment == NO_TIME and column.required:
        notes.append(f"missing_required:{column.name}")
    return moment


def _numbers(
    values: np.ndarray | None, rows: int, column: NumberColumn, flags: list[tuple[str, np.ndarray]]
) -> np.ndarray:
    if values is None:
        values = np.full(rows, np.nan)
    if values.dtype.kind not in "fiu":
        values = np.array(_each(values, lambda v: _plain_number(v, column), column.name), float)
    array = values.astype(np.float64)
    for absent in column.missing:
        if isinstance(absent, int | float):
            array[array == absent] = np.nan
    if np.isinf(array).any():
        row = int(np.flatnonzero(np.isinf(array))[0])
        raise LuodiError("rows.not_finite", column=column.name, value=str(array[row]), row=row)
    missing = np.isnan(array)
    low = -_INF if column.low is None else column.low
    high = _INF if column.high is None else column.high
    broken = (array < low) | (array > high)
    news = (array < column.seen_low) | (array > column.seen_high)
    array[broken] = np.nan
    if column.required:
        flags.append((f"missing_required:{column.name}", missing))
    flags.append((f"out_of_range:{column.name}", broken | news))
    return array


def _plain_number(value: Any, column: NumberColumn) -> float:
    value = canonical(value) if isinstance(value, str) else value
    return math.nan if _absent(value, column.missing) else _as_float(value, column.name)


def _categories(
    values: np.ndarray | None,
    rows: int,
    column: CategoryColumn,
    known: frozenset[str],
    flags: list[tuple[str, np.ndarray]],
) -> np.ndarray:
    texts = np.full(rows, "", object)
    if values is not None:
        seen = {value: value for value in known} if not column.missing else {}
        texts[:] = _each(values, lambda v: _category(v, column, known, []), column.name, seen)
    empty = texts == ""
    if column.required:
        flags.append((f"missing_required:{column.name}", empty))
    unseen = np.fromiter((text not in known for text in texts), bool, rows) & ~empty
    flags.append((f"unseen_category:{column.name}", unseen))
    return texts


def _times(
    values: np.ndarray | None, rows: int, column: TimeColumn, flags: list[tuple[str, np.ndarray]]
) -> np.ndarray:
    if values is None:
        moments = np.full(rows, NO_TIME, np.int64)
    elif values.dtype.kind == "M":
        moments = values.astype("datetime64[us]").astype(np.int64)
    else:
        moments = np.array(_each(values, lambda v: _time(v, column, []), column.name), np.int64)
    if column.required:
        flags.append((f"missing_required:{column.name}", moments == NO_TIME))
    return moments


def _each(
    values: np.ndarray, read: Callable[[Any], Any], name: str, seen: dict[Any, Any] | None = None
) -> list[Any]:
    """Apply a reader to every value, once per distinct value; errors name the row."""
    cache: dict[Any, Any] = {} if seen is None else seen
    found = []
    for row, value in enumerate(values.tolist()):
        try:
            # True == 1 == 1.0 as keys, but they do not read alike
            key = value if type(value) is str else (type(value), value)
            if key not in cache:
                cache[key] = read(value)
            found.append(cache[key])
        except TypeError:
            found.append(read(value))
        except LuodiError as error:
            raise LuodiError(error.code, **{**error.facts, "row": row}) from None
    return found


def _by_row(flags: list[tuple[str, np.ndarray]], rows: int) -> Warnings:
    """Warnings row by row, in the order of the columns; most rows share the empty tuple."""
    found: dict[int, list[str]] = {}
    for code, mask in flags:
        for row in np.flatnonzero(mask).tolist():
            found.setdefault(row, []).append(code)
    warnings: Warnings = [()] * rows
    for row, codes in found.items():
        warnings[row] = tuple(codes)
    return warnings
