"""One round of watching: count what is new, look at it, raise an alarm or end one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from luodi.core.errors import LuodiError
from luodi.monitor.alarms import Raised, State, classify
from luodi.monitor.budget import DAY_S, Budget
from luodi.monitor.estimate import expected, usual
from luodi.monitor.figure import Quality
from luodi.monitor.intake import Watched, known_cases, sketches, watched
from luodi.monitor.periods import ended
from luodi.monitor.quality import measured
from luodi.monitor.told import Before, before, is_news, told
from luodi.monitor.watching import REMEMBERED, Seen, look
from luodi.store import windows
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Alarm

QUALITY_DAYS = 60
RECENT_DAYS = 7


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
        raised: Alarms that began or ended, oldest first; without those that another machine with
            the same ledger has told already.
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
    # two at once would count and tell the same window twice
    with windows.alone(home.folder, digest):
        return _once(home, watched(home, name, digest), pace, moment)


def _once(home: Home, one: Watched, pace: Pace, now: int) -> Round:
    earlier = history(home, one.digest)
    fresh = list(_fresh(home, one, earlier, pace, now))
    live, estimate, per_day = quality(home, one, pace, now)
    reign = one.since if one.since <= now else 0
    level = pace.budget.for_quality(pace.window_s)
    raised: list[Raised] = []
    for window in fresh:
        seen = look(one.reference, window, earlier, pace.budget)
        # today's figure says nothing of the other windows that are made up for
        judged = window is fresh[-1]
        unknown = Quality(one.promise.metric)
        figures = (live, estimate) if judged else (unknown, unknown)
        alarm = classify(State(one.promise, seen.findings, *figures, per_day, level))
        seen, news = told(seen, before(earlier, reign), alarm, judged=judged)
        raised += _keep(home, one.digest, seen, news, seen.end, reign)
        earlier = [*earlier, seen]
    if not fresh and earlier and now // _length(pace) > earlier[-1].looked_at // _length(pace):
        alarm = classify(State(one.promise, earlier[-1].findings, live, estimate, per_day, level))
        earlier[-1], news = _again(earlier[-1], before(earlier, reign), alarm, now)
        raised = _keep(home, one.digest, earlier[-1], news, now, reign)
    return Round(one, earlier, len(fresh), raised, live, estimate, per_day)


def _again(last: Seen, stood: Before, alarm: Raised | None, now: int) -> tuple[Seen, list[Raised]]:
    """Quality judged beside the last window, as a period has passed and no other window ended.

    That can raise an alarm; to end one takes windows.
    """
    last = replace(last, alarm=stood.alarm, quiet=stood.quiet, looked_at=now)
    return (last, []) if alarm is None else told(last, stood, alarm, at=now)


def history(home: Home, digest: str) -> list[Seen]:
    """The windows of a release that were looked at, oldest first."""
    found = []
    for record in windows.kept(home.folder, digest, REMEMBERED):
        try:
            found.append(Seen.from_json(record))
        except (KeyError, TypeError, ValueError):
            continue  # of another version: its answers are still in the ledger
    return sorted(found, key=lambda one: one.end)


def quality(home: Home, one: Watched, pace: Pace, now: int) -> tuple[Quality, Quality, float]:
    """The figure from truths, the figure to expect of the last week, and answers a day."""
    day = int(DAY_S * 1e6)
    span = max(QUALITY_DAYS * DAY_S, 4 * (pace.delay_s or 0.0))
    cases = known_cases(home, one, now - int(span * 1e6), now)
    recent = cases.take(cases.at >= now - RECENT_DAYS * day)
    live = measured(one.promise, cases, now, pace.delay_s)
    lasted = min(RECENT_DAYS, (now - int(recent.at[0])) / day) if len(recent) else RECENT_DAYS
    per_day = len(recent) / max(lasted, pace.window_s / DAY_S)
    estimate = replace(expected(one.promise, recent), usual=usual(one.promise, one.reference))
    return live, estimate, per_day


def _fresh(
    home: Home, one: Watched, earlier: Sequence[Seen], pace: Pace, now: int
) -> Iterator[Seen]:
    """Windows that have ended and were not looked at yet."""
    length = _length(pace)
    since = earlier[-1].end if earlier else None
    until = now // length * length
    for window in ended(sketches(home, one, since, until, length), length, since, until):
        yield replace(window, period_s=pace.window_s, looked_at=now)


def _length(pace: Pace) -> int:
    return int(pace.window_s * 1e6)


def _keep(
    home: Home, digest: str, seen: Seen, news: Sequence[Raised], at: int, reign: int
) -> list[Raised]:
    """Keep what was found; of the alarms those that nobody had told before.

    First the alarm, then the window: a round that is stopped between finds the alarm again, and
    the ledger knows it.
    """
    where = {"window": {"start": seen.start, "end": seen.end, "answers": seen.sketch.rows}}
    rows = [Alarm(digest, one.code, one.severity, {**one.evidence, **where}, at) for one in news]
    kept = home.ledger.raise_alarms(rows, lambda one, known: is_news(one, known, reign))
    windows.put(home.folder, digest, seen.start, seen.to_json())
    return [one for one, new in zip(news, kept, strict=True) if new]
