"""Make a candidate smaller in several ways, measure each, and let a contract pick."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from luodi.compress.contract import Contract
from luodi.compress.measure import Measured, measured
from luodi.compress.memory import peak_mb
from luodi.compress.quality import POINTS, Figure, Quality, accuracy, quality
from luodi.core.events import Event, Listener, silent
from luodi.core.modality import Modality
from luodi.core.values import Artifact, Candidate, Change, Member
from luodi.core.workshop import Shrinker, Stop, never

ORIGINAL = "original"
STUDENT_SHARE, TUNING_SHARE = 0.65, 0.5
"""Shares of a student's time for its training, and of the rest for training on in 8 bits."""
HOPELESS = 2.0
"""Points beyond the contract from which rounding a student is not tried."""
BARELY = 0.02
"""A change that makes a graph no smaller than this share is none."""

Compose = Callable[[str, tuple[Member, ...], tuple[float, ...]], Candidate]
"""Members and weights as a candidate: calibrated, with a decision rule."""


@dataclass(frozen=True)
class Row:
    """One graph on the table.

    Attributes:
        candidate: What it was made from.
        artifact: The graph.
        figure: Size and speed.
        quality: How good it is.
        peak_mb: Memory that it takes; None where that could not be measured.
        broken: What of the contract it breaks.
    """

    candidate: Candidate
    artifact: Artifact
    figure: Measured
    quality: Quality
    peak_mb: float | None
    broken: tuple[str, ...]

    def record(self, chosen: bool, best: bool) -> dict[str, Any]:
        """The row as JSON data."""
        return {
            "name": self.candidate.name,
            "score": self.candidate.score,
            "size_mb": self.figure.size_mb,
            "one_row_ms": self.figure.p50_ms,
            "one_row_ms_p99": self.figure.p99_ms,
            "peak_mb": self.peak_mb,
            **asdict(self.quality),
            "broken": list(self.broken),
            "on_front": best,
            "chosen": chosen,
        }


@dataclass(frozen=True)
class Smaller:
    """What came of it.

    Attributes:
        chosen: The row that the contract picks; None where none keeps to it.
        rows: All rows, the original first.
        weakest: Where none keeps to it, the layer that rounding hurts most, and its signal over
            the noise, dB.
    """

    chosen: Row | None
    rows: tuple[Row, ...]
    weakest: tuple[str, float] | None = None

    @property
    def table(self) -> tuple[Mapping[str, Any], ...]:
        """The rows as JSON data."""
        front = _front(self.rows)
        return tuple(row.record(row is self.chosen, row in front) for row in self.rows)


@dataclass
class _Bench:
    """Makes and measures graphs; what there is so far outlives each."""

    shrinker: Shrinker
    modality: Modality
    compose: Compose
    contract: Contract
    figure: Figure
    classes: tuple[str, ...]
    whole: bool
    listener: Listener
    rows: list[Row] = field(default_factory=list)
    before: np.ndarray | None = None

    def add(self, candidate: Candidate) -> Row:
        """Convert a candidate and measure what it gives."""
        artifact = self.modality.converted(candidate)
        truth, answers = self.shrinker.held_out(artifact)
        self.before = answers if self.before is None else self.before
        found = quality(truth, answers, self.before, self.classes, self.figure)
        size = measured(artifact)
        broken = self.contract.broken(size, found.drop)
        row = Row(candidate, artifact, size, found, peak_mb(artifact), broken)
        self.rows.append(row)
        self.listener(Event("smaller", row.record(False, False)))
        return row

    def small(
        self, start: Candidate, name: str, change: Change, stop: Stop, seconds: float
    ) -> Row | None:
        """One change of each member; the weights stay. None where the time is not enough."""
        share = seconds / len(start.members)
        found = [
            self.shrinker.changed((one,), (1.0,), change, stop, share) for one in start.members
        ]
        members = tuple(one for one in found if one is not None)
        if len(members) < len(found):
            return None
        return self.add(self.compose(name, members, start.weights))


def smaller(
    original: Candidate,
    shrinker: Shrinker,
    modality: Modality,
    compose: Compose,
    contract: Contract,
    *,
    metric: str,
    utility: Figure,
    classes: tuple[str, ...],
    left: Callable[[], float] = lambda: 0.0,
    stop: Stop = never,
    whole: bool = False,
    thorough: bool = False,
    listener: Listener = silent,
) -> Smaller:
    """Try changes, cheap ones first, until the time is over; the best that keeps to all wins.

    Everything is measured by the graph that would ship, on rows that training did not learn from
    and that are not the holdout: the judge has the last word there.

    Args:
        original: What is made smaller.
        shrinker: Makes it.
        modality: The kind of data.
        compose: Makes candidates of members.
        contract: What is to be kept to.
        metric: The task's metric.
        utility: It, as a function; accuracy takes its place where it is no share.
        classes: Names of the classes.
        left: Seconds left for trainings.
        stop: Ends a training with the best so far.
        whole: Whether the same network in 8 bits throughout is wanted and nothing else.
        thorough: Whether narrower networks are trained although a quick change is enough.
        listener: Told of each row.
    """
    figure = utility if metric in POINTS else accuracy
    bench = _Bench(shrinker, modality, compose, contract, figure, classes, whole, listener)
    try:
        bench.add(original)
        _changed(bench, original, left, stop)
        if not whole and (thorough or _picked(bench.rows) is None):
            _taught(bench, original, left, stop)
    except KeyboardInterrupt:
        if not bench.rows:
            raise
    chosen = _picked(bench.rows)
    weakest = shrinker.weakest(original.members) if chosen is None else None
    return Smaller(chosen, tuple(bench.rows), weakest)


def _taught(bench: _Bench, original: Candidate, left: Callable[[], float], stop: Stop) -> None:
    """Students of the original, each with a like share of the time that is left.

    Where such a share is not enough for the likeliest of them, it gets all the time there is.
    """
    waiting = _students(bench, original)
    for place, change in enumerate(waiting):
        for seconds in (left() / (len(waiting) - place), left()):
            if seconds <= 0 or stop():
                return
            end = time.monotonic() + seconds
            member = bench.shrinker.changed(
                original.members, original.weights, change, stop, seconds * STUDENT_SHARE
            )
            if member is not None:
                break
        else:
            bench.listener(Event("note", {"text": f"{change.name}: {seconds:.0f} s"}))
            continue
        small = bench.compose(change.name, (member,), (1.0,))
        if bench.add(small).quality.drop <= bench.contract.drop + HOPELESS:
            _changed(bench, small, partial(_until, end), stop)


def _until(end: float) -> float:
    return end - time.monotonic()


def _students(bench: _Bench, original: Candidate) -> Sequence[Change]:
    limit = bench.contract.size_mb
    return bench.shrinker.students(original.members, None if limit == float("inf") else limit)


def _changed(bench: _Bench, start: Candidate, left: Callable[[], float], stop: Stop) -> None:
    """The changes that keep the form; trainings only where the change before broke too much."""
    last: Row | None = None
    for change in bench.shrinker.changes():
        if bench.whole and not change.whole:
            continue
        if change.trains and (left() <= 0 or (last and "drop" not in last.broken)):
            continue
        prefix = "" if start.name in (ORIGINAL, bench.rows[0].candidate.name) else f"{start.name} "
        last = bench.small(start, f"{prefix}{change.name}", change, stop, left() * TUNING_SHARE)


def _front(rows: Sequence[Row]) -> list[Row]:
    """The rows that no other one beats in both size and quality."""
    return [
        row
        for row in rows
        if not any(
            other.figure.size_mb <= row.figure.size_mb
            and other.quality.value >= row.quality.value
            and (other.figure.size_mb, other.quality.value)
            != (row.figure.size_mb, row.quality.value)
            for other in rows
        )
    ]


def _picked(rows: Sequence[Row]) -> Row | None:
    """Of what keeps to the contract and is smaller, the best; of equals the smallest."""
    most = rows[0].figure.size_mb * (1 - BARELY)
    fit = [row for row in rows[1:] if not row.broken and row.figure.size_mb <= most]
    return max(fit, key=lambda row: (row.quality.value, -row.figure.size_mb), default=None)
