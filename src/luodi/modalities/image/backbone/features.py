"""Features of images by a backbone: computed once, in parts, and kept as numbers."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from luodi.core.events import Event, Listener, silent
from luodi.modalities.image.backbone import run
from luodi.modalities.image.backbone.value import Backbone
from luodi.modalities.image.graph.resize import resize
from luodi.modalities.image.learn.pixels import decoded

PART = 32
"""Images that are asked at a time; memory for what lies between layers grows with it."""
TOLD_EVERY_S = 1.0


@lru_cache(maxsize=4)
def _session(model: bytes, threads: int) -> Any:
    return run.session(model, threads)


def batch(
    backbone: Backbone, pixels: np.ndarray, original: bool = False, threads: int = 1
) -> np.ndarray:
    """Features of images in the backbone's size, float32 (rows, n).

    Args:
        backbone: The backbone.
        pixels: uint8 (rows, height, width, channels).
        original: Whether its file is asked as it was, or the plain form of it.
        threads: Threads that share the work.
    """
    running = _session(backbone.original if original else backbone.plain, threads)
    name = running.get_inputs()[0].name
    seen = backbone.seen(pixels)
    step = 1 if original and backbone.alone else PART
    parts = [seen[at : at + step] for at in range(0, max(len(seen), 1), step)]
    found = [running.run(None, {name: part})[0] for part in parts]
    whole = np.concatenate(found)
    return np.asarray(whole.mean(axis=(2, 3)) if whole.ndim == 4 else whole)


def computed(
    backbone: Backbone,
    files: Sequence[Any],
    column: str,
    channels: int,
    *,
    mirrored: bool = False,
    threads: int = 1,
    seconds: float = math.inf,
    listener: Listener = silent,
) -> np.ndarray | None:
    """Features of all images by the backbone's file as it was, float32 (rows, n).

    Images are decoded a few at a time, so that never more than these are in memory.

    Args:
        backbone: The backbone.
        files: What ``codec.decode`` reads, one a row.
        column: Name of the column, for errors.
        channels: 1 or 3, of the images.
        mirrored: Whether images are mirrored left to right first.
        threads: Threads that decode and compute.
        seconds: Time that there is.
        listener: Told how far it is.

    Returns:
        The features; None where the time is not enough, as the first parts show.

    Raises:
        LuodiError: ``rows.image_*`` with the number of the row.
    """
    found = np.empty((len(files), backbone.size), np.float32)
    began = told = time.monotonic()
    done = 0
    images = decoded(files, range(len(files)), channels, column, threads)
    for part in _parts(images):
        pixels = fitted(backbone, part)
        pixels = pixels[:, :, ::-1] if mirrored else pixels
        found[done : done + len(part)] = batch(backbone, pixels, True, threads)
        done += len(part)
        now = time.monotonic()
        if (now - began) / done * len(files) > seconds:
            return None
        if now - told >= TOLD_EVERY_S or done == len(files):
            told = now
            facts = {"what": "features", "done": done, "total": len(files)}
            listener(Event("progress", facts))
    return found


def fitted(backbone: Backbone, images: Sequence[np.ndarray]) -> np.ndarray:
    """Images of any size in the backbone's, uint8 (rows, height, width, channels)."""
    size = (backbone.height, backbone.width)
    return np.concatenate([resize(image[None], *size) for image in images])


def _parts(images: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
    while part := list(islice(images, PART)):
        yield part
