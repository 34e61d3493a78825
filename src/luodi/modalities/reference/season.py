"""How training wandered in time: what a quiet season looks like, so that winter is no drift.

Records in order of time are cut into blocks, whose counts travel with the release. Shorter
windows are laid beside the nearest blocks far from their own, just as service will do, at
several lengths. What they differ by beyond chance is how far a quiet window may wander. A block's
neighbours take no part: next winter is not next to this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core import contrast, nearness

BLOCKS, FEWEST_BLOCKS = 24, 8
MOST_CELLS = 100_000
"""Counts that travel: a wide table gets fewer blocks, or none."""
LEAST_ROWS = 20
LENGTHS = 8
MOST_COUNTED = 4_000_000
FEWEST_WINDOWS, MOST_WINDOWS, MOST_WORK = 60, 300, 600_000
"""Windows that are compared at each length: fewer where the table is wide."""

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Level = dict[str, tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Laid:
    """One column in order of time.

    Attributes:
        codes: The cell of each row; -1 for missing.
        cells: How many cells there are.
        values: The numbers, NaN for missing; None for a category.
    """

    codes: Codes
    cells: int
    values: Floats | None = None


def season(columns: Mapping[str, Laid], seconds: float | None) -> dict[str, Any] | None:
    """What training did in the course of time.

    Args:
        columns: The columns, rows in order of time.
        seconds: Time from the first row to the last; None where it is unknown.

    Returns:
        JSON data, or None where there are too few rows or too many columns: ``rows`` and
        ``seconds`` of a block, ``blocks`` (by column ``counts``, ``missing``), ``counters``
        (columns that only ever grow or fall), ``still`` (longest run of one value, by column)
        and ``wander``, a list by length of window with the variances beyond chance by column.
    """
    rows = len(next(iter(columns.values())).codes) if columns else 0
    width = sum(column.cells for column in columns.values())
    blocks = min(BLOCKS, MOST_CELLS // max(1, width), rows // LEAST_ROWS)
    if blocks < FEWEST_BLOCKS:
        return None
    levels = list(_levels(columns, blocks, width))
    numbers = {name: column.values for name, column in columns.items() if column.values is not None}
    place = np.arange(rows) * blocks // rows
    return {
        "rows": rows / blocks,
        "seconds": None if seconds is None else seconds / blocks,
        "blocks": {
            name: {"counts": known.astype(int).tolist(), "missing": missing.astype(int).tolist()}
            for name, (known, missing) in levels[-1].items()
        },
        "counters": [name for name, values in numbers.items() if counts_up(values, place)],
        "still": {name: longest_run(values) for name, values in numbers.items()},
        "wander": [_wander(level, levels[-1], rows, seconds, width) for level in levels[::-1]],
    }


def _levels(columns: Mapping[str, Laid], blocks: int, width: int) -> Iterator[Level]:
    """Counts of ever longer windows, down to the blocks: each is two of the one before."""
    rows = len(next(iter(columns.values())).codes)
    most = min(rows // LEAST_ROWS, MOST_COUNTED // width)
    windows = blocks
    while windows * 2 <= min(most, blocks * 2 ** (LENGTHS - 1)):
        windows *= 2
    place = np.arange(rows) * windows // rows
    level = {name: counted(column, place, windows) for name, column in columns.items()}
    yield level
    while windows > blocks:
        windows //= 2
        level = {
            name: (
                known.reshape(windows, 2, -1).sum(axis=1),
                missing.reshape(windows, 2).sum(axis=1),
            )
            for name, (known, missing) in level.items()
        }
        yield level


def counted(column: Laid, place: Codes, windows: int) -> tuple[Floats, Floats]:
    """Counts of each cell, shape (windows, cells), and of missing, shape (windows,)."""
    here = column.codes >= 0
    flat = place[here] * column.cells + column.codes[here]
    known = np.bincount(flat, minlength=windows * column.cells).reshape(windows, column.cells)
    missing = np.bincount(place[~here], minlength=windows)
    return known.astype(float), missing.astype(float)


def counts_up(values: Floats, place: Codes) -> bool:
    """Whether a column only ever grows or falls from block to block, as a running number does."""
    parts = [part[~np.isnan(part)] for part in _blocks(values, place)]
    if not all(len(part) for part in parts):
        return False
    low = np.array([part.min() for part in parts])
    high = np.array([part.max() for part in parts])
    if low.min() == high.max():
        return False
    return bool((low[1:] >= high[:-1]).all() or (high[1:] <= low[:-1]).all())


def longest_run(values: Floats) -> int:
    """The most rows in a row that hold one value."""
    here = values[~np.isnan(values)]
    if not len(here):
        return 0
    ends = np.flatnonzero(np.append(here[1:] != here[:-1], True))
    return int(np.diff(np.append(-1, ends)).max())


def _blocks(values: Floats, place: Codes) -> list[Floats]:
    return np.split(values, np.flatnonzero(np.diff(place)) + 1)


def _wander(
    level: Level, blocks: Level, rows: int, seconds: float | None, width: int
) -> dict[str, Any]:
    """What windows of one length differ by from the nearest blocks, beyond chance."""
    windows, count = (len(next(iter(one.values()))[1]) for one in (level, blocks))
    random = np.random.default_rng(windows)
    most = max(FEWEST_WINDOWS, min(MOST_WINDOWS, MOST_WORK // width))
    chosen = np.sort(random.permutation(windows)[:most])
    own = chosen * count // windows
    # never its own block, nor those beside it
    far = np.abs(np.arange(count) - own[:, None]) > 1
    cut = {name: (known[chosen], missing[chosen]) for name, (known, missing) in level.items()}
    near = nearness.nearest([cut[n][0] for n in level], [blocks[n][0] for n in level], far)
    return {
        "rows": rows / windows,
        "seconds": None if seconds is None else seconds / windows,
        "windows": len(chosen),
        "columns": {name: _beyond(cut[name], blocks[name], near) for name in level},
    }


def _beyond(
    window: tuple[Floats, Floats], blocks: tuple[Floats, Floats], near: Floats
) -> dict[str, float]:
    known, missing = window
    whole = blocks[0].sum(axis=0)
    base, base_missing = near @ blocks[0], near @ blocks[1]
    known, base, whole = nearness.folded(known, base, whole)
    shift = contrast.shift(known, base, whole)
    shape = contrast.shape(known, base, whole)
    rows, base_rows = missing + known.sum(axis=1), base_missing + base.sum(axis=1)
    gone = contrast.rate(missing, rows, base_missing, base_rows)
    return {
        "shift": nearness.excess(shift.difference**2 - shift.variance),
        "shape": nearness.excess(shape.distance - shape.mean),
        "missing": nearness.excess(gone.difference**2 - gone.variance),
        "freedom": nearness.freedom(shift.difference),
    }


def in_order(columns: Sequence[tuple[str, Laid]], order: Codes) -> dict[str, Laid]:
    """The columns with their rows in order of time."""
    return {
        name: Laid(one.codes[order], one.cells, None if one.values is None else one.values[order])
        for name, one in columns
    }
