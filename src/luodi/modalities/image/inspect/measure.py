"""One image as what is kept of it: a few numbers, a digest and a thumbnail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import decode
from luodi.modalities.image.codec.pixels import in_bands
from luodi.modalities.image.inspect.header import header
from luodi.modalities.image.observe import WORKING, colour_sums, measured

THUMB = 16
"""Sides of a thumbnail."""
PIXELS_TOGETHER = 2**20
IMAGES_TOGETHER = 64
"""Images, and pixels of them, that are held before they are measured together."""
SAMPLE_BYTES = 2**26
"""Bytes of the grey images that are kept whole, so that single pixels can be looked at."""
SIDES = ("top", "bottom", "left", "right")
FLAGS = ("deep", "alpha", "turned")


@dataclass
class Measured:
    """What is kept of some images; arrays stand in the order of ``rows``.

    Attributes:
        rows: Row numbers of the images that were decoded.
        numbers: By name, float64.
        kinds: Format of each.
        digests: Sixteen bytes that only equal pixels share.
        thumbs: uint8 (16, 16) of each, grey.
        failed: Row number and code of each image that could not be decoded.
        whole: Row number and grey pixels of those kept whole.
    """

    rows: list[int] = field(default_factory=list)
    numbers: list[dict[str, np.ndarray]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    thumbs: list[np.ndarray] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    whole: list[tuple[int, np.ndarray]] = field(default_factory=list)


def measure(files: Sequence[bytes | None], first: int, ranks: np.ndarray) -> Measured:
    """Decode and measure some files, few at a time.

    Args:
        files: The files.
        first: Row number of the first of them.
        ranks: By row, its place in the queue of those that are kept whole.
    """
    found = Measured()
    for rows, stack in _stacks(files, first, found):
        numbers, work = measured(stack)
        held = [files[row - first] or b"" for row in rows]
        said = [header(data) for data in held]
        form = {name: np.array([getattr(one, name) for one in said], float) for name in FLAGS}
        sizes = {"bytes": np.array([len(data) for data in held], float)}
        found.rows += rows
        found.kinds += [one.kind for one in said]
        found.numbers.append({**numbers, **form, **sizes, **_colour_means(stack), **_edges(stack)})
        found.digests += [_digest(image) for image in stack]
        found.thumbs.append(_thumbs(work))
        found.whole += _whole(rows, stack, ranks)
    return found


def _stacks(
    files: Sequence[bytes | None], first: int, found: Measured
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Images of one size together, as they come; those that cannot be read are written down."""
    rows: list[int] = []
    held: list[np.ndarray] = []
    for row, data in enumerate(files, first):
        try:
            image = decode(data, 3)
        except LuodiError as error:
            if not error.code.startswith("rows."):  # a missing library is no fault of an image
                raise
            found.failed.append((row, error.code))
            continue
        pixels = sum(one.shape[0] * one.shape[1] for one in held[:1]) * len(held)
        many = pixels >= PIXELS_TOGETHER or len(held) >= IMAGES_TOGETHER
        if held and (many or image.shape != held[0].shape):
            yield rows, np.stack(held)
            rows, held = [], []
        rows.append(row)
        held.append(image)
    if held:
        yield rows, np.stack(held)


def _colour_means(stack: np.ndarray) -> dict[str, np.ndarray]:
    means = colour_sums(stack) / (stack.shape[1] * stack.shape[2])
    return {f"mean_{name}": means[:, at] for at, name in enumerate(("red", "green", "blue"))}


def _edges(stack: np.ndarray) -> dict[str, np.ndarray]:
    """Of the line along each side, how even it is and how it differs from a line within.

    Both by the middle half of the line's pixels, so that a mark in one place is no border.
    """
    found = {}
    for at, side in enumerate(SIDES):
        turned = stack if at < 2 else stack.swapaxes(1, 2)
        turned = turned if at % 2 == 0 else turned[:, ::-1]
        inner = min(max(2, turned.shape[1] // 8), turned.shape[1] - 1)
        outer, within = (np.sort(turned[:, row].mean(axis=2), axis=1) for row in (0, inner))
        quarter, half = outer.shape[1] // 4, outer.shape[1] // 2
        found[f"{side}_even"] = outer[:, -1 - quarter] - outer[:, quarter]
        found[f"{side}_jump"] = outer[:, half] - within[:, half]
    return found


def _digest(image: np.ndarray) -> bytes:
    return blake2b(image.tobytes(), digest_size=16, key=repr(image.shape).encode()).digest()


def _thumbs(work: np.ndarray) -> np.ndarray:
    step = WORKING // THUMB
    means = work.reshape(len(work), THUMB, step, THUMB, step).mean(axis=(2, 4))
    return np.clip(means + 0.5, 0, 255).astype(np.uint8)


def _whole(
    rows: Sequence[int], stack: np.ndarray, ranks: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """The grey pixels of images whose turn it is, however large images are."""
    _, height, width, _ = stack.shape
    for row, image in zip(rows, stack, strict=True):
        if (int(ranks[row]) + 1) * height * width <= SAMPLE_BYTES:
            yield row, in_bands(height, width, 1, lambda top, end, i=image: i[top:end])[..., 0]  # type: ignore[misc]
