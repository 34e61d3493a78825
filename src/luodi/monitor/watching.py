"""Window after window: what is flagged, what lasts, and what quiet windows teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from luodi.core.session import STRANGENESS
from luodi.core.sketch import Sketch, merge
from luodi.core.values import Finding
from luodi.monitor.budget import DAY_S, Budget
from luodi.monitor.causes import causes, dead
from luodi.monitor.drift import compare, lasting, worth_a_look
from luodi.monitor.evidence import Learned
from luodi.monitor.reference import Reference

REMEMBERED = 200
STILL, SLOWLY = "still", "slowly/"
TOGETHER = 8
LOOKS = 2
"""A window is looked at alone, and together with the seven before it."""


@dataclass(frozen=True)
class Seen:
    """One window, after it was looked at.

    Attributes:
        start: Its first moment, in microseconds since 1970 in UTC.
        end: The moment after its last.
        sketch: What it held.
        flags: Keys of the evidence that was worth a look.
        measured: By aspect and column, what was measured and the variance that chance gives it.
        findings: What lasts, column by column.
        alarm: The alarm that is open after it: its code, columns and causes, and since when;
            None when none is.
        quiet: How many windows in a row, this one included, called for no alarm.
        period_s: Length of the periods that it is made of, in seconds.
        looked_at: When quality was last judged beside it, in microseconds.
    """

    start: int
    end: int
    sketch: Sketch
    flags: frozenset[str] = frozenset()
    measured: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    alarm: Mapping[str, Any] | None = None
    quiet: int = 0
    period_s: float = DAY_S
    looked_at: int = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start) / 1e6

    def to_json(self) -> dict[str, Any]:
        """The window as JSON data."""
        return {
            "start": self.start,
            "end": self.end,
            "sketch": self.sketch.to_json(),
            "flags": sorted(self.flags),
            "measured": {key: list(pair) for key, pair in self.measured.items()},
            "findings": [_plain(one) for one in self.findings],
            "alarm": None if self.alarm is None else dict(self.alarm),
            "quiet": self.quiet,
            "period_s": self.period_s,
            "looked_at": self.looked_at,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Seen:
        """The window from JSON data.

        Raises:
            KeyError, TypeError, ValueError: it is no window.
        """
        return cls(
            int(data["start"]),
            int(data["end"]),
            Sketch.from_json(data["sketch"]),
            frozenset(data["flags"]),
            {key: (float(a), float(b)) for key, (a, b) in data["measured"].items()},
            tuple(Finding(**one) for one in data["findings"]),
            data["alarm"],
            int(data["quiet"]),
            float(data["period_s"]),
            int(data["looked_at"]),
        )


def look(
    reference: Reference,
    window: Seen,
    earlier: Sequence[Seen],
    budget: Budget | None = None,
) -> Seen:
    """Look at a window in the light of those before it.

    Args:
        reference: The release's.
        window: The window, of which start, end and sketch are known.
        earlier: The windows before it, oldest first, looked at already.
        budget: How many false alarms are allowed.

    Returns:
        The window with what was found.
    """
    allowed = budget or Budget()
    known = learned(earlier, REMEMBERED if reference.season is not None else allowed.settle)
    sure = settled(reference, known, allowed.settle)
    evidence = compare(reference, window.sketch, window.seconds, known, sure)
    level = allowed.for_inputs(window.seconds, LOOKS * len(evidence))
    before = earlier[-1].flags if earlier else frozenset()
    flagged = worth_a_look(evidence, level, sure)
    lasts = lasting(flagged, before, level)
    still = {str(one.column): one for one in dead(reference, window.sketch, _sketches(earlier))}
    named = {one.column for one in lasts}
    # a column that stands still must do so for a second window too, unless more speaks of it
    found = {
        name: one for name, one in still.items() if name in named or f"{STILL}:{name}" in before
    }
    for one in causes(reference, window.sketch, lasts, evidence):
        found.setdefault(str(one.column), one)
    slow, slow_flags = _slowly(reference, window, earlier, level)
    for one in slow:
        found.setdefault(str(one.column), one)
    flags = {one.key for one in flagged} | {f"{STILL}:{name}" for name in still} | slow_flags
    measured = {f"{e.aspect}:{e.column}": (e.difference, e.variance) for e in evidence}
    kept = tuple(found.values())
    return replace(window, flags=frozenset(flags), measured=measured, findings=kept)


def _slowly(
    reference: Reference, window: Seen, earlier: Sequence[Seen], level: float
) -> tuple[tuple[Finding, ...], set[str]]:
    """What only several windows together show: a small shift under sensors that remember.

    Only where training says how far windows of that length wander; a few windows of service
    cannot.
    """
    several = [*earlier[-(TOGETHER - 1) :], window]
    if reference.season is None or len(several) < TOGETHER:
        return (), set()
    joined = reduce(merge, _sketches(several))
    seconds = sum(one.seconds for one in several)
    evidence = compare(reference, joined, seconds)
    flagged = worth_a_look(evidence, level, _timed(reference))
    lasts = lasting(flagged, _without(earlier[-1].flags), level)
    return causes(reference, joined, lasts, evidence), {f"{SLOWLY}{one.key}" for one in flagged}


def _sketches(windows: Sequence[Seen]) -> list[Sketch]:
    return [one.sketch for one in windows]


def _without(flags: frozenset[str]) -> frozenset[str]:
    """The keys of what several windows together showed the last time."""
    return frozenset(one.removeprefix(SLOWLY) for one in flags if one.startswith(SLOWLY))


def learned(earlier: Sequence[Seen], most: int = REMEMBERED) -> Learned:
    """What the windows before teach: of each column those in which it was quiet.

    Args:
        earlier: The windows before, oldest first.
        most: How many of a column count, the first ones. Were they all to count, a column that
            drifts slowly would teach that drifting is its way.
    """
    windows: dict[str, int] = {}
    differences: dict[tuple[str, str], list[float]] = {}
    variances: dict[tuple[str, str], list[float]] = {}
    for window in earlier[-REMEMBERED:]:
        taught = {flag.partition(":")[2] for flag in window.flags}
        taught |= {column for column, count in windows.items() if count >= most}
        quiet = set()
        for key, (difference, variance) in window.measured.items():
            aspect, _, column = key.partition(":")
            if column not in taught:
                differences.setdefault((aspect, column), []).append(difference)
                variances.setdefault((aspect, column), []).append(variance)
                quiet.add(column)
        windows |= {column: windows.get(column, 0) + 1 for column in quiet}
    return Learned(windows, differences, variances)


def settled(reference: Reference, known: Learned, settle: int) -> frozenset[str]:
    """The columns of which it is known how far they wander, so that small effects count too."""
    timed = _timed(reference) if reference.season is not None else frozenset()
    return timed | {name for name in reference.columns if known.windows.get(name, 0) >= settle}


def _timed(reference: Reference) -> frozenset[str]:
    """The columns whose course of time is known: strangeness has none, for what was learned from
    is never strange."""
    return frozenset(reference.columns) - {STRANGENESS}


def _plain(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity,
        "column": one.column,
        "evidence": dict(one.evidence),
    }
