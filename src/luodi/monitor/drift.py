"""Whether the records of a window are still those that the model was trained for.

Each column is laid beside training: beside the nearest blocks where training has a course of
time (``core.nearness``), else beside all of it. A finding needs three things: an effect worth a
person's time, a chance below the level that the budget leaves (``budget``), and a second window
that says the same (``lasting``), unless it is overwhelming.

What the error control promises, and what not. A test's variance is the sampling variance of both
sides plus the variance that windows of this length had beyond it, in training and in quiet
windows of service. That second part is an estimate from few windows, so Student's t and F take
the place of the normal and the chi-square, with the degrees of freedom of Satterthwaite (1946,
Biometrics Bulletin 2). The idea is Rao and Scott's (1981, JASA 76) for surveys: neighbours in
time are alike, so a thousand rows are worth fewer. The level is divided over windows and tests
(Dunn 1961, JASA 56), which needs no independence. It is an approximation, and exact in none of
these cases: (a) service wanders in ways that neither training nor the quiet windows did, and then
an alarm is right to say that something is new; (b) training has no time and the first windows
are few: until a column was quiet in ``settle`` of them only its large effects count, and the middle
column says how far it may wander (``wander.at_least``); (c) a column that takes
few values, in a window of few rows. ``bench/false_alarms.py`` measures how far it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from luodi.core import contrast, nearness
from luodi.core.sketch import Categories, Floats, Numbers, Part, Sketch
from luodi.monitor.budget import OVERWHELMING
from luodi.monitor.evidence import LARGE, LEAST, NOTHING, Aspect, Evidence, Learned
from luodi.monitor.reference import Expected, Reference
from luodi.monitor.wander import Spread, at_least, chance_of_shape, chance_of_shift, spreads

FEWEST_ROWS = 30


def compare(
    reference: Reference,
    window: Sketch,
    seconds: float,
    learned: Learned = NOTHING,
    settled: Collection[str] | None = None,
) -> list[Evidence]:
    """Everything that a window says, column by column.

    Args:
        reference: The release's.
        window: The window.
        seconds: Its length.
        learned: How quiet windows wandered before.
        settled: The columns of which that, or training's course of time, says enough; None for
            all. Each other is allowed to wander as far as the middle one of all columns does.

    Returns:
        Evidence for every aspect of every column, also where there is nothing to see.
    """
    near = _nearest(reference, window)
    rows = sum(window.columns[name].known for name in window.columns) / max(1, len(window.columns))
    beyond = spreads(reference, seconds, max(rows, 1.0), learned)

    def looked(spread: Spread) -> list[Evidence]:
        found: list[Evidence] = []
        for name in reference.columns:
            base, missing = _base(reference, name, near)
            found += _column(reference, name, window.columns[name], base, missing, spread)
        return found

    first = looked(beyond)
    return first if settled is None else looked(at_least(beyond, first, settled))


def worth_a_look(
    found: Sequence[Evidence], level: float, settled: Collection[str] | None = None
) -> list[Evidence]:
    """The evidence that is large enough and beyond chance, most certain first.

    Args:
        found: What ``compare`` gives.
        level: The level of one test.
        settled: The columns of which it is known how they wander; of the others only large
            effects count. None for all.
    """
    kept = [one for one in found if _counts(one, level, settled is None or one.column in settled)]
    return sorted(kept, key=lambda one: (one.chance, -abs(one.effect)))


def _counts(one: Evidence, level: float, settled: bool) -> bool:
    least, limit = (LEAST, level) if settled else (LARGE, level * OVERWHELMING)
    return one.chance <= limit and abs(one.effect) >= least[one.aspect]


def lasting(now: Sequence[Evidence], before: frozenset[str], level: float) -> list[Evidence]:
    """The evidence that the window before gave too, or that is overwhelming.

    Args:
        now: What this window has that is worth a look.
        before: Keys of what the window before had.
        level: The level of one test.
    """
    return [
        one
        for one in now
        if one.key in before
        or (one.chance <= level * OVERWHELMING and abs(one.effect) >= LARGE[one.aspect])
    ]


def cells(part: Part) -> Floats:
    """Counts by cell as training's blocks have them: what lies outside goes to the ends."""
    counts = np.array(part.counts, float)
    if isinstance(part, Categories):
        return np.append(counts, part.other + part.unseen)
    if len(counts):
        counts[0] += part.below
        counts[-1] += part.above
    return counts


def _nearest(reference: Reference, window: Sketch) -> Floats | None:
    """Which blocks count, shape (blocks,); None without a course of time."""
    season = reference.season
    if season is None:
        return None
    named = [
        name
        for name in season.counts
        if name not in season.counters and window.columns[name].known >= FEWEST_ROWS
    ]
    blocks = len(next(iter(season.counts.values())))
    if not named:
        return np.ones(blocks)
    here = [cells(window.columns[name])[None, :] for name in named]
    there = [season.counts[name] for name in named]
    return np.asarray(nearness.nearest(here, there, np.ones((1, blocks), bool))[0])


def _base(reference: Reference, name: str, near: Floats | None) -> tuple[Floats, float]:
    """The counts that a column is compared with, and how many were missing."""
    season = reference.season
    if near is not None and season is not None and name in season.counts:
        return near @ season.counts[name], float(near @ season.missing[name])
    whole = reference.columns[name].whole
    return cells(whole), float(whole.missing)


def _column(
    reference: Reference,
    name: str,
    part: Part,
    base: Floats,
    missing: float,
    beyond: Spread,
) -> Iterator[Evidence]:
    wanted = reference.columns[name]
    rows = part.known + part.missing
    yield _rate("missing", name, (part.missing, rows), (missing, missing + base.sum()), beyond)
    season = reference.season
    if wanted.kind == "time" or (season is not None and name in season.counters):
        return  # moments and running numbers move on by themselves
    if isinstance(part, Categories):
        before = (getattr(wanted.whole, "unseen", 0), wanted.whole.known)
        yield _rate("unseen", name, (part.unseen, part.known), before, beyond)
    elif isinstance(part, Numbers) and len(wanted.edges):
        yield _rate("outside", name, (part.far, part.known), (0.0, wanted.whole.known), beyond)
    yield from _moved(name, wanted, part, base, beyond)


def _rate(
    aspect: Aspect,
    name: str,
    hits: tuple[float, float],
    base: tuple[float, float],
    beyond: Spread,
) -> Evidence:
    found = contrast.rate(*(np.asarray(x, float) for x in (*hits, *base)))
    difference, variance = float(found.difference), float(found.variance)
    now, before = hits[0] / max(hits[1], 1), base[0] / max(base[1], 1)
    chance = chance_of_shift(difference, variance, beyond(aspect, name)) if hits[1] else 1.0
    # only more of it is a trouble
    chance = chance if difference > 0 else 1.0
    return Evidence(name, aspect, now - before, chance, now, before, difference, variance)


def _moved(
    name: str, wanted: Expected, part: Part, base: Floats, beyond: Spread
) -> Iterator[Evidence]:
    known = part.known >= FEWEST_ROWS
    whole = cells(wanted.whole)
    here = cells(part)
    if len(whole) > 1 and isinstance(part, Numbers):
        shift = contrast.shift(here, base, whole)
        difference, variance = float(shift.difference), float(shift.variance)
        chance = chance_of_shift(difference, variance, beyond("shift", name)) if known else 1.0
        effect = contrast.deviations(difference)
        yield Evidence(
            name, "shift", effect, chance, part.typical.mean, _mean(wanted), difference, variance
        )
    here, base, whole = nearness.folded(here, base, whole)
    if len(whole) > 1:
        shape = contrast.shape(here, base, whole)
        gap = float(shape.distance - shape.mean)
        chance = chance_of_shape(shape, beyond("shape", name)) if known else 1.0
        effect = float(contrast.moved(here, base))
        yield Evidence(name, "shape", effect, chance, effect, 0.0, gap, float(shape.mean))


def _mean(wanted: Expected) -> float:
    return wanted.whole.typical.mean if isinstance(wanted.whole, Numbers) else 0.0
