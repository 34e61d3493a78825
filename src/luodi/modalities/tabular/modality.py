"""What a table can do, for stages that know nothing of tables (see ``core.modality``).

These functions are what stages call; each loads its room when it is first used, so that a
process that only scores never loads what only training needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.events import Listener, silent

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from luodi.core.modality import Disturbed, Observed
    from luodi.core.task import Data, Task
    from luodi.core.values import (
        Artifact,
        Candidate,
        Column,
        Dataset,
        Finding,
        Labels,
        Parts,
        Portable,
    )
    from luodi.core.workshop import Shelf, Shrinker, Workshop

USUAL_LIMITS = {"size_mb": 25.0, "one_row_ms_p50": 1.0}
MOST_DISTURBED = 1000
TARGET = NAME = None
BUDGET = "2m"
SHRINKS = False
PORTABLE = ()


def reads(source: str) -> bool:
    """Whatever no other kind of data reads is taken for a table."""
    return True


def read(task: Task, listener: Listener = silent) -> Dataset:
    """All records that the task names."""
    from luodi.modalities.tabular.read import read as from_sources

    return from_sources(task, listener)


def read_like(
    source: str | Path,
    columns: Sequence[Column],
    target: str | None,
    labels: Labels,
    *,
    data: Data | None = None,
) -> Dataset:
    """Other records, with the kinds already decided."""
    from luodi.modalities.tabular.read import read_like as from_source

    return from_source(source, columns, target, labels, data=data)


def returned(
    like: Dataset,
    records: Sequence[Mapping[str, Any]],
    truths: Sequence[str],
    moments: Sequence[int],
    task: Task,
) -> Dataset:
    """Records of service with what came true of them, laid as the task's own records are."""
    from luodi.modalities.tabular.read import returned as from_service

    return from_service(like, records, truths, moments, task)


def joined(parts: Sequence[Dataset]) -> Dataset:
    """Records of several datasets of the same columns as one, in their order."""
    from luodi.modalities.tabular.read import joined as together

    return together(parts)


def usable(dataset: Dataset, task: Task | None, listener: Listener = silent) -> Dataset:
    """All records: what a cell cannot be is missing already."""
    return dataset


def repeated(train: Dataset, holdout: Dataset) -> tuple[Finding, ...]:
    """Nothing: equal rows are told of any kind of data."""
    return ()


def known(train: Dataset, holdout: Dataset) -> np.ndarray:
    """None: rows of tables are often equal although they are of different cases."""
    import numpy as np

    return np.zeros(len(holdout), bool)


def inspect(dataset: Dataset, task: Task, listener: Listener = silent) -> tuple[Finding, ...]:
    """What is wrong with these records."""
    from luodi.modalities.tabular.inspect import inspect as looked

    return looked(dataset, task, listener)


def workshop(
    parts: Parts,
    task: Task,
    recorded: Mapping[str, Any] | None = None,
    listener: Listener = silent,
    shelf: Shelf | None = None,
) -> Workshop:
    """Training records made ready for learners; with the features of a recorded plan.

    Fits of tables are short and know no epochs: nobody is told of them, and nothing is put aside.
    """
    from luodi.modalities.tabular.learn.workshop import TableWorkshop

    return TableWorkshop(parts, task, recorded)


def shrinker(workshop: Workshop) -> Shrinker:
    """None: trees have no weights to round, and a smaller forest is one of the candidates."""
    raise LuodiError("compress.no_network", name="table", modality="tabular")


def portable(candidate: Candidate, parts: Parts, form: str, most_lost: float) -> Portable:
    """None: no small runtime answers from a table's own columns."""
    raise LuodiError("compress.no_network", name=candidate.name, modality="tabular")


def brought(task: Task, allowed: frozenset[str]) -> None:
    """Nothing is brought along for tables."""


def converted(candidate: Candidate) -> Artifact:
    """One graph from raw columns to answers, not checked yet."""
    from luodi.modalities.tabular import export

    return export.converted(candidate)


def proven(artifact: Artifact, candidate: Candidate, parts: Parts, task: Task) -> Artifact:
    """The graph with the proof that it answers as the trained object does."""
    from luodi.modalities.tabular import export

    return export.proven(artifact, candidate, parts, task)


def columns(codec: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns that a release reads, so that new records can be read alike."""
    from luodi.modalities.tabular import records
    from luodi.modalities.tabular.codec import Codec

    return records.as_columns(Codec.from_json(codec))


def described(dataset: Dataset) -> pl.DataFrame:
    """The feature columns themselves."""
    return dataset.table.select([column.name for column in dataset.columns])


def disturbed(
    dataset: Dataset, columns: Sequence[str], random: np.random.Generator
) -> Iterator[Disturbed]:
    """Records with noise, and without one column after the other."""
    from luodi.modalities.tabular import trouble

    return trouble.disturbed(dataset, columns, random)


def drawn(record: Mapping[str, Any], weight: np.ndarray) -> None:
    """There is nothing to draw: columns have names."""


def pictured(record: Mapping[str, Any]) -> None:
    """A record of a table is no picture."""


def observed(codec: Mapping[str, Any], records: Sequence[Mapping[str, Any]] | Any) -> Observed:
    """The columns of records, as they are counted."""
    from luodi.modalities.tabular import observe

    return observe.observed(codec, records)
