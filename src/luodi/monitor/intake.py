"""What the ledger holds of one release, as sketches by period and as cases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from luodi.core.manifest import Manifest
from luodi.core.modality import Modality
from luodi.core.promise import Promise, promised
from luodi.core.session import STRANGENESS
from luodi.core.sketch import Sketch, merge
from luodi.modalities import modality
from luodi.monitor.cases import Cases, cases
from luodi.monitor.reference import Reference
from luodi.monitor.window import answered, counted, strangeness
from luodi.runtime.container import open_release
from luodi.store.home import Home
from luodi.store.ledger.frames import Cut, What

if TYPE_CHECKING:
    import polars as pl


ANSWER = ("id", "at", "decision", "probability", "action")
COUNTED = ("at", "record", "details", "decision", "probability", "action", "forgotten_at")
TRUTH, FIRST = ("id", "truth", "received_at"), ("id", "received_at")


@dataclass(frozen=True)
class Watched:
    """A release in use, as far as watching needs it.

    Attributes:
        name: The task.
        digest: The release.
        since: When it was last made champion, in microseconds; 0 while it never was.
        reference: What its training looked like.
        promise: What it promised.
        codec: How its records are laid.
        kind: What knows its kind of data.
    """

    name: str
    digest: str
    since: int
    reference: Reference
    promise: Promise
    codec: Mapping[str, Any]
    kind: Modality


def watched(home: Home, name: str, digest: str) -> Watched:
    """A release of a home, checked and opened without its graph.

    Raises:
        LuodiError: ``store.*`` and ``release.*`` when its file is not whole.
    """
    (release,) = [one for one in home.ledger.releases(name) if one.digest == digest]
    members = open_release(home.blobs.get(release.blob))
    manifest: Manifest = members.manifest
    held = {key: members.json[f"{key}.json"] for key in ("codec", "plan", "card", "reference")}
    promise = promised(manifest.goal, held["codec"], held["plan"], held["card"])
    times = [str(column["name"]) for column in held["codec"].get("times", ())]
    reference = Reference.from_json(held["reference"], times)
    kind = modality(manifest.modality)
    return Watched(
        name, digest, _since(home, name, digest), reference, promise, held["codec"], kind
    )


def _since(home: Home, name: str, digest: str) -> int:
    moves = home.ledger.frame("history", name=name)
    mine = moves.filter((moves["alias"] == "champion") & (moves["after"] == digest))
    return int(mine["at"].dt.epoch("us")[-1]) if len(mine) else 0


def sketches(
    home: Home, one: Watched, since: int | None, until: int, length: int
) -> dict[int, Sketch]:
    """The answers of a release, counted by period.

    Args:
        home: The home.
        one: The release.
        since: From this moment on; None for the first answer.
        until: Before this moment.
        length: Length of a period, in microseconds.

    Returns:
        Sketches by number of the period since 1970, in order.
    """
    found: dict[int, Sketch] = {}
    cut = Cut(release=one.digest, since=since, until=until)
    for frame in home.ledger.batches("predictions", cut, COUNTED):
        kept = frame.filter(frame["forgotten_at"].is_null())
        periods = kept["at"].dt.epoch("us") // length
        for number in periods.unique().sort().to_list():
            sketch = _counted(one, kept.filter(periods == number))
            found[number] = merge(found[number], sketch) if number in found else sketch
    return dict(sorted(found.items()))


def _counted(one: Watched, frame: pl.DataFrame) -> Sketch:
    records = [json.loads(text) for text in frame["record"].to_list()]
    watching = STRANGENESS in one.reference.columns
    # of two classes the probability says all, and details are long
    needed = watching or len(one.promise.classes) != 2
    details = [json.loads(text) for text in frame["details"].to_list()] if needed else []
    answers = answered(
        frame["decision"].to_list(),
        frame["probability"].to_list(),
        details,
        frame["action"].to_list(),
        one.promise.classes,
    )
    observed = one.kind.observed(one.codec, records)
    if watching:
        observed = observed._replace(numbers={**observed.numbers, **strangeness(details)})
    return counted(one.reference, observed, answers)


def _columns(home: Home, what: What, cut: Cut, names: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(list(home.ledger.batches(what, cut, names)))


def known_cases(home: Home, one: Watched, since: int, until: int) -> Cases:
    """The answers of a release with the truths that have come.

    Args:
        home: The home.
        one: The release.
        since: From this moment on, in microseconds.
        until: Before this moment.
    """
    import polars as pl

    answered_in = Cut(release=one.digest, since=since, until=until)
    # of two classes the probability says all, and details are long
    detailed = len(one.promise.classes) != 2
    asked = (*ANSWER, "details") if detailed else ANSWER
    answers = _columns(home, "predictions", answered_in, asked)
    came = _columns(home, "outcomes", Cut(release=one.digest, since=since), TRUTH)
    first = _columns(home, "corrected", Cut(release=one.digest, since=since), FIRST)
    both = answers.join(came, on="id", how="left", maintain_order="left")
    both = both.join(_earliest(first), on="id", how="left", maintain_order="left")
    return cases(
        one.promise.classes,
        both["at"].dt.epoch("us").to_list(),
        both["decision"].to_list(),
        both["probability"].to_list(),
        [json.loads(text) for text in both["details"].to_list()] if detailed else [],
        both["action"].to_list(),
        both["truth"].to_list(),
        both.select(pl.min_horizontal("received_at", "first_at").dt.epoch("us"))
        .to_series()
        .to_list(),
    )


def _earliest(corrected: pl.DataFrame) -> pl.DataFrame:
    """When the first truth came of those that were corrected: a correction is no late truth."""
    import polars as pl

    return corrected.group_by("id").agg(pl.col("received_at").min().alias("first_at"))
