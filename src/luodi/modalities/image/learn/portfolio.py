"""First recipes that did well on images of many kinds, best guess first, as typed code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from luodi.modalities.image.learn import augment
from luodi.modalities.image.learn.probe import PLAIN, Way
from luodi.modalities.image.learn.schedule import batch_size
from luodi.modalities.image.learn.settings import Settings

ADAM = Settings(learning_rate=4e-3, optimizer="adamw", decay=0.02)
DEFAULTS = {
    "mlp": replace(ADAM, learning_rate=2e-3, dropout=0.2, augment=0.3),
    "lenet": replace(ADAM, dropout=0.2),
    "resnet8": Settings(learning_rate=0.2),
    "resnet20": Settings(learning_rate=0.2),
    "resnet9": Settings(learning_rate=0.2, width=0.25),
    "mobilenet": replace(ADAM, dropout=0.1),
}
WIDTHS = {"resnet9": (0.125, 0.25, 0.5, 1.0)}
USUAL_WIDTHS = (0.5, 1.0, 1.5, 2.0)
LINEAR = replace(ADAM, augment=0.0, smoothing=0.0, decay=1e-3)
LINEAR_STEPS, LINEAR_BATCHES = 200, (64, 256)
"""Steps of an epoch of the linear baseline, about, and its smallest and largest batch."""
LINEAR_IMAGES, LINEAR_EPOCHS = 300_000, (12, 100)
"""Images that the linear baseline is shown in all, about, and its fewest and most epochs."""
LINEAR_SHARE = 0.1
"""Share of the budget that the linear baseline may take, roughly."""
LARGEST_INSIDE = 48
SMALL_SIDE = 32
FEW_A_CLASS = 50
FEWEST_EPOCHS = 6
"""With time for less of the first guess, a network that is trained faster comes first."""
LEAST_EPOCHS = 2
"""With time for less, a network besides the first is not worth its beginning."""
PIXELS_A_SECOND = {
    "linear": 8e6,
    "mlp": 10e6,
    "lenet": 1.5e6,
    "resnet8": 1.0e6,
    "mobilenet": 1.0e6,
    "resnet9": 0.8e6,
    "resnet20": 0.5e6,
}
"""What two ordinary cores train on in a second, roughly."""


@dataclass(frozen=True)
class Case:
    """What decides which recipes come first.

    Attributes:
        height: Pixels.
        width: Pixels.
        channels: 1 or 3.
        rows: Images that are learned from.
        classes: Number of classes.
        seconds: The whole budget.
        way: How this processor is fastest.
    """

    height: int
    width: int
    channels: int
    rows: int
    classes: int
    seconds: float
    way: Way = PLAIN

    @property
    def few(self) -> bool:
        """Whether there are few images a class."""
        return self.rows < FEW_A_CLASS * self.classes

    @property
    def small_grey(self) -> bool:
        """Whether images are like digits in a form."""
        return self.channels == 1 and max(self.height, self.width) <= SMALL_SIDE

    @property
    def affords_large(self) -> bool:
        """Whether a quarter of the budget is enough for some epochs of ``resnet9``."""
        return self.affords("resnet9", self.seconds / 4, FEWEST_EPOCHS)

    def affords(self, family: str, seconds: float, epochs: int = LEAST_EPOCHS) -> bool:
        """Whether so much time is enough for so many epochs of a network, roughly."""
        inside = min(self.height * self.width, LARGEST_INSIDE**2)  # what a stem leaves
        return self.rows * inside * epochs <= seconds * PIXELS_A_SECOND[family]


def settings(family: str, case: Case) -> Settings:
    """The settings that a family begins with here."""
    first = DEFAULTS[family]
    strength = 1.0 if case.few and family != "mlp" else first.augment
    return replace(
        first,
        augment=strength,
        mirror=augment.may_mirror(case.height, case.width, case.channels),
        batch=batch_size(case.rows),
        threads=case.way.threads,
        channels_last=case.way.channels_last,
        bf16=case.way.bf16,
        views=0 if augment.may_mirror(case.height, case.width, case.channels) else 1,
    )


def linear(case: Case) -> Settings:
    """The settings of the linear baseline: many rows are shown in large batches, for time."""
    least, most = LINEAR_BATCHES
    wanted = 2 ** round(math.log2(max(case.rows, 1) / LINEAR_STEPS))
    return replace(LINEAR, batch=int(min(most, max(least, wanted))))


def linear_epochs(case: Case) -> int:
    """Epochs of the linear baseline, which has no clock: as usual, or a tenth of the budget.

    They follow from the budget, not from a measured time: whoever repeats a plan does the same.
    """
    fewest, most = LINEAR_EPOCHS
    usual = min(most, max(fewest, LINEAR_IMAGES // max(case.rows, 1)))
    pixels = max(case.rows, 1) * case.height * case.width
    affordable = int(case.seconds * LINEAR_SHARE * PIXELS_A_SECOND["linear"] / pixels)
    return max(1, min(usual, affordable))


def ordered(case: Case) -> Sequence[tuple[str, Settings]]:
    """Networks and their settings, best guess first."""
    if case.small_grey:
        names = ["lenet", "resnet9", "resnet8", "mlp", "mobilenet"]
    elif case.few:
        names = ["resnet8", "mobilenet", "resnet9", "lenet"]
    elif case.affords_large:
        names = ["resnet9", "resnet20", "resnet8", "mobilenet", "lenet"]
    else:
        names = ["resnet8", "lenet", "mobilenet", "resnet9"]
    first = [(name, settings(name, case)) for name in names]
    name, best = first[0]
    varied = replace(best, mixup=0.2, augment=min(1.0, best.augment + 0.25))
    wider = replace(best, width=_next(WIDTHS.get(name, USUAL_WIDTHS), best.width))
    return [*first[:2], (name, varied), *first[2:], (name, wider)]


def _next(widths: Sequence[float], width: float) -> float:
    """The next larger of some widths."""
    return min((w for w in widths if w > width), default=width)


def explored(suggest: Any, family: str, case: Case) -> Settings:
    """Settings of a family from an Optuna trial."""
    first = settings(family, case)
    rate, base = f"{family}.learning_rate", first.learning_rate
    return replace(
        first,
        learning_rate=suggest.suggest_float(rate, base / 8, base * 4, log=True),
        augment=suggest.suggest_float(f"{family}.augment", 0.0, 1.2),
        mixup=suggest.suggest_float(f"{family}.mixup", 0.0, 0.5),
        width=suggest.suggest_categorical(f"{family}.width", WIDTHS.get(family, USUAL_WIDTHS)),
    )
