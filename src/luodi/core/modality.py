"""What a kind of data must be able to do; stages know nothing else about it.

A modality is a package with these functions. Stages reach it through
``luodi.modalities.modality(name)`` and never ask which one it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from luodi.core.events import Listener, silent
from luodi.core.values import (
    Artifact,
    Candidate,
    Change,
    Column,
    Dataset,
    Finding,
    Labels,
    Member,
    Parts,
    Portable,
    Recipe,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import polars as pl

    from luodi.core.task import Data, Task

Stop = Callable[[], bool]


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


def never() -> bool:
    """A stop that never stops."""
    return False


class Shelf(Protocol):
    """Where unfinished work is put, so that a build goes on where a killed one stood."""

    def names(self) -> Sequence[str]:
        """Names of what lies there."""

    def read(self, name: str) -> bytes | None:
        """What was put there under a name; None when there is nothing, or it is damaged."""

    def put(self, name: str, data: bytes) -> None:
        """Put something there, whole or not at all.

        Raises:
            LuodiError: ``environment.disk``.
        """

    def remove(self, name: str) -> None:
        """Take something away.

        Raises:
            LuodiError: ``environment.disk``.
        """


class Workshop(Protocol):
    """Training records made ready for learners: what is fitted before any learner, and fits."""

    truth: np.ndarray
    classes: tuple[str, ...]
    folds: tuple[np.ndarray, ...]
    metric: str

    @property
    def prepared(self) -> Any:
        """What was fitted before any learner."""

    @property
    def keeps_folds(self) -> bool:
        """Whether a member may ship with one model a fold; if not, it always ships as one."""

    @property
    def first_share(self) -> float:
        """The share of the time that the first of the portfolio may take."""

    def baselines(self) -> tuple[Recipe, Recipe]:
        """The dumb and the linear baseline."""

    def score(self, out_of_fold: np.ndarray) -> float:
        """The metric of out-of-fold answers, higher is better; rows without one are left out."""

    def utility(self, truth: np.ndarray, answers: np.ndarray) -> float:
        """The metric of answers to other rows, higher is better."""

    def portfolio(self, first: Member | None = None) -> Sequence[Recipe]:
        """Good first recipes, best guess first.

        Args:
            first: The first of them, fitted: what it showed decides which come next.
        """

    def begun(self) -> Sequence[Recipe]:
        """Recipes that an earlier, killed process of the same build began, in their order.

        Asked to fit one of them, the workshop hands over what is ready, or goes on with it.
        """

    def explore(self, suggest: Any, family: str) -> Recipe:
        """A recipe of a family from an Optuna trial."""

    def fit(
        self, recipe: Recipe, stop: Stop = never, seconds: float = math.inf
    ) -> Iterator[Member]:
        """Fit fold by fold; each yield holds the folds so far, the last one all of them.

        The caller may stop early by not asking for more. Where a fit can hand over its best so far
        on Ctrl-C, that is raised again only after the last yield.

        Args:
            recipe: What to fit.
            stop: Ends every fold with the rounds so far.
            seconds: Time for all folds. Each gets an even share of it, so that no fold is left
                with a model of one round.
        """

    def enrich(self, base: Member, stop: Stop) -> Iterator[Member]:
        """The base on a richer feature set, if one helps out of fold; else nothing.

        Ctrl-C is raised again only after the best so far was handed over.
        """

    def refit(self, member: Member) -> Member:
        """The member with one model fitted on all rows in place of one a fold."""

    def shipped(self, member: Member, single: bool) -> Member:
        """The member as it would be shipped; as a single model if asked."""


class Shrinker(Protocol):
    """Makes fitted learners smaller, as networks can be; the training records are at hand."""

    def restored(self, model: bytes, plan: Mapping[str, Any]) -> tuple[Member, ...]:
        """The members of a release that was built from the same records, ready to be changed.

        Args:
            model: Its graph.
            plan: Its plan.

        Raises:
            LuodiError: ``compress.not_plain`` when it is small already, ``compress.other_data``.
        """

    def refuse(self, families: Iterable[str]) -> None:
        """Refuse members of families that cannot be made smaller.

        Raises:
            LuodiError: ``compress.brought`` when one began with what was not learned here.
        """

    def changes(self) -> Sequence[Change]:
        """Changes of a single member that keep its form, the cheapest first."""

    def students(self, members: Sequence[Member], most_mb: float | None) -> Sequence[Change]:
        """Changes that make one smaller learner of all members, the likeliest first.

        Args:
            members: The members.
            most_mb: The largest graph wanted after the strongest of ``changes``, MB; None where
                there is no limit.
        """

    def changed(
        self,
        members: Sequence[Member],
        weights: Sequence[float],
        how: Change,
        stop: Stop = never,
        seconds: float = math.inf,
    ) -> Member | None:
        """What a change makes of members, with its own answers for the rows it did not see.

        None where the time is not enough for a training that anything could come of.

        Args:
            members: The members; one, where the change is one of ``changes``.
            weights: Their weights, which sum to 1.
            how: The change.
            stop: Ends a training with the best so far.
            seconds: Time for a training.
        """

    def weakest(self, members: Sequence[Member]) -> tuple[str, float] | None:
        """The layer that rounding hurts most, and its signal over the noise, dB; None if none."""

    def held_out(self, artifact: Artifact) -> tuple[np.ndarray, np.ndarray]:
        """Truth and a graph's probabilities for training rows that no member learned from."""


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
