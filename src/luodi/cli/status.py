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
    from luodi import loop
    from luodi.monitor import rounds
    from luodi.monitor import status as watching
    from luodi.store.home import Home as Store

    delay = None if label_delay is None else duration(label_delay, "--label-delay")
    pace = rounds.Pace(duration(window, "--window"), delay)
    with Store.open(home) as opened:
        used = list(rounds.champion(opened, name))
        told = [
            {
                **watching.status(opened, task, digest, pace),
                "challenge": loop.challenge(opened, task),
            }
            for task, digest in used
        ]
    if as_json:
        answer_json({"tasks": told})
    else:
        answer("\n\n".join("\n".join(lines(one)) for one in told))
    return 0


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """A status as lines for a person, most important first; moments are in UTC."""
    since = _moment(told["since"])
    yield phrase("status_champion", task=told["task"], digest=told["champion"][:19], since=since)
    yield from _verdict(told["watched"], told["alarm"])
    yield from _quality(told["live"], told["estimate"])
    yield from _traffic(told["traffic"])
    if told.get("reviews", {}).get("waiting"):
        yield phrase("status_reviews", waiting=told["reviews"]["waiting"], task=told["task"])
    yield from _challenge(told["challenger"], told.get("challenge"))
    for step in told["next"]:
        yield from _step(step)


def _moment(iso: str | None) -> str:
    return str(iso or "-")[:16].replace("T", " ")


def _verdict(watched: Mapping[str, Any] | None, alarm: Mapping[str, Any] | None) -> Iterator[str]:
    """What is wrong and what to do about it, and how old that is."""
    if watched is None:
        yield phrase("status_unwatched")
        return
    end, hours = _moment(watched["window_end"]), watched["age_s"] / 3600
    if alarm is None:
        yield phrase("status_quiet", end=end, hours=hours)
    else:
        since = _moment(alarm["since"])
        named = {"severity": alarm["severity"], "code": alarm["code"]}
        yield phrase("status_alarm", **named, since=since, end=end, hours=hours)
    if watched["late"]:
        yield phrase("status_late", since=_moment(watched["looked_at"]))
    if alarm is not None:
        yield from (f"    {one['seen']}. {one['remedy']}" for one in alarm["causes"])
        yield f"    {alarm['remedy']}"
        yield f"    {alarm['cost']}"


def _quality(live: Mapping[str, Any], estimate: Mapping[str, Any]) -> Iterator[str]:
    figure = _figure(live, "status_live")
    yield figure or phrase("status_no_live")
    if live["silent"] == "part":
        yield phrase("status_part")
    elif live["silent"] == "undefined":
        yield phrase("status_undefined", metric=live["metric"], cases=live["cases"])
    expected = _figure(estimate, "status_estimate")
    if expected:
        yield expected


def _traffic(traffic: Mapping[str, Any]) -> Iterator[str]:
    per_day, day, windows = (traffic[key] for key in ("answers_per_day", "last_day", "windows"))
    yield phrase("status_traffic", per_day=per_day, day=day, windows=windows)
    review, scores = traffic["review"], traffic["scores"]
    if review and None not in review.values():
        yield phrase("status_review", now=review["now"], before=review["training"])
    if scores and None not in scores.values():
        now, before = (" / ".join(f"{x:.3g}" for x in scores[k]) for k in ("now", "training"))
        yield phrase("status_scores", now=now, before=before)


def _challenge(digest: str | None, challenge: Mapping[str, Any] | None) -> Iterator[str]:
    """How the challenger does: on outcomes that it has not seen, and on live traffic."""
    if digest is None or challenge is None:
        return
    if "error" in challenge:
        yield phrase("status_unreadable", digest=digest[:19], seen=challenge["error"]["seen"])
        return
    trial, shadow = challenge["trial"], challenge["shadow"]
    against = {key: trial["against"][key] for key in ("gain", "low", "high", "p")}
    other = trial["against_recalibrated"]
    both = "-" if other is None else f"{other['p']:.2g}"
    facts = {"outcomes": trial["outcomes"], "alpha": trial["alpha"], "both": both, **against}
    yield phrase("status_challenger", digest=digest[:19], **facts)
    yield phrase("status_shadow", answers=shadow["answers"], changed=shadow["changed"])


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
        yield phrase("next_first_window", length=_length(step["seconds"]))
    elif kind == "settle":
        yield phrase("next_settle", windows=step["windows"])
    elif kind == "truths":
        yield phrase("next_truths", count=step["count"])
    elif kind == "watch":
        yield phrase("next_watch", length=_length(step["seconds"]))


def _length(seconds: float) -> str:
    """A length of time as an option would say it: ``4s``, ``15m``, ``1d``."""
    for unit, each in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds % each == 0:
            return f"{seconds / each:g}{unit}"
    return f"{seconds:g}s"
