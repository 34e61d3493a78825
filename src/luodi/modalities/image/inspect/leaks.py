"""What gives classes away without being what they are: format, size, frame, a pixel, the light."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from luodi.core.values import Finding, Severity
from luodi.modalities.image.inspect.look import Look
from luodi.modalities.image.inspect.measure import SIDES
from luodi.modalities.image.inspect.pixel import best
from luodi.modalities.image.inspect.stump import Told, told
from luodi.modalities.image.read.notes import shown
from luodi.modalities.tabular.inspect.about import found

IMAGES_AT_LEAST = 40


@dataclass(frozen=True)
class Clue:
    """One number of every image that may give classes away.

    Attributes:
        what: What it is, as a short word.
        told: How well it tells each class from the rest.
    """

    what: str
    told: Told


@dataclass(frozen=True)
class Cause:
    """A cause that images of a class have in common.

    Attributes:
        code: The code of its finding.
        clues: The numbers that show it.
        note: Balanced accuracy from which it is told.
        warn: From which it is a warning. What a picture shows may well tell classes apart by
            its light; how it was saved may not.
    """

    code: str
    clues: Callable[[Look], Iterator[Clue]]
    note: float
    warn: float


def find(look: Look) -> Iterator[Finding]:
    """Find classes that a single number gives away, each with the first cause that does."""
    if len(look.classes) < 2 or (look.labels >= 0).sum() < IMAGES_AT_LEAST:
        return
    explained = np.zeros(len(look.classes), bool)
    for cause in CAUSES:
        clues = list(cause.clues(look))
        if not clues:
            continue
        left = ~explained
        strongest = max(clues, key=lambda clue: float((clue.told.real * left).max()))
        scores = strongest.told.real * left
        label = int(scores.argmax())
        if scores[label] < cause.note:
            continue
        severity: Severity = "warning" if scores[label] >= cause.warn else "note"
        given = strongest.told.real >= cause.note
        yield found(
            cause.code,
            severity,
            what=strongest.what,
            label=shown(look.classes[label]),
            score=strongest.told.score[label],
            margin=strongest.told.margin[label],
            chance=0.5,
            classes=int(given.sum()),
        )
        if severity == "warning":
            explained |= given


def _clues(look: Look, names: tuple[str, ...]) -> Iterator[Clue]:
    for name in names:
        yield from _clue(look, name, look.numbers[name])


def _clue(look: Look, what: str, values: np.ndarray) -> Iterator[Clue]:
    known = look.labels >= 0
    if (values[known] == values[known][0]).all():
        return
    yield Clue(what, told(values[known], look.labels[known], len(look.classes)))


def _format(look: Look) -> Iterator[Clue]:
    for kind in sorted(set(look.kinds)):
        yield from _clue(look, kind, (look.kinds == kind).astype(float))


def _form(look: Look) -> Iterator[Clue]:
    yield from _clue(look, "grey", (look.numbers["saturation"] == 0).astype(float))
    yield from _clues(look, ("deep", "alpha", "turned"))


def _size(look: Look) -> Iterator[Clue]:
    yield from _clues(look, ("height", "width"))
    yield from _clue(look, "height / width", look.numbers["height"] / look.numbers["width"])


def _border(look: Look) -> Iterator[Clue]:
    yield from _clues(look, tuple(f"{side}_{sort}" for side in SIDES for sort in ("even", "jump")))


def _pixel(look: Look) -> Iterator[Clue]:
    pixel = best(look)
    if pixel is not None:
        yield Clue(f"({pixel.column}, {pixel.row})", pixel.told)


def _bytes(look: Look) -> Iterator[Clue]:
    yield from _clues(look, ("bytes",))


def _light(look: Look) -> Iterator[Clue]:
    yield from _clues(look, ("brightness", "mean_red", "mean_green", "mean_blue"))


CAUSES = (
    Cause("leak.image_format", _format, 0.55, 0.65),
    Cause("leak.image_form", _form, 0.55, 0.65),
    Cause("leak.image_size", _size, 0.65, 0.75),
    Cause("leak.image_border", _border, 0.95, 0.97),
    Cause("leak.image_pixel", _pixel, 0.95, 0.97),
    Cause("leak.image_bytes", _bytes, 0.95, 0.99),
    Cause("leak.image_light", _light, 0.95, 0.99),
)
"""The causes, those that explain others first."""
