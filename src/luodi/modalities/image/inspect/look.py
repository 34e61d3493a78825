"""What the detectors look at: every image once, as a few numbers and a thumbnail."""

from __future__ import annotations

import os
import weakref
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Dataset
from luodi.modalities.image.inspect.measure import THUMB, Measured, measure
from luodi.modalities.image.inspect.named import named

FILES_TOGETHER = 256
BYTES_TOGETHER = 2**22
THREADS_AT_MOST = 8


@dataclass(frozen=True)
class Look:
    """Images under inspection. Arrays stand in the order of ``rows``, images that were decoded.

    Attributes:
        table: All columns but the images, of all rows.
        target: Name of the target column, if there is one.
        rows: Row numbers of the images that were decoded, ascending.
        numbers: By name, float64: what ``observe.statistics`` says, ``bytes`` of the file, what
            the header says as 0 or 1, means of colours, and evenness and jump of each side.
        kinds: Format of each.
        digests: Sixteen bytes of each; equal where the pixels are.
        thumbs: uint8 (images, 16, 16), grey.
        failed: Row number and code of each image that could not be decoded.
        whole: Places in these arrays and grey pixels of images that were kept whole.
        names: What each row is called.
    """

    table: pl.DataFrame
    target: str | None
    rows: np.ndarray
    numbers: dict[str, np.ndarray]
    kinds: np.ndarray
    digests: pl.Series
    thumbs: np.ndarray
    failed: tuple[tuple[int, str], ...]
    whole: tuple[tuple[int, np.ndarray], ...]
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes, sorted; empty without a target, and where it is a number."""
        if self.target is None or self.table[self.target].dtype.is_float():
            return ()
        return tuple(map(str, self.table[self.target].drop_nulls().unique().sort()))

    @cached_property
    def all_labels(self) -> np.ndarray:
        """Index of each row's class, -1 where it has none."""
        if self.target is None or not self.classes:
            return np.full(self.table.height, -1)
        place = {label: at for at, label in enumerate(self.classes)}
        held = self.table[self.target].to_list()
        return np.array([-1 if v is None else place[str(v)] for v in held], np.int64)

    @cached_property
    def labels(self) -> np.ndarray:
        """Index of each decoded image's class, -1 where it has none."""
        return self.all_labels[self.rows]

    @cached_property
    def plain(self) -> np.ndarray:
        """Whether each image is blank or nearly so: it is like all others of its kind."""
        return self.numbers["contrast"] < 2.0

    def name(self, place: int) -> str:
        """What a decoded image is called."""
        return self.names[int(self.rows[place])]


_last: list[tuple[weakref.ref[Dataset], int, Look]] = []
"""The last look: cutting and checking ask for the same one, and decoding takes its time."""


def look(dataset: Dataset, task: Task | None, listener: Listener = silent) -> Look:
    """Decode every image once, in threads, and keep what detectors need.

    Args:
        dataset: The records.
        task: Says the seed, if there is one.
        listener: Told how far the look is, a hundred times at most.
    """
    seed = task.split.seed if task else 0
    for of, by, known in _last:
        if of() is dataset and by == seed:
            return known
    found = _looked(dataset, seed, listener)
    _last[:] = [(weakref.ref(dataset), seed, found)]
    return found


def _looked(dataset: Dataset, seed: int, listener: Listener) -> Look:
    column = image_column(dataset)
    files = dataset.table[column]
    ranks = np.random.default_rng(seed).permutation(len(files))
    parts, told = [], 0
    for part, done in _measured(files, ranks):
        parts.append(part)
        if done * 100 // len(files) > told or done == len(files):
            told = done * 100 // len(files)
            listener(Event("progress", {"what": "images", "done": done, "total": len(files)}))
    return _joined(dataset, column, parts)


def image_column(dataset: Dataset) -> str:
    """The name of the column of images."""
    return next(str(c.name) for c in dataset.columns if str(c.kind) == "image")


def _measured(files: pl.Series, ranks: np.ndarray) -> Iterator[tuple[Measured, int]]:
    """Each part with how many rows are done, in order; few parts are on their way at a time."""
    threads = max(1, min(os.cpu_count() or 1, THREADS_AT_MOST))
    waiting: deque[tuple[Future[Measured], int]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="luodi-look") as pool:
        for first, end in _cuts(files):
            held = files[first:end].to_list()
            waiting.append((pool.submit(measure, held, first, ranks), end))
            if len(waiting) >= 2 * threads:
                part, done = waiting.popleft()
                yield part.result(), done
        while waiting:
            part, done = waiting.popleft()
            yield part.result(), done


def _cuts(files: pl.Series) -> Iterator[tuple[int, int]]:
    """Rows that are measured together: not too many files, and not too many bytes."""
    total = np.cumsum(files.bin.size().fill_null(0).to_numpy().astype(np.int64))
    first = 0
    while first < len(files):
        before = int(total[first - 1]) if first else 0
        last = int(np.searchsorted(total, before + BYTES_TOGETHER, "right"))
        end = min(max(last, first + 1), first + FILES_TOGETHER, len(files))
        yield first, end
        first = end


def _joined(dataset: Dataset, column: str, parts: Sequence[Measured]) -> Look:
    blocks = [block for part in parts for block in part.numbers]
    names = blocks[0] if blocks else ()
    rows = np.array([row for part in parts for row in part.rows], np.int64)
    place = {int(row): at for at, row in enumerate(rows)}
    thumbs = [thumbs for part in parts for thumbs in part.thumbs]
    whole = [(place[row], grey) for part in parts for row, grey in part.whole]
    table = dataset.table.drop(column)
    return Look(
        table,
        dataset.target,
        rows,
        {name: np.concatenate([block[name] for block in blocks]) for name in names},
        np.array([kind for part in parts for kind in part.kinds], object),
        pl.Series([d for part in parts for d in part.digests], dtype=pl.Binary),
        np.concatenate(thumbs) if thumbs else np.empty((0, THUMB, THUMB), np.uint8),
        tuple(failure for part in parts for failure in part.failed),
        tuple(whole),
        named(table, dataset.target),
    )


def counted(codes: Sequence[str], most: int = 4) -> str:
    """Values with how often each comes up, the most frequent first: ``PNG 12, JPEG 3``."""
    ordered = sorted(Counter(codes).items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{code} {count}" for code, count in ordered[:most])
