"""How a model in service is doing, as one value: what is in use, how good, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from luodi.core.sketch import Categories, Sketch
from luodi.monitor.alarms import Raised
from luodi.monitor.budget import DAY_S
from luodi.monitor.figure import FEWEST_TRUTHS, Quality
from luodi.monitor.intake import watched
from luodi.monitor.rounds import Pace, history, quality
from luodi.monitor.told import before
from luodi.monitor.traffic import answers
from luodi.monitor.watching import Seen, learned
from luodi.store.home import Home
from luodi.store.ledger import reviews
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.frames import Cut

LATEST_ALARMS = 5
LATE = 2
"""Periods without a look that are too many."""


def status(
    home: Home, name: str, digest: str, pace: Pace | None = None, now: int | None = None
) -> dict[str, Any]:
    """How one task is doing. It only reads.

    Args:
        home: The home.
        name: The task.
        digest: The release in use.
        pace: How it is watched.
        now: This moment, in microseconds.

    Returns:
        JSON data: ``task``, ``champion``, ``challenger``, ``since``, ``watched`` (until when, and
        whether that is late), ``alarm`` (the one that is open, since when, or None), ``live``,
        ``estimate``, ``traffic``, ``reviews`` (how many wait for a person), ``alarms`` (the
        latest), ``next`` (what happens next, by name, with its numbers).
    """
    kept, moment = pace or Pace(), now_us() if now is None else now
    one = watched(home, name, digest)
    windows = history(home, digest)
    live, estimate, per_day = quality(home, one, kept, moment)
    told = _alarms(home, digest)
    open_now = before(windows, one.since if one.since <= moment else 0).alarm
    return {
        "task": name,
        "champion": digest,
        "challenger": home.ledger.aliases(name).get("challenger"),
        "since": _iso(one.since) if one.since else None,
        "watched": _watched(windows, moment),
        "alarm": _of(told, open_now),
        "live": live.record(),
        "estimate": estimate.record(),
        "traffic": {
            "answers_per_day": per_day,
            "last_day": home.ledger.count(
                "predictions", Cut(release=digest, since=moment - int(DAY_S * 1e6))
            ),
            "windows": len(windows),
            "last_window": _last(windows),
            **answers(one.reference, windows),
        },
        "reviews": reviews.states(home.ledger, name),
        "alarms": told[-LATEST_ALARMS:],
        "next": _next(windows, open_now, live, kept, one.reference.season is not None),
    }


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).isoformat()


def _watched(windows: Sequence[Seen], now: int) -> dict[str, Any] | None:
    """When the last window ended, when somebody last looked, and whether that is too long ago."""
    if not windows:
        return None
    last = windows[-1]
    return {
        "window_end": _iso(last.end),
        "age_s": max(0.0, (now - last.end) / 1e6),
        "looked_at": _iso(last.looked_at),
        "late": now - last.looked_at > LATE * last.period_s * 1e6,
    }


def _alarms(home: Home, digest: str) -> list[dict[str, Any]]:
    frame = home.ledger.frame("alarms", release=digest)
    return [
        {"at": row["at"].isoformat(), **Raised(row["code"], json.loads(row["evidence"])).record()}
        for row in frame.iter_rows(named=True)
    ]


def _of(
    told: Sequence[dict[str, Any]], open_now: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The alarm that is open, as it was told last, and since when it is."""
    if open_now is None:
        return None
    mine = (one for one in reversed(told) if one["code"] == open_now["code"])
    facts = {"since": _iso(open_now["since"]), "columns": open_now["columns"]}
    return {**next(mine, Raised(open_now["code"]).record()), **facts}


def _last(windows: Sequence[Seen]) -> dict[str, Any] | None:
    if not windows:
        return None
    last = windows[-1]
    return {
        "start": last.start,
        "end": last.end,
        "answers": last.sketch.rows,
        "decisions": _decisions(last.sketch),
        "findings": [
            {"code": one.code, "column": one.column, "evidence": dict(one.evidence)}
            for one in last.findings
        ],
    }


def _decisions(sketch: Sketch) -> list[int] | None:
    decided = sketch.answers.get("decision")
    return list(decided.counts) if isinstance(decided, Categories) else None


def _next(
    windows: Sequence[Seen],
    alarm: Mapping[str, Any] | None,
    live: Quality,
    pace: Pace,
    timed: bool,
) -> list[dict[str, Any]]:
    """What happens next, or what is waited for, most pressing first."""
    steps: list[dict[str, Any]] = []
    period_s = windows[-1].period_s if windows else pace.window_s
    if alarm is not None:
        steps.append({"step": "act", "code": alarm["code"], "columns": alarm["columns"]})
    if not windows:
        steps.append({"step": "first_window", "seconds": period_s})
    elif not timed:
        # a column that has moved does not keep the others from settling
        quiet = max(learned(windows).windows.values(), default=0)
        if quiet < pace.budget.settle:
            steps.append({"step": "settle", "windows": pace.budget.settle - quiet})
    if live.cases < FEWEST_TRUTHS:
        steps.append({"step": "truths", "count": FEWEST_TRUTHS - live.cases})
    return steps or [{"step": "watch", "seconds": period_s}]
