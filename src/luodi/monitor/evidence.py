"""What one window says of one column: an effect, and how likely chance would make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Aspect = Literal["shift", "shape", "missing", "outside", "unseen"]

LEAST: Mapping[Aspect, float] = {
    "shift": 0.2,
    "shape": 0.1,
    "missing": 0.01,
    "outside": 0.02,
    "unseen": 0.01,
}
"""Effects below these are not worth a person's time, however certain they are."""
LARGE: Mapping[Aspect, float] = {
    "shift": 0.5,
    "shape": 0.3,
    "missing": 0.05,
    "outside": 0.02,
    "unseen": 0.05,
}
"""Effects that count before anything is known of how windows wander."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one window says of one aspect of one column.

    Attributes:
        column: The column.
        aspect: ``shift`` (values lie higher or lower), ``shape`` (spread otherwise), ``missing``,
            ``outside`` (far beyond the range of training), ``unseen`` (values training never saw).
        effect: ``shift`` in standard deviations of a normal column, signed; ``shape`` the share
            of rows that lie in another bin; the others the growth of a share.
        chance: Probability of at least this, were nothing wrong.
        now: Share in the window, for the aspects that are shares.
        before: The same in training.
        difference: What was measured, on the scale on which windows wander.
        variance: The variance that chance alone gives it.
    """

    column: str
    aspect: Aspect
    effect: float
    chance: float
    now: float
    before: float
    difference: float
    variance: float

    @property
    def key(self) -> str:
        """The name under which it is remembered; a shift the other way is another matter."""
        sign = "" if self.aspect != "shift" else ("+" if self.effect > 0 else "-")
        return f"{self.aspect}{sign}:{self.column}"

    def record(self) -> dict[str, Any]:
        """The numbers that an alarm shows."""
        return {
            "column": self.column,
            "aspect": self.aspect,
            "effect": self.effect,
            "chance": self.chance,
            "now": self.now,
            "before": self.before,
        }


@dataclass(frozen=True)
class Learned:
    """How quiet windows of service wandered.

    Attributes:
        windows: By column, in how many of them it was quiet.
        differences: By aspect and column, what each of them measured.
        variances: The variances that chance alone gave them.
    """

    windows: Mapping[str, int]
    differences: Mapping[tuple[str, str], Sequence[float]]
    variances: Mapping[tuple[str, str], Sequence[float]]


NOTHING = Learned({}, {}, {})
