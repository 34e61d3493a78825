"""Sources to one raw frame: each by its own reader, then one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.values import Finding
from luodi.modalities.tabular.read import columnar, database, delimited, names, objects, sources
from luodi.modalities.tabular.read.raw import Options, Raw
from luodi.modalities.tabular.read.texts import canonical_text

_READERS = {
    "delimited": delimited.read,
    "parquet": columnar.parquet,
    "excel": columnar.excel,
    "json": objects.read,
    "lines": objects.read,
    "sqlite": database.sqlite,
    "postgresql": database.postgresql,
}
_DATABASES = ("sqlite", "postgresql")


def one(address: str | Path, options: Options) -> Raw:
    """Read one source as it stands.

    Args:
        address: A file, ``sqlite:FILE`` or ``postgresql://…``.
        options: How to read it.

    Raises:
        LuodiError: ``read.*`` for anything that is wrong with it; never an error of a parser.
    """
    source = sources.identify(address)
    try:
        raw = _READERS[source.format](source, options)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise LuodiError("read.unreadable", source=source.label, reason=reason) from None
    full, _ = names.cleaned(raw.frame.columns, raw.label)
    return replace(raw, frame=raw.frame.rename(dict(zip(raw.frame.columns, full, strict=True))))


def everything(addresses: Sequence[str], options: Options, listener: Listener = silent) -> Raw:
    """Read all sources and put them one below the other.

    Args:
        addresses: The sources, in order.
        options: How to read them; the memory is shared between them.
        listener: Is told of each source.

    Returns:
        The records of all, under the names of the first; columns that differ in spaces, case or
        width are matched with a warning, and where one is absent it is null with a warning.

    Raises:
        LuodiError: ``read.query_unused`` for a query over files; else as ``one``.
    """
    _asked_of_databases(addresses, options)
    options = replace(options, memory=options.memory / len(addresses))
    raws: list[Raw] = []
    for done, address in enumerate(addresses, 1):
        raw = one(address, options)
        raws.append(_like_the_first(raw, raws[0].frame.columns) if raws else raw)
        progress = {"what": raw.label, "done": done, "total": len(addresses)}
        listener(Event("progress", progress))
    return raws[0] if len(raws) == 1 else _joined(raws)


def _asked_of_databases(addresses: Sequence[str], options: Options) -> None:
    if options.query and not any(sources.identify(a).format in _DATABASES for a in addresses):
        raise LuodiError("read.query_unused", source=sources.identify(addresses[0]).label)


def _like_the_first(raw: Raw, first: Sequence[str]) -> Raw:
    pairs = names.matched(first, raw.frame.columns)
    notes = (*raw.notes, *names.renamed(pairs, raw.label))
    return replace(raw, frame=raw.frame.rename(pairs), notes=notes)


def _joined(raws: Sequence[Raw]) -> Raw:
    full = list(dict.fromkeys(name for raw in raws for name in raw.frame.columns))
    notes = [note for raw in raws for note in raw.notes]
    for raw in raws:
        there = set(raw.frame.columns)
        for name in full:
            if name not in there:
                notes.append(Finding("read.missing_column", "warning", name, {"source": raw.label}))
    alike = _alike([raw.frame for raw in raws], full)
    frame = pl.concat(alike, how="diagonal").select(full)
    decimal = next((raw.decimal for raw in raws if raw.decimal), None)
    return Raw(frame, ", ".join(raw.label for raw in raws), tuple(notes), decimal)


def _alike(frames: Sequence[pl.DataFrame], full: Sequence[str]) -> list[pl.DataFrame]:
    """The frames with one type a column: numbers if all are, else canonical text."""
    schemas = [frame.schema for frame in frames]
    wanted: dict[str, pl.DataType] = {}
    for name in full:
        held = {s[name] for s in schemas if name in s and s[name] != pl.Null}
        if len(held) > 1:
            numbers = all(dtype.is_numeric() for dtype in held)
            wanted[name] = pl.Float64() if numbers else pl.String()
        else:
            wanted[name] = next(iter(held), pl.Null())
    return [
        frame.with_columns(
            _changed(frame[name], wanted[name]) for name in schema if schema[name] != wanted[name]
        )
        for frame, schema in zip(frames, schemas, strict=True)
    ]


def _changed(series: pl.Series, wanted: pl.DataType) -> pl.Series:
    as_text = wanted == pl.String and series.dtype != pl.Null
    return (canonical_text(series) if as_text else series.cast(wanted)).alias(series.name)
