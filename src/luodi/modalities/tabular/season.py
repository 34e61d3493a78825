"""How training wandered in time: what a quiet season looks like, so that winter is no drift.

Records in order of time are cut into blocks, whose counts travel with the release. Shorter
windows are laid beside the nearest blocks far from their own, just as service will do, at
several lengths. What they differ by beyond chance is how far a quiet window may wander. A block's
neighbours take no part: next winter is not next to this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core import contrast, nearness

BLOCKS, FEWEST_BLOCKS = 24, 8
MOST_CELLS = 100_000
"""Counts that travel: a wide table gets fewer blocks, or none."""
LEAST_ROWS = 20
MOST_WINDOWS = 300
DOUBLINGS = 8

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


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
    place = np.arange(rows) * blocks // rows
    counts = {name: counted(column, place, blocks) for name, column in columns.items()}
    numbers = {name: column.values for name, column in columns.items() if column.values is not None}
    return {
        "rows": rows / blocks,
        "seconds": None if seconds is None else seconds / blocks,
        "blocks": {
            name: {"counts": known.astype(int).tolist(), "missing": missing.astype(int).tolist()}
            for name, (known, missing) in counts.items()
        },
        "counters": [name for name, values in numbers.items() if counts_up(values, place)],
        "still": {name: longest_run(values) for name, values in numbers.items()},
        "wander": [
            _wander(columns, counts, blocks, blocks * 2**k, seconds)
            for k in range(DOUBLINGS)
            if rows // (blocks * 2**k) >= LEAST_ROWS
        ],
    }


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
    columns: Mapping[str, Laid],
    counts: Mapping[str, tuple[Floats, Floats]],
    blocks: int,
    windows: int,
    seconds: float | None,
) -> dict[str, Any]:
    """What windows of one length differ by from the nearest blocks, beyond chance."""
    rows = len(next(iter(columns.values())).codes)
    place = np.arange(rows) * windows // rows
    random = np.random.default_rng(windows)
    chosen = np.sort(random.permutation(windows)[:MOST_WINDOWS])
    own = chosen * blocks // windows
    # never its own block, nor those beside it
    far = np.abs(np.arange(blocks) - own[:, None]) > 1
    held = {name: counted(column, place, windows) for name, column in columns.items()}
    cut = {name: (known[chosen], missing[chosen]) for name, (known, missing) in held.items()}
    named = list(columns)
    near = nearness.nearest([cut[n][0] for n in named], [counts[n][0] for n in named], far)
    return {
        "rows": rows / windows,
        "seconds": None if seconds is None else seconds / windows,
        "windows": len(chosen),
        "columns": {name: _beyond(cut[name], counts[name], near) for name in named},
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
