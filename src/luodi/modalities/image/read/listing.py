"""A list of images: a CSV or Parquet of paths and labels, with other columns beside them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.values import Column, Finding, Labels
from luodi.modalities.image.read.archive import safe
from luodi.modalities.image.read.naming import PARTS, pictured
from luodi.modalities.image.read.notes import Skipped, shown
from luodi.modalities.image.read.value import MOST_LIST_BYTES, MOST_PICTURES, Picture
from luodi.modalities.tabular.read import dialect, encoding, target
from luodi.modalities.tabular.read.names import cleaned
from luodi.modalities.tabular.read.texts import canonical_text
from luodi.modalities.tabular.read.wishes import Hints, Wish

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")
_LABELS = ("label", "class", "target", "category", "y")
_PARTS = ("split", "part", "subset", "partition")


@dataclass(frozen=True)
class Listed:
    """What a list says of images.

    Attributes:
        pictures: The images that are there.
        labels: The type of their labels.
        table: The other columns, row by row; None without any.
        notes: What was noticed.
    """

    pictures: list[Picture]
    labels: Labels
    table: pl.DataFrame | None
    notes: tuple[Finding, ...]


def read(
    data: bytes,
    source: str,
    column: str | None,
    find: Callable[[str], tuple[Any, str | None]],
    skipped: Skipped,
) -> Listed:
    """The images that a list names.

    Args:
        data: The list as a file, Parquet or delimited text.
        source: What to call it in messages.
        column: The column of labels; None where there are none, "" to find it by its name.
        find: The place of a name below the folder of the list, or the code of why it has none.
        skipped: Is told of images that are not there, and of those without a label.

    Raises:
        LuodiError: ``read.image_list``, ``read.image_list_label``, ``read.image_outside``, and
            what a table of text can be refused for.
    """
    frame, notes = _frame(data, source)
    paths = paths_of(frame, source)
    truth = _truth(frame, paths, column, source)
    parts = _parts(frame, {paths, truth})
    names = [_name(text, row, source) for row, text in enumerate(_texts(frame, paths))]
    labels, kind = _labels(frame, truth)
    pictures, kept = [], []
    for row, name in enumerate(names):
        place, code = find(name) if name else (None, "read.image_absent")
        if code is None and truth and labels[row] is None:
            code = "read.image_unlabelled"
        if code:
            skipped.add(code, name or f"row {row}")
            continue
        part = PARTS.get(str(parts[row]).strip().lower()) if parts else None
        pictures.append(Picture(name, labels[row], part, place))
        kept.append(row)
    others = frame.drop([paths, *([truth] if truth else [])])
    return Listed(pictures, kind, others[kept] if others.width else None, notes)


def _frame(data: bytes, source: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    if len(data) > MOST_LIST_BYTES:
        facts = {"size_mb": len(data) >> 20, "most_mb": MOST_LIST_BYTES >> 20}
        raise LuodiError("read.image_memory", source=source, **facts)
    notes: tuple[Finding, ...] = ()
    try:
        if data.startswith(b"PAR1"):
            frame = pl.read_parquet(io.BytesIO(data))
        else:
            text, notes = encoding.as_utf8(data, None, source)
            sign = dialect.find(text[:1_000_000].decode("utf-8", "ignore"), None).delimiter
            wishes: dict[str, Any] = {"separator": sign, "infer_schema": False}
            frame = pl.read_csv(io.BytesIO(text), **wishes) if text.strip() else pl.DataFrame()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        reason = (str(error).strip().splitlines() or ["-"])[0][:200]
        raise LuodiError("read.unreadable", source=source, reason=reason) from None
    if not frame.height:
        raise LuodiError("read.header_only", source=source)
    if frame.height > MOST_PICTURES:
        raise LuodiError("read.image_many", source=source, most=MOST_PICTURES)
    full, unnamed = cleaned(frame.columns, source)
    return frame.rename(dict(zip(frame.columns, full, strict=True))), (*notes, *unnamed)


def _texts(frame: pl.DataFrame, column: str) -> list[str | None]:
    return frame[column].to_list()


def paths_of(frame: pl.DataFrame, source: str) -> str:
    """The first column most of whose values are called as images are.

    Raises:
        LuodiError: ``read.image_list`` where there is none.
    """
    for series in frame:
        if series.dtype == pl.String:
            named = sum(pictured(text.strip()) for text in series.drop_nulls())
            if 2 * named > len(series):
                return series.name
    raise LuodiError("read.image_list", source=source, columns=_said(frame.columns))


def _truth(frame: pl.DataFrame, paths: str, column: str | None, source: str) -> str | None:
    if column is None or column in frame.columns and column != paths:
        return column
    rest = [name for name in frame.columns if name != paths]
    if not column:
        known = [name for name in rest if name.lower() in _LABELS]
        if len(known) == 1 or len(rest) == 1:
            return (known or rest)[0]
    wanted = column or ", ".join(_LABELS)
    raise LuodiError("read.image_list_label", source=source, wanted=wanted, columns=_said(rest))


def _parts(frame: pl.DataFrame, taken: set[str | None]) -> list[str | None] | None:
    """The values of the column that puts every image in a part of the split, if there is one."""
    for series in frame:
        if series.name.lower() in _PARTS and series.name not in taken:
            if series.dtype != pl.String or series.null_count():
                continue
            if {text.strip().lower() for text in series.unique()} <= set(PARTS):
                return series.to_list()
    return None


def _labels(frame: pl.DataFrame, truth: str | None) -> tuple[list[str | None], Labels]:
    if truth is None:
        return [None] * frame.height, "string"
    series = frame[truth]
    if series.dtype not in (pl.String, pl.Boolean) and not series.dtype.is_numeric():
        series = canonical_text(series)
    read = target.truth(series, "classify", Wish(Column(truth, "category")), Hints())
    return read.values.to_list(), read.labels


def _name(text: str | None, row: int, source: str) -> str:
    """A path below the folder of the list, with ``/`` between folders.

    Raises:
        LuodiError: ``read.image_outside`` for one that leads out of it.
    """
    name = (text or "").strip().replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    if name and not safe(name):
        raise LuodiError("read.image_outside", source=source, row=row, name=shown(name))
    return name


def _said(names: Sequence[str]) -> str:
    return ", ".join(map(shown, names[:8])) or "-"
