"""Where a batch is cut into chunks, of which each runs at once in one thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

MOST_IMAGES, MOST_IMAGE_BYTES = 32, 2**23
"""Images that run at once, in number and in bytes: inside a graph they take far more room."""
Feeds = Mapping[str, np.ndarray]
Places = slice | np.ndarray
"""The rows of one chunk; an array where they do not follow each other."""


def holds_images(feeds: Feeds) -> bool:
    """Whether inputs are images; those of a table are (rows, columns).

    Images are (rows, height, width, channels), or where they differ in size an object array
    (rows,) of (height, width, channels).
    """
    return any(array.ndim != 2 for array in feeds.values())


def cut(feeds: Feeds, step: int) -> Iterator[Places]:
    """Where a batch is cut.

    Args:
        feeds: Inputs by name.
        step: Rows of a chunk of a table. Those of a chunk of images follow from their size, and
            all of them have the same.
    """
    rows = len(next(iter(feeds.values())))
    images = [array for array in feeds.values() if array.ndim != 2]
    if not images:
        yield from (slice(at, at + step) for at in range(0, rows, step))
        return
    groups: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for row in range(rows):
        groups.setdefault(tuple(array[row].shape for array in images), []).append(row)
    for places in groups.values():
        size = max(array[places[0]].nbytes for array in images)
        most = max(1, min(MOST_IMAGES, MOST_IMAGE_BYTES // max(1, size)))
        yield from (np.array(places[at : at + most]) for at in range(0, len(places), most))


def take(feeds: Feeds, places: Places) -> dict[str, np.ndarray]:
    """The inputs of one chunk; images of one size are put together only here, to save memory."""
    return {
        name: np.stack(list(array[places])) if array.ndim == 1 else array[places]
        for name, array in feeds.items()
    }


def joined(parts: Sequence[Feeds]) -> dict[str, np.ndarray]:
    """The inputs of several batches as one; images are put beside each other, not copied."""
    if len(parts) == 1:
        return dict(parts[0])
    names = list(parts[0])
    if not holds_images(parts[0]):
        return {name: np.concatenate([part[name] for part in parts]) for name in names}
    return {name: _listed([image for part in parts for image in part[name]]) for name in names}


def _listed(images: Sequence[np.ndarray]) -> np.ndarray:
    """Images of any size as an object array (rows,)."""
    array = np.empty(len(images), object)
    for row, image in enumerate(images):
        array[row] = image
    return array


def put_back(places: Sequence[Places], pieces: Sequence[np.ndarray]) -> np.ndarray:
    """One output of all chunks, in the order of the rows.

    Args:
        places: Of each chunk, counted from the first row of all.
        pieces: Of each chunk.
    """
    whole = np.concatenate(pieces)
    scattered = [place for place in places if isinstance(place, np.ndarray)]
    if not scattered:
        return whole
    back = np.empty_like(whole)
    back[np.concatenate(scattered)] = whole
    return back
