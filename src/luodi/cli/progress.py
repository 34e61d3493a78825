"""Events as plain lines on stderr: for pipes, logs, and terminals without colours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from luodi.cli.small import row_text
from luodi.cli.speech import phrase, say
from luodi.core import words
from luodi.core.events import Event, Listener
from luodi.core.values import Finding


def plain(event: Event) -> None:
    """Tell one event in one line, without a clock."""
    line = line_of(event)
    if line:
        say(line)


def clocked(budget_s: float | None = None) -> Listener:
    """A listener that puts the time since training began before each candidate and some epochs.

    Args:
        budget_s: The training budget in seconds, shown beside the time used; None for no limit.
    """
    from luodi.cli.curves import epoch_text, seldom

    begun, deserves = time.monotonic(), seldom()

    def listen(event: Event) -> None:
        nonlocal begun
        if event.kind == "stage" and event.data["name"] == "train":
            begun = time.monotonic() - event.data.get("spent", 0.0)
        used = _clock(time.monotonic() - begun, budget_s)
        if event.kind == "candidate":
            say(f"  {used} {candidate_text(event.data)}")
        elif event.kind == "epoch":
            if deserves(event.data):
                say(f"  {used} {epoch_text(event.data)}")
        else:
            plain(event)

    return listen


def line_of(event: Event) -> str | None:
    """The line of one event; None for progress and epochs, of which a log needs a few at most."""
    data = event.data
    if event.kind == "stage":
        return f"→ {known('stage', str(data['name']))}"
    if event.kind == "candidate":
        return f"  {candidate_text(data)}"
    if event.kind == "smaller":
        return f"  {data['name']:<28} {row_text(data)}"
    if event.kind == "finding":
        return f"  {finding_text(data['finding'])}"
    return f"  {known('note', **data)}" if event.kind == "note" else None


def known(kind: str, text: str, **facts: Any) -> str:
    """A stage or a note in the language spoken now; its own text where there is no phrase."""
    name = f"{kind}_{text}"
    return phrase(name, **facts) if name in words.room("cli")["phrases"] else text


def candidate_text(data: Mapping[str, Any]) -> str:
    """Name, score and time of one candidate, marked when it is the best so far."""
    best = "  ★" if data.get("best") else ""
    return f"{data['name']:<28} {data['metric']} {shown_score(data)}  {data['seconds']:.1f} s{best}"


def finding_text(finding: Finding) -> str:
    """A finding in one line: severity, code and what was seen."""
    return f"{phrase(finding.severity)}  {finding.code}: {finding.part('seen')}"


def shown_score(data: Mapping[str, Any]) -> str:
    """A score as its metric is written: scores rank higher-is-better, errors are shown positive."""
    from luodi.core.task import LOWER_IS_BETTER

    sign = -1.0 if data["metric"] in LOWER_IS_BETTER else 1.0
    return f"{sign * data['score']:.4f}"


def _clock(used_s: float, budget_s: float | None) -> str:
    limit = "" if budget_s is None else f" / {budget_s:.0f} s"
    return f"[{used_s:5.0f} s{limit}]"
