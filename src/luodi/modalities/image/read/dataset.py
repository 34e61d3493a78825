"""Images as records: the bytes of each as they were found, beside its label and what is known.

Arrays are packed as PNG, which loses nothing, so that training, the judge and service are given
the same thing: a file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Labels
from luodi.modalities.image.codec import MOST_BYTES, pixels
from luodi.modalities.image.read.digest import Fingerprint
from luodi.modalities.image.read.gather import read as found_in
from luodi.modalities.image.read.value import Pictures
from luodi.modalities.tabular.read import assemble, wishes

IMAGE, NAME, PART = "image", "name", "part"
COLUMN = Column(IMAGE, "image")
MOST_HELD = 2**32
"""Bytes of all images of a task: they are held as files, never all of them as pixels."""
OFTEN = 500
"""A listener hears of every so many images."""


def dataset(task: Task, listener: Listener = silent) -> Dataset:
    """All images that a task names.

    Args:
        task: The task; its sources are relative to its folder.
        listener: Is told how far the reader is.

    Returns:
        A table with the columns ``image`` (the bytes of a file), ``name``, the target, ``part``
        where the source says which images judge, and the other columns of a list.

    Raises:
        LuodiError: ``read.*``, exit status 3; ``train.image_regress`` where values are asked for.
    """
    target = task.data.target
    if task.goal != "classify":
        raise LuodiError("train.image_regress", target=target)
    sources = [found_in(task.path(source), target) for source in task.data.source]
    whole = _joined([_laid(one, target, task, listener) for one in sources])
    _named(whole, task)
    return whole


def like(
    source: str | Path, columns: Sequence[Column], target: str | None, labels: Labels
) -> Dataset:
    """Images of another source; labelled ones only where a target is asked for.

    Raises:
        LuodiError: ``read.*``, exit status 3.
    """
    found = _laid(found_in(source, target), target, None, silent, labels)
    (column,) = columns
    return replace(found, table=found.table.rename({IMAGE: column.name}), columns=(column,))


def _laid(
    pictures: Pictures,
    target: str | None,
    task: Task | None,
    listener: Listener,
    labels: Labels | None = None,
) -> Dataset:
    mark = Fingerprint(pictures)
    columns: dict[str, list[object]] = {IMAGE: [], NAME: [row.key for row in pictures.rows]}
    held = 0
    for number in range(len(pictures)):
        one = pictures.load(number)
        mark.add(number, one)
        file = as_file(one)
        held += len(file)
        if held > MOST_HELD:
            facts = {"size_mb": held >> 20, "most_mb": MOST_HELD >> 20}
            raise LuodiError("read.image_memory", source=pictures.source, **facts)
        columns[IMAGE].append(file)
        if number % OFTEN == 0 or number == len(pictures) - 1:
            told = {"what": "read", "done": number + 1, "total": len(pictures)}
            listener(Event("progress", told))
    kinds: dict[str, pl.DataType] = {IMAGE: pl.Binary(), NAME: pl.String()}
    if target:
        columns[target] = [row.label for row in pictures.rows]
        kinds[target] = pl.String()
    if any(row.part for row in pictures.rows):
        name = task.data.part if task and task.data.part else PART
        columns[name] = [row.part for row in pictures.rows]
        kinds[name] = pl.String()
    table = _beside(pl.DataFrame(columns, kinds), pictures.table, task)
    return Dataset(
        table=table,
        columns=(COLUMN,),
        target=target,
        digest=mark.text(),
        source=pictures.source,
        labels=labels or pictures.labels,
        notes=pictures.notes,
    )


def as_file(held: bytes | np.ndarray) -> bytes:
    """An image as the bytes of a file; an array, brought to 8 bits, as PNG.

    Raises:
        LuodiError: ``rows.image_range`` and others for an array that is no image.
    """
    if isinstance(held, bytes):
        return held
    from PIL import Image

    values = pixels.eight_bits(np.squeeze(held, 2) if held.shape[2:] == (1,) else held)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(values)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()[: MOST_BYTES + 1]


def _beside(table: pl.DataFrame, others: pl.DataFrame | None, task: Task | None) -> pl.DataFrame:
    """The table with the other columns of a list, each of the kind that its values are."""
    if others is None:
        return table
    rest = others.drop([name for name in others.columns if name in table.columns])
    found, _ = assemble.readings(rest, lambda name: wishes.wish(task, name))
    return table.hstack([one.values.alias(name) for name, one in found.items()])


def _joined(parts: Sequence[Dataset]) -> Dataset:
    return joined(parts) if len(parts) > 1 else parts[0]


def joined(parts: Sequence[Dataset]) -> Dataset:
    """Images of several datasets as one, in their order; a column that one lacks is null there."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    table = pl.concat([part.table for part in parts], how="diagonal")
    source = " + ".join(dict.fromkeys(part.source for part in parts))
    notes = tuple(note for part in parts for note in part.notes)
    digest = together(part.digest for part in parts)
    return Dataset(table, first.columns, first.target, digest, source, first.labels, notes)


def together(digests: Iterable[str]) -> str:
    """The digest of records from several places."""
    import hashlib

    return f"sha256:{hashlib.sha256(' '.join(digests).encode()).hexdigest()}"


def _named(whole: Dataset, task: Task) -> None:
    """Refuse a time, a group or a part that the source does not have.

    Raises:
        LuodiError: ``read.column_absent``.
    """
    data, there = task.data, whole.table.columns
    for key, name in (("time", data.time), ("group", data.group), ("part", data.part)):
        if name and name not in there:
            near = ", ".join(get_close_matches(name, there, 1, 0.0))
            facts = {"source": whole.source, "column": name, "key": key, "nearest": near}
            raise LuodiError("read.column_absent", **facts)
