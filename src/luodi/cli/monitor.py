"""``luodi monitor``: look at what was answered, raise alarms, again and again if asked."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, LabelDelay, Language, Window, duration
from luodi.cli.outcome import guarded, verb
from luodi.cli.speech import answer, answer_json, phrase, say

if TYPE_CHECKING:
    from luodi.monitor.rounds import Pace, Round
    from luodi.store.home import Home as Store


@verb
def monitor(
    name: Annotated[
        str | None, Argument(metavar="[NAME]", help="The task; all of the home when not given.")
    ] = None,
    home: Home = Path("."),
    once: Annotated[bool, Option("--once", help="Look once; this is so without --every.")] = False,
    every: Annotated[
        str | None, Option("--every", metavar="TIME", help="Look again after so long, for ever.")
    ] = None,
    window: Window = "1d",
    label_delay: LabelDelay = None,
    false_alarms: Annotated[
        float,
        Option("--false-alarms", min=0.001, max=1000.0, help="False alarms allowed in 90 days."),
    ] = 1.0,
    webhook: Annotated[
        str | None,
        Option("--webhook", metavar="URL", help="Where alarms are sent; nowhere when not given."),
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Look for inputs that broke or moved and for a model that got worse."""
    from luodi.monitor import outlets
    from luodi.monitor.budget import Budget
    from luodi.monitor.rounds import Pace

    url = None if webhook is None else outlets.address(webhook)
    wait = None if every is None or once else duration(every, "--every")
    delay = None if label_delay is None else duration(label_delay, "--label-delay")
    pace = Pace(duration(window, "--window"), delay, Budget(false_alarms))
    status = _round(home, name, pace, url, as_json)
    while wait is not None:
        time.sleep(wait)
        status = guarded(lambda: _round(home, name, pace, url, as_json), as_json)
    return status


def _round(home: Path, name: str | None, pace: Pace, url: str | None, as_json: bool) -> int:
    from luodi.monitor import rounds
    from luodi.store.home import Home as Store

    records: list[dict[str, object]] = []
    with Store.open(home) as opened:
        ends = [
            guarded(partial(_task, opened, task, digest, pace, url, records, as_json), False)
            for task, digest in rounds.champion(opened, name)
        ]
    if as_json:
        answer_json({"tasks": records})
    return max(ends)


def _task(
    opened: Store,
    task: str,
    digest: str,
    pace: Pace,
    url: str | None,
    records: list[dict[str, object]],
    as_json: bool,
) -> int:
    """Look at one task and tell what is new of it at once; what comes after it may fail."""
    from luodi.monitor import delivery, outlets, rounds

    one = rounds.once(opened, task, digest, pace)
    records.append(_record(one))
    if not as_json:
        for alarm in one.raised:
            answer(outlets.line(task, digest, alarm))
    say(phrase("monitor_done", task=task, new=one.new, raised=len(one.raised)))
    if url is not None and not delivery.deliver(opened, task, digest, url):
        say(phrase("webhook_failed"))
    last = one.windows[-1].alarm if one.windows else None
    return outlets.exit_status([last["code"]] if last else [])


def _record(one: Round) -> dict[str, object]:
    return {
        "task": one.one.name,
        "release": one.one.digest,
        "new_windows": one.new,
        "raised": [alarm.record() for alarm in one.raised],
        "alarm": one.windows[-1].alarm if one.windows else None,
        "live": one.live.record(),
        "estimate": one.estimate.record(),
    }
