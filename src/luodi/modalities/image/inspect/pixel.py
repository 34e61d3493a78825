"""One pixel that gives a class away: a stamp, a date, a mark of a device at a fixed place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from luodi.modalities.image.inspect.look import Look
from luodi.modalities.image.inspect.stump import Told, told

IMAGES_AT_LEAST = 40
IMAGES_AT_MOST = 4000
TRIED, TRIED_AT_MOST = 5, 100
_TOGETHER = 2**12


@dataclass(frozen=True)
class Pixel:
    """A pixel and how well it tells classes apart.

    Attributes:
        row: Its row, from the top.
        column: Its column, from the left.
        told: How well.
    """

    row: int
    column: int
    told: Told


def best(look: Look) -> Pixel | None:
    """The pixel that most differs between classes, chosen on one half of the images and judged on
    the other; None where too few images are of one size.
    """
    stack, labels = _stack(look)
    if len(stack) < IMAGES_AT_LEAST:
        return None
    half = np.arange(len(stack)) % 2 == 0
    flat = stack.reshape(len(stack), -1)
    places = np.unique(_differing(flat[half], labels[half], len(look.classes)))
    judged, truth = flat[~half], labels[~half]
    found = [
        (told(judged[:, place].astype(float), truth, len(look.classes)), place) for place in places
    ]
    most, place = max(found, key=lambda pair: float(pair[0].real.max()))
    row, column = divmod(int(place), stack.shape[2])
    return Pixel(row, column, most)


def _stack(look: Look) -> tuple[np.ndarray, np.ndarray]:
    """Images of the size that most have, uint8 (images, height, width), and their classes."""
    known = [(place, grey) for place, grey in look.whole if look.labels[place] >= 0]
    if not known:
        return np.empty((0, 1, 1), np.uint8), np.empty(0, np.int64)
    shape = Counter(grey.shape for _, grey in known).most_common(1)[0][0]
    kept = [(place, grey) for place, grey in known if grey.shape == shape]
    # the images come in the order of the source; a sample that is spread over all of it
    kept = kept[:: max(1, -(-len(kept) // IMAGES_AT_MOST))]
    # halves are taken by turns within each class
    kept.sort(key=lambda pair: int(look.labels[pair[0]]))
    return np.stack([grey for _, grey in kept]), look.labels[[place for place, _ in kept]]


def _differing(flat: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Of each class, the pixels whose mean is furthest from the others', by their spread."""
    found = []
    member = (labels == np.arange(classes)[:, None]).astype(np.float32)
    member = member[member.sum(axis=1) > 0]
    own = np.maximum(member.sum(axis=1, keepdims=True), 1)
    other = np.maximum(len(flat) - own, 1)
    for begin in range(0, flat.shape[1], _TOGETHER):
        some = flat[:, begin : begin + _TOGETHER].astype(np.float32)
        sums, squares = member @ some, member @ some**2
        mean, rest = sums / own, (some.sum(axis=0) - sums) / other
        spread = squares / own - mean**2 + ((some**2).sum(axis=0) - squares) / other - rest**2
        found.append(np.abs(mean - rest) / np.sqrt(np.maximum(spread, 0) + 1))
    far = np.concatenate(found, axis=1)
    first = np.argsort(-far, axis=1, kind="stable")[:, :TRIED]
    furthest = np.argsort(-np.take_along_axis(far, first, axis=1).ravel(), kind="stable")
    chosen: np.ndarray = first.ravel()[furthest[:TRIED_AT_MOST]]
    return chosen
