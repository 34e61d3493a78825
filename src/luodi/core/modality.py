"""What a kind of data must be able to do; stages know nothing else about it.

A modality is a package with these functions. Stages reach it through
``luodi.modalities.modality(name)`` and never ask which one it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from luodi.core.events import Listener, silent
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

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import polars as pl

    from luodi.core.task import Data, Task
    from luodi.core.workshop import Shelf, Shrinker, Workshop


class Observed(NamedTuple):
    """Columns of records of service, as they are counted.

    Attributes:
        rows: Records.
        numbers: By column, float64 (rows,) with NaN for missing.
        texts: By column, text (rows,) with "" for missing.
        known: By column of ``texts``, the values that training knew.
    """

    rows: int
    numbers: Mapping[str, np.ndarray]
    texts: Mapping[str, np.ndarray]
    known: Mapping[str, frozenset[str]]


class Disturbed(NamedTuple):
    """Copies of records with a small trouble each.

    Attributes:
        trouble: ``noise``, ``missing``, or another word of ``card.toml``'s ``trouble``.
        column: The column that it concerns; None where it concerns all.
        share: How strong it is, as a share of what is usual.
        table: The copies, with the feature columns.
    """

    trouble: str
    column: str | None
    share: float
    table: pl.DataFrame


class Modality(Protocol):
    """One kind of data.

    Attributes:
        USUAL_LIMITS: What a release keeps to where no gate speaks of it.
        MOST_DISTURBED: Records of which disturbed copies are scored.
        TARGET: What the target is called where a source gives it no name; None where it must.
        NAME: The column that names each record, where this kind of data has names.
        BUDGET: What a first task file proposes as time for training.
        SHRINKS: Whether what is learned can be made smaller, as networks can.
        PORTABLE: Forms in which it can be given to small devices.
    """

    USUAL_LIMITS: Mapping[str, float]
    MOST_DISTURBED: int
    TARGET: str | None
    NAME: str | None
    BUDGET: str
    SHRINKS: bool
    PORTABLE: Sequence[str]

    def reads(self, source: str) -> bool:
        """Whether a source looks like this kind of data."""

    def read(self, task: Task, listener: Listener = silent) -> Dataset:
        """All records that the task names."""

    def read_like(
        self,
        source: str | Path,
        columns: Sequence[Column],
        target: str | None,
        labels: Labels,
        *,
        data: Data | None = None,
    ) -> Dataset:
        """Other records, with the kinds already decided."""

    def returned(
        self,
        like: Dataset,
        records: Sequence[Mapping[str, Any]],
        truths: Sequence[str],
        moments: Sequence[int],
        task: Task,
    ) -> Dataset:
        """Records of service with what came true of them, laid as the task's own records are.

        Args:
            like: The task's own records.
            records: Records as they were asked about.
            truths: What came true of each, as canonical text.
            moments: When each was asked about, in microseconds since 1970 in UTC; for a task
                with a time that the records do not hold.
            task: The task.
        """

    def joined(self, parts: Sequence[Dataset]) -> Dataset:
        """Records of several datasets of the same columns as one, in their order."""

    def usable(self, dataset: Dataset, task: Task | None, listener: Listener = silent) -> Dataset:
        """The records without those that no release could read; of a table all of them.

        Args:
            dataset: Records as read.
            task: The task; None for records that are to be answered, and then a note says which
                are left out. For a task it is ``inspect`` that says so.
            listener: Told how far the look is.
        """

    def repeated(self, train: Dataset, holdout: Dataset) -> Sequence[Finding]:
        """What a holdout shares with training, as only this kind of data can tell."""

    def known(self, train: Dataset, holdout: Dataset) -> np.ndarray:
        """Which rows of a holdout training has as well, bool (rows,); none where records are so
        coarse that they repeat by themselves."""

    def inspect(
        self, dataset: Dataset, task: Task, listener: Listener = silent
    ) -> Sequence[Finding]:
        """What is wrong with these records."""

    def workshop(
        self,
        parts: Parts,
        task: Task,
        recorded: Mapping[str, Any] | None = None,
        listener: Listener = silent,
        shelf: Shelf | None = None,
    ) -> Workshop:
        """Make training records ready for learners.

        Args:
            parts: The records.
            task: The task.
            recorded: A recorded plan, whose features are used.
            listener: Told of every epoch, where this kind of data is trained by epochs.
            shelf: Where what is trained is put, to go on after a kill; None to keep nothing.
        """

    def shrinker(self, workshop: Workshop) -> Shrinker:
        """What makes learners smaller; there is none for what does not shrink.

        Args:
            workshop: A workshop of this kind of data.
        """

    def portable(self, candidate: Candidate, parts: Parts, form: str, most_lost: float) -> Portable:
        """A candidate as a file for small devices, proven beside its graph.

        Args:
            candidate: The candidate.
            parts: The records that it was trained on; the holdout is not touched.
            form: One of ``PORTABLE``.
            most_lost: Share of records by which its accuracy may be lower than the graph's.

        Raises:
            LuodiError: ``environment.missing_package``, ``convert.*_tflite``.
        """

    def brought(self, task: Task, allowed: frozenset[str]) -> bytes | None:
        """What a task brings along to be shipped, in a graph as a release would hold it.

        It is judged before anything is trained; None where nothing is brought.

        Args:
            task: The task.
            allowed: Operators that a release may hold.
        """

    def converted(self, candidate: Candidate) -> Artifact:
        """One graph from raw columns to answers, not checked yet."""

    def proven(
        self, artifact: Artifact, candidate: Candidate, parts: Parts, task: Task
    ) -> Artifact:
        """The graph with the proof that it answers as the trained object does."""

    def columns(self, codec: Mapping[str, Any]) -> tuple[Column, ...]:
        """The columns that a release reads, so that new records can be read alike."""

    def described(self, dataset: Dataset) -> pl.DataFrame:
        """What tells records apart, as plain columns: the judge cuts its slices by them."""

    def disturbed(
        self, dataset: Dataset, columns: Sequence[str], random: np.random.Generator
    ) -> Iterator[Disturbed]:
        """Copies of records with the small troubles that service brings.

        Args:
            dataset: The records.
            columns: Columns that go missing one after the other, where records have several.
            random: For noise.
        """

    def drawn(self, record: Mapping[str, Any], weight: np.ndarray) -> bytes | None:
        """A record with what an answer hangs on drawn over it, as PNG; None for a table.

        Args:
            record: The record.
            weight: How much each part speaks for the answer.
        """

    def pictured(self, record: Mapping[str, Any]) -> bytes | None:
        """A record as a small picture that holds nothing else, as PNG; None for a table."""

    def observed(
        self, codec: Mapping[str, Any], records: Sequence[Mapping[str, Any]] | Any
    ) -> Observed:
        """The columns of records of service, as they are counted."""
