"""One round of watching: count what is new, look at it, raise an alarm or end one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.sketch import Sketch, merge
from luodi.monitor.alarms import OVER, Raised, State, classify
from luodi.monitor.budget import DAY_S, Budget
from luodi.monitor.intake import Watched, known_cases, sketches, watched
from luodi.monitor.quality import Quality, expected, measured
from luodi.monitor.watching import Seen, look
from luodi.store import windows
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Alarm

LEAST_ROWS = 200
MOST_PERIODS = 7
QUALITY_DAYS = 60
RECENT_DAYS = 7
QUIET_TO_END = 2


@dataclass(frozen=True)
class Pace:
    """How a model is watched.

    Attributes:
        window_s: Length of a window; one with few answers grows by whole lengths, up to seven.
        delay_s: How long truths take to come; None to estimate it.
        budget: How many false alarms are allowed.
    """

    window_s: float = DAY_S
    delay_s: float | None = None
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class Round:
    """What one round found.

    Attributes:
        one: The release.
        windows: All windows that are known, oldest first.
        new: How many of them this round added.
        raised: Alarms that began or ended, oldest first.
        live: The figure from truths.
        estimate: The figure to expect of the latest answers.
        per_day: Answers a day, lately.
    """

    one: Watched
    windows: Sequence[Seen]
    new: int
    raised: Sequence[Raised]
    live: Quality
    estimate: Quality
    per_day: float


def champion(home: Home, name: str | None) -> Iterator[tuple[str, str]]:
    """The tasks of a home, or one of them, with the release in use.

    Raises:
        LuodiError: ``alarm.no_champion``.
    """
    known = sorted({release.name for release in home.ledger.releases()})
    found = [(one, home.ledger.aliases(one).get("champion")) for one in known]
    used = [(one, digest) for one, digest in found if digest and name in (None, one)]
    if not used:
        raise LuodiError("alarm.no_champion", name=name or "-", known=", ".join(known) or "-")
    yield from used


def once(home: Home, name: str, digest: str, pace: Pace, now: int | None = None) -> Round:
    """Count, look, and keep what was found in the ledger.

    Args:
        home: The home.
        name: The task.
        digest: The release in use.
        pace: How it is watched.
        now: This moment, in microseconds.

    Raises:
        LuodiError: as ``Ledger``; ``release.*``; ``environment.disk``.
    """
    moment = now_us() if now is None else now
    one = watched(home, name, digest)
    earlier = history(home, digest)
    fresh = list(_fresh(home, one, earlier, pace, moment))
    live, estimate, per_day = quality(home, one, pace, moment)
    raised: list[Raised] = []
    for window in fresh:
        seen = look(one.reference, window, earlier, pace.budget)
        level = pace.budget.for_quality(pace.window_s)
        # windows that are made up for share today's figure: truths come late for all of them
        state = State(one.promise, seen.findings, live, estimate, per_day, level)
        seen, told = _told(seen, earlier, classify(state))
        raised += told
        _keep(home, digest, seen, told)
        earlier = [*earlier, seen]
    return Round(one, earlier, len(fresh), raised, live, estimate, per_day)


def history(home: Home, digest: str) -> list[Seen]:
    """The windows of a release that were looked at, oldest first."""
    found = []
    for record in windows.kept(home.folder, digest):
        try:
            found.append(Seen.from_json(record))
        except (KeyError, TypeError, ValueError):
            continue  # of another version: its answers are still in the ledger
    return found


def quality(home: Home, one: Watched, pace: Pace, now: int) -> tuple[Quality, Quality, float]:
    """The figure from truths, the figure to expect of the last week, and answers a day."""
    day = int(DAY_S * 1e6)
    span = max(QUALITY_DAYS * DAY_S, 4 * (pace.delay_s or 0.0))
    cases = known_cases(home, one, now - int(span * 1e6), now)
    recent = cases.take(cases.at >= now - RECENT_DAYS * day)
    live = measured(one.promise, cases, now, pace.delay_s)
    lasted = min(RECENT_DAYS, (now - int(recent.at[0])) / day) if len(recent) else RECENT_DAYS
    per_day = len(recent) / max(lasted, pace.window_s / DAY_S)
    return live, expected(one.promise, recent), per_day


def _fresh(
    home: Home, one: Watched, earlier: Sequence[Seen], pace: Pace, now: int
) -> Iterator[Seen]:
    """Windows that have ended and were not looked at yet; starts and ends are round moments."""
    length = int(pace.window_s * 1e6)
    since = earlier[-1].end if earlier else None
    held: Sketch | None = None
    start = first = 0
    for number, sketch in sketches(home, one, since, now // length * length, length).items():
        if held is None or number - first >= MOST_PERIODS:
            held, first, start = sketch, number, number * length
        else:
            held = merge(held, sketch)
        if held.rows >= LEAST_ROWS:
            yield Seen(start, (number + 1) * length, held)
            held = None


def _told(seen: Seen, earlier: Sequence[Seen], alarm: Raised | None) -> tuple[Seen, list[Raised]]:
    """The window with the alarm that is open after it, and what is to be told of it."""
    was = earlier[-1].alarm if earlier else None
    if alarm is None:
        quiet = (earlier[-1].quiet if earlier else 0) + 1
        ends = was is not None and quiet >= QUIET_TO_END
        left = None if ends else was
        return replace(seen, alarm=left, quiet=quiet), [Raised(OVER)] if ends else []
    now = {"code": alarm.code, "columns": sorted(alarm.columns), "causes": alarm.causes}
    known = set((was or {}).get("causes", ()))
    same = was is not None and was["code"] == alarm.code and set(alarm.causes) <= known
    kept: Mapping[str, Any] = was if same and was is not None else now
    return replace(seen, alarm=dict(kept), quiet=0), [] if same else [alarm]


def _keep(home: Home, digest: str, seen: Seen, told: Sequence[Raised]) -> None:
    """First the alarm, then the window: a round that is stopped between tells it again."""
    where = {"window": {"start": seen.start, "end": seen.end, "answers": seen.sketch.rows}}
    rows = [
        Alarm(digest, one.code, one.severity, {**one.evidence, **where}, seen.end) for one in told
    ]
    home.ledger.raise_alarms(rows)
    windows.put(home.folder, digest, seen.start, seen.to_json())
