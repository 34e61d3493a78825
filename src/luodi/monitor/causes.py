"""What evidence means for the person who has to act: one cause a column, with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from luodi.core.session import STRANGENESS
from luodi.core.sketch import Numbers, Sketch
from luodi.core.values import Finding
from luodi.monitor.drift import FEWEST_ROWS
from luodi.monitor.evidence import LEAST, Evidence
from luodi.monitor.reference import Expected, Reference
from luodi.monitor.units import conversion

DEAD, UNIT = "alarm.dead", "alarm.unit"
MISSING, OUTSIDE, UNSEEN = "alarm.missing", "alarm.outside", "alarm.unseen"
SHIFT, SHAPE, UNLIKE = "alarm.shift", "alarm.shape", "alarm.unlike"
BROKEN = (DEAD, UNIT, MISSING, OUTSIDE, UNSEEN, UNLIKE)
PLAINEST = {"shift": 1, "shape": 2}
"""What breaks is told before what moved, and "higher" before "otherwise"."""
LIKELY = 0.01
MANY_VALUES = 20
RUNS = 2
"""A column must stand still for so many times as long as it ever did in training."""


def causes(
    reference: Reference,
    window: Sketch,
    evidence: Sequence[Evidence],
    every: Sequence[Evidence] = (),
) -> tuple[Finding, ...]:
    """One finding for each column that has evidence.

    Args:
        reference: The release's.
        window: The window that the evidence is from.
        evidence: What is worth a look, most certain first.
        every: All that the window says; where values are spread otherwise because they lie
            higher or lower, the plainer name is taken from it.
    """
    shifts = {
        one.column: one
        for one in every
        if one.aspect == "shift" and one.chance <= LIKELY and abs(one.effect) >= LEAST["shift"]
    }
    told: dict[str, Finding] = {}
    for one in sorted(evidence, key=lambda e: (PLAINEST.get(e.aspect, 0), e.chance)):
        if one.column not in told:
            plain = shifts.get(one.column, one) if one.aspect == "shape" else one
            told[one.column] = _cause(plain, reference.columns[one.column], window)
    return tuple(told.values())


def dead(reference: Reference, window: Sketch, earlier: Sequence[Sketch] = ()) -> Iterator[Finding]:
    """Columns of numbers that hold one value, for longer than they ever did in training.

    Args:
        reference: The release's.
        window: The window.
        earlier: The windows before it, oldest first: one value may last for many of them.
    """
    for name, wanted in reference.columns.items():
        part = window.columns[name]
        if wanted.kind != "number" or not isinstance(part, Numbers) or not _varied(wanted):
            continue
        rows = _still(name, window, earlier)
        if part.known >= FEWEST_ROWS and rows > _longest(reference, name, wanted):
            yield Finding(DEAD, "error", name, {"rows": rows})


def _still(name: str, window: Sketch, earlier: Sequence[Sketch]) -> int:
    """For how many rows in a row a column has held the one value that a window holds."""
    rows, trace = 0, getattr(window.columns[name], "trace", None)
    for one in (window, *reversed(earlier)):
        part = one.columns[name]
        if trace is None or part.known and getattr(part, "trace", None) != trace:
            break
        rows += part.known
    return rows


def _varied(wanted: Expected) -> bool:
    return isinstance(wanted.whole, Numbers) and wanted.whole.typical.spread > 0


def _longest(reference: Reference, name: str, wanted: Expected) -> float:
    """How many rows with one value are nothing new.

    Without an order of time nobody knows how long training stood still. Then a column of few
    values, such as a setting, may stand still for ever, and one of many values never does.
    """
    season = reference.season
    if season is not None and name in season.still:
        return float(RUNS * season.still[name])
    return 0.0 if wanted.distinct > MANY_VALUES else float("inf")


def _cause(one: Evidence, wanted: Expected, window: Sketch) -> Finding:
    numbers = one.record() | {"rows": window.rows}
    numbers.pop("column")
    part = window.columns[one.column]
    if one.aspect == "missing":
        return Finding(MISSING, "error", one.column, numbers)
    if one.aspect == "unseen":
        return Finding(UNSEEN, "error", one.column, numbers)
    if isinstance(part, Numbers) and isinstance(wanted.whole, Numbers):
        means = {"mean_now": part.typical.mean, "mean_before": wanted.whole.typical.mean}
        strange = one.column == STRANGENESS  # which has no unit
        if strange and one.aspect == "outside":
            return Finding(UNLIKE, "error", one.column, numbers)
        found = None if strange else conversion(part, wanted.whole)
        if found is not None:
            return Finding(UNIT, "error", one.column, numbers | means | {"conversion": found.name})
        if one.aspect == "outside":
            return Finding(OUTSIDE, "error", one.column, numbers)
        code = SHIFT if one.aspect == "shift" else SHAPE
        return Finding(code, "warning", one.column, numbers | means)
    return Finding(SHAPE, "warning", one.column, numbers)
