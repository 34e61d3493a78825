"""``luodi monitor``: look at what was answered, raise alarms, again and again if asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, LabelDelay, Language, Window, duration
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, phrase, say

if TYPE_CHECKING:
    from luodi.monitor.rounds import Pace, Round


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
    while True:
        status = _round(home, name, pace, url, as_json)
        if wait is None:
            return status
        time.sleep(wait)


def _round(home: Path, name: str | None, pace: Pace, url: str | None, as_json: bool) -> int:
    from luodi.monitor import outlets, rounds
    from luodi.store.home import Home as Store

    with Store.open(home) as opened:
        used = list(rounds.champion(opened, name))
        found = [rounds.once(opened, task, digest, pace) for task, digest in used]
    for one in found:
        _tell(one, url, as_json)
    if as_json:
        answer_json({"tasks": [_record(one) for one in found]})
    last = [one.windows[-1].alarm for one in found if one.windows]
    return outlets.exit_status([alarm["code"] for alarm in last if alarm])


def _tell(one: Round, url: str | None, as_json: bool) -> None:
    from luodi.monitor import outlets

    task, digest = one.one.name, one.one.digest
    for alarm in one.raised:
        if not as_json:
            answer(outlets.line(task, digest, alarm))
        if url is not None and not outlets.post(url, outlets.message(task, digest, alarm)):
            say(phrase("webhook_failed"))
    say(phrase("monitor_done", task=task, new=one.new, raised=len(one.raised)))


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
