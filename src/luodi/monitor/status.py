"""How a model in service is doing, as one value: what is in use, how good, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from luodi.core.sketch import Categories, Sketch
from luodi.monitor.alarms import OVER, Raised
from luodi.monitor.budget import DAY_S
from luodi.monitor.figure import FEWEST_TRUTHS, Quality
from luodi.monitor.intake import watched
from luodi.monitor.rounds import Pace, history, quality
from luodi.monitor.watching import Seen, learned
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.frames import Cut

LATEST_ALARMS = 5


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
        JSON data: ``task``, ``champion``, ``challenger``, ``since``, ``traffic``, ``live``,
        ``estimate``, ``alarm`` (the one that is open, or None), ``alarms`` (the latest), ``next``
        (what happens next, by name, with its numbers).
    """
    kept, moment = pace or Pace(), now_us() if now is None else now
    one = watched(home, name, digest)
    windows = history(home, digest)
    live, estimate, per_day = quality(home, one, kept, moment)
    told = _alarms(home, digest)
    open_now = windows[-1].alarm if windows else None
    return {
        "task": name,
        "champion": digest,
        "challenger": home.ledger.aliases(name).get("challenger"),
        "since": _since(home, name, digest),
        "traffic": {
            "answers_per_day": per_day,
            "last_day": _answers_since(home, digest, moment - int(DAY_S * 1e6)),
            "windows": len(windows),
            "last_window": _last(windows),
        },
        "live": live.record(),
        "estimate": estimate.record(),
        "alarm": None if open_now is None else _of(told, open_now["code"]),
        "alarms": told[-LATEST_ALARMS:],
        "next": _next(windows, live, kept, one.reference.season is not None),
    }


def _alarms(home: Home, digest: str) -> list[dict[str, Any]]:
    frame = home.ledger.frame("alarms", release=digest)
    return [
        {"at": row["at"].isoformat(), **Raised(row["code"], json.loads(row["evidence"])).record()}
        for row in frame.iter_rows(named=True)
    ]


def _of(told: Sequence[dict[str, Any]], code: str) -> dict[str, Any] | None:
    """The latest alarm of a kind."""
    return next((one for one in reversed(told) if one["code"] == code), None)


def _since(home: Home, name: str, digest: str) -> str | None:
    moves = home.ledger.frame("history", name=name)
    mine = moves.filter((moves["alias"] == "champion") & (moves["after"] == digest))
    return mine["at"][-1].isoformat() if len(mine) else None


def _answers_since(home: Home, digest: str, since: int) -> int:
    cut = Cut(release=digest, since=since)
    return sum(len(frame) for frame in home.ledger.batches("predictions", cut))


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


def _next(windows: Sequence[Seen], live: Quality, pace: Pace, timed: bool) -> list[dict[str, Any]]:
    """What happens next, or what is waited for, most pressing first."""
    steps: list[dict[str, Any]] = []
    alarm = windows[-1].alarm if windows else None
    if alarm is not None and alarm["code"] != OVER:
        steps.append({"step": "act", "code": alarm["code"], "columns": alarm["columns"]})
    if not windows:
        steps.append({"step": "first_window", "seconds": pace.window_s})
    elif not timed:
        # a column that has moved does not keep the others from settling
        quiet = max(learned(windows).windows.values(), default=0)
        if quiet < pace.budget.settle:
            steps.append({"step": "settle", "windows": pace.budget.settle - quiet})
    if live.cases < FEWEST_TRUTHS:
        steps.append({"step": "truths", "count": FEWEST_TRUTHS - live.cases})
    return steps or [{"step": "watch", "seconds": pace.window_s}]
