"""Trainings that go by epochs, as they are told: a plot on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from luodi.cli.progress import shown_score
from luodi.cli.speech import phrase
from luodi.core.plot import bars, braille

ROWS, CELLS, SHORT = 3, 26, 12
MOST = 3
"""Trainings that are shown: the running one with a plot, those before it in a line each."""
LEAST_S, SHARE = 10.0, 0.1
"""A plain line comes after so long, or after this share of the time that a training will take."""

Facts = Mapping[str, Any]


@dataclass
class Curve:
    """One training so far.

    Attributes:
        last: What the last epoch told.
        losses: Loss by epoch.
        scores: Score by epoch, as its metric is written: errors are positive.
    """

    last: Facts
    losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def add(self, facts: Facts) -> None:
        """One more epoch."""
        self.last = facts
        self.losses.append(facts["loss"])
        self.scores.append(float(shown_score(facts)))


class Curves:
    """The trainings of a build. Its state outlives a call: epochs come in, lines go out."""

    def __init__(self) -> None:
        self.known: dict[str, Curve] = {}
        self.running = True

    def add(self, facts: Facts) -> None:
        """One more epoch of a training, by its name."""
        self.known.setdefault(facts["name"], Curve(facts)).add(facts)
        self.running = True

    def lines(self) -> list[str]:
        """The last trainings in a line each, and a plot of the one that runs."""
        shown = list(self.known.values())[-MOST:]
        if not shown or not self.running:
            return [_line(curve) for curve in shown]
        return [*(_line(curve) for curve in shown[:-1]), *_plot(shown[-1])]


def epoch_text(facts: Facts) -> str:
    """One epoch in a line: how far, how good, how long still.

    Example:
        >>> facts = {"name": "lenet 2", "epoch": 3, "epochs": 12, "loss": 0.25, "seconds": 6.0}
        >>> epoch_text({**facts, "metric": "accuracy", "score": 0.975})
        'lenet 2  epoch 3/12  loss 0.2500  accuracy 0.9750  18 s left'
    """
    left = phrase("epoch_left", seconds=f"{left_s(facts):.0f}")
    score = f"{facts['metric']} {shown_score(facts)}"
    said = phrase("epoch", done=facts["epoch"], total=facts["epochs"], loss=f"{facts['loss']:.4f}")
    return "  ".join((facts["name"], said, score, left))


def left_s(facts: Facts) -> float:
    """Seconds that the epochs left will take, if they take as long as those before."""
    done, planned, spent = int(facts["epoch"]), int(facts["epochs"]), float(facts["seconds"])
    return spent / max(done, 1) * max(planned - done, 0)


def seldom(clock: Callable[[], float] = time.monotonic) -> Callable[[Facts], bool]:
    """Whether an epoch deserves a line of its own: the first, the last, and some between.

    Args:
        clock: Seconds.
    """
    told: dict[str, float] = {}

    def deserves(facts: Facts) -> bool:
        name, now = facts["name"], clock()
        wait = max(LEAST_S, SHARE * (facts["seconds"] + left_s(facts)))
        ended = facts["epoch"] >= facts["epochs"]
        if name in told and now - told[name] < wait and not ended:
            return False
        told[name] = now
        return True

    return deserves


def _line(curve: Curve) -> str:
    """A training in one line, with its curves as bars."""
    last = curve.last
    said = phrase("epoch_done", done=last["epoch"], loss=f"{last['loss']:.4f}")
    score = f"{last['metric']} {shown_score(last)}"
    drawn = [bars(values, SHORT).ljust(SHORT) for values in (curve.losses, curve.scores)]
    return f"{last['name']:<12}  {said} {drawn[0]}  {score} {drawn[1]}".rstrip()


def _plot(curve: Curve) -> list[str]:
    """A training that runs: a line, and its loss and its score as curves beside each other."""
    known, planned = len(curve.losses), max(curve.last["epochs"], 1)
    filled = max(min(known, CELLS // 3), min(CELLS, round(CELLS * known / planned)))
    loss, score = (braille(v, filled, ROWS) for v in (curve.losses, curve.scores))
    ends = [(max(v), min(v)) for v in (curve.losses, curve.scores)]
    drawn = []
    for row in range(ROWS):
        sides = [
            f"{_end(high_low, row):>9} ┤{part[row].ljust(CELLS)}"
            for high_low, part in zip(ends, (loss, score), strict=True)
        ]
        drawn.append("  ".join(sides).rstrip())
    return [epoch_text(curve.last), *drawn]


def _end(ends: tuple[float, float], row: int) -> str:
    """What stands beside a row of a plot: the highest and the lowest value."""
    at = {0: ends[0], ROWS - 1: ends[1]}
    return f"{at[row]:.4g}" if row in at else ""
