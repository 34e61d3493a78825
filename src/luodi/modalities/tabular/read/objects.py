"""JSON: an array of objects, or one object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.values import Finding
from luodi.modalities.tabular.read import columnar, encoding, memory, names, sources
from luodi.modalities.tabular.read.raw import Options, Raw
from luodi.modalities.tabular.read.sources import Source

_GROWTH = 3.0  # bytes in memory for a byte of JSON
_UNPACKED = 8.0
_LEADING = 100


def read(source: Source, options: Options) -> Raw:
    """Read a JSON file.

    Args:
        source: The file; ``source.format`` says which of the two forms.
        options: How to read it.

    Raises:
        LuodiError: ``read.not_json`` with the line, ``read.header_only``, ``read.too_large``.
    """
    needed = source.bytes * (_UNPACKED if source.packed else 1.0) * _GROWTH
    may_sample = options.sample and source.format == "lines"
    part = memory.share(needed, options.memory, may_sample, source.label)
    if part is not None:
        frame, nested = _sampled(source, part)
        return _raw(frame, source, (*nested, memory.sampled(source.label, frame.height, part)))
    text, notes = encoding.as_utf8(sources.content(source), options.encoding, source.label)
    parse = _lines if source.format == "lines" else _array
    frame, nested = parse(text, source.label)
    return _raw(frame, source, (*notes, *nested))


def _raw(frame: pl.DataFrame, source: Source, notes: tuple[Finding, ...]) -> Raw:
    if not frame.height or not frame.width:
        raise LuodiError("read.header_only", source=source.label)
    frame, nested = columnar.flat(frame)
    full, unnamed = names.cleaned(frame.columns, source.label)
    renamed = frame.rename(dict(zip(frame.columns, full, strict=True)))
    return Raw(renamed, source.label, (*notes, *nested, *unnamed))


def _lines(text: bytes, label: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """By the fast parser; what it refuses, line by line."""
    try:
        frame = pl.read_ndjson(io.BytesIO(text), infer_schema_length=None)
    except pl.exceptions.PolarsError:
        frame = pl.DataFrame()
    if not frame.width or any(dtype.is_nested() for dtype in frame.dtypes):
        return from_records(list(_objects(io.BytesIO(text), label)))
    return frame.select(_order(text, label, frame.columns)), ()


def _order(text: bytes, label: str, columns: list[str]) -> list[str]:
    """Fields as they come in the first records, then by name: the fast parser keeps no order."""
    first = islice(_objects(io.BytesIO(text), label), _LEADING)
    seen = dict.fromkeys(key for record in first for key in record)
    there = set(columns)
    return [*(key for key in seen if key in there), *sorted(there - set(seen))]


def _array(text: bytes, label: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        reason = getattr(error, "msg", "nested too deeply")
        raise LuodiError("read.not_json", source=label, line=line, reason=reason) from None
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise LuodiError("read.not_json", source=label, line=1, reason="not a list of objects")
    return from_records(content)


def _objects(stream: Iterable[bytes], label: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "nested too deeply")
            raise LuodiError("read.not_json", source=label, line=number, reason=reason) from None
        if not isinstance(found, dict):
            raise LuodiError("read.not_json", source=label, line=number, reason="not an object")
        yield found


def from_records(records: list[dict[str, Any]]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Objects to a frame, and a remark on each field whose lists or objects became text."""
    keys = dict.fromkeys(key for record in records for key in record)
    columns, notes = [], []
    for key in keys:
        values = [record.get(key) for record in records]
        columns.append(series(key, values))
        if columns[-1].dtype == pl.String and any(isinstance(v, list | dict) for v in values):
            notes.append(Finding("read.nested", "warning", key))
    return pl.DataFrame(columns), tuple(notes)


def series(name: str, values: list[Any]) -> pl.Series:
    """Values of one field to a series: numbers, booleans or dates if all are, else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        exact = float not in kinds and all(v is None or -(2**63) <= v < 2**63 for v in values)
        if exact:
            return pl.Series(name, values, pl.Int64)
        if float in kinds:
            return pl.Series(name, [None if v is None else float(v) for v in values], pl.Float64)
    if kinds == {bool}:
        return pl.Series(name, values, pl.Boolean)
    if kinds == {dict} and len({key for v in values for key in v or ()}) <= columnar.FIELDS:
        return pl.DataFrame({name: values}, strict=False, infer_schema_length=None)[name]
    return pl.Series(name, [_text(value) for value in values], pl.String)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return (
        json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else _scalar(value)
    )


def _scalar(value: Any) -> str:
    from luodi.core.text import canonical

    return canonical(value)


def _sampled(source: Source, part: float) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    with sources.explained(source.path), sources.opened(source.path, source.packed) as file:
        chosen = (line for row, line in enumerate(file) if memory.kept(row, part))
        return from_records(list(_objects(chosen, source.label)))
