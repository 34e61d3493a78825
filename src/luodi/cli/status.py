"""``luodi status``: what is in use, how good it is, what is wrong, what happens next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from typer import Argument

from luodi.cli.options import Home, Json, LabelDelay, Language, Window, duration
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, phrase


@verb
def status(
    name: Annotated[
        str | None, Argument(metavar="[NAME]", help="The task; all of the home when not given.")
    ] = None,
    home: Home = Path("."),
    window: Window = "1d",
    label_delay: LabelDelay = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Say how the models in use are doing."""
    from luodi.monitor import rounds
    from luodi.monitor import status as watching
    from luodi.store.home import Home as Store

    delay = None if label_delay is None else duration(label_delay, "--label-delay")
    pace = rounds.Pace(duration(window, "--window"), delay)
    with Store.open(home) as opened:
        used = list(rounds.champion(opened, name))
        told = [watching.status(opened, task, digest, pace) for task, digest in used]
    if as_json:
        answer_json({"tasks": told})
    else:
        answer("\n\n".join("\n".join(lines(one)) for one in told))
    return 0


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """A status as lines for a person."""
    since = str(told["since"] or "-")[:16].replace("T", " ")
    yield phrase("status_champion", task=told["task"], digest=told["champion"][:19], since=since)
    if told["challenger"]:
        yield phrase("status_challenger", digest=told["challenger"][:19])
    traffic = told["traffic"]
    yield phrase(
        "status_traffic",
        per_day=traffic["answers_per_day"],
        day=traffic["last_day"],
        windows=traffic["windows"],
    )
    yield _figure(told["live"], "status_live") or phrase("status_no_live")
    estimate = _figure(told["estimate"], "status_estimate")
    if estimate:
        yield estimate
    alarm = told["alarm"]
    if alarm is None:
        yield phrase("status_quiet")
    else:
        yield phrase("status_alarm", severity=alarm["severity"], code=alarm["code"])
        yield f"  {alarm['seen']}"
        yield f"  {alarm['remedy']}"
    for step in told["next"]:
        yield from _step(step)


def _figure(figure: Mapping[str, Any], name: str) -> str | None:
    held = {key: figure[key] for key in ("metric", "value", "low", "high", "cases")}
    if None in held.values():
        return None
    promised, coverage = figure["promised"], figure["coverage"]
    facts = {
        "promised": "-" if promised is None else f"{promised:.4g}",
        "coverage": 1.0 if coverage is None else coverage,
        "days": (figure["delay_s"] or 0.0) / 86_400,
    }
    if name == "status_live":
        return phrase("status_live", **held, **facts)
    return phrase("status_estimate", **held, **facts)


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    kind = step["step"]
    if kind == "first_window":
        yield phrase("next_first_window", hours=step["seconds"] / 3600)
    elif kind == "settle":
        yield phrase("next_settle", windows=step["windows"])
    elif kind == "truths":
        yield phrase("next_truths", count=step["count"])
    elif kind == "watch":
        yield phrase("next_watch", hours=step["seconds"] / 3600)
