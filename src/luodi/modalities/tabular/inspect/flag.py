"""A feature with a value that is (almost) only ever seen with one class: the target in disguise.

Such a flag explains only some of the cases, so neither a correlation nor an importance shows it.
What gives it away is purity beyond what an honest feature has: an exact lower bound on the share
of the class among the rows with that value, corrected for all the values tried, lies far above
the share among all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from luodi.core.values import Column, Finding
from luodi.modalities.tabular.inspect.about import found, shown
from luodi.modalities.tabular.inspect.look import Look

NUMBERS_AT_MOST = 12
CATEGORIES_AT_MOST = 50
PURITY = 0.95
ALPHA = 1e-3
ODDS_RATIO = 20.0
ODDS_RATIO_IF_PURE = 10.0
ODDS_RATIO_OF_MAJORITY = 100.0


@dataclass(frozen=True)
class Crossing:
    """How often each value of a column was seen with each class, shape (values, classes)."""

    column: str
    values: list[str]
    counts: np.ndarray


def find(look: Look) -> Iterator[Finding]:
    """Find features with a value that gives one class away (``leak.flag``)."""
    if not look.classify or not 2 <= len(look.classes) <= 100:
        return
    crossings = [crossing for column in look.columns for crossing in _crossings(look, column)]
    tried = sum(crossing.counts.size for crossing in crossings)
    base = np.bincount(look.labels, minlength=len(look.classes)) / len(look)
    told: set[str] = set()
    for crossing in crossings:
        finding = _judged(crossing, base, tried, look.classes)
        if finding and crossing.column not in told:
            told.add(crossing.column)
            yield finding


def _crossings(look: Look, column: Column) -> Iterator[Crossing]:
    """A few-valued column by its values; any other by missing or not, and by its spike or not."""
    distinct, missing = look.distinct[column.name], look.missing[column.name]
    few = NUMBERS_AT_MOST if column.kind == "number" else CATEGORIES_AT_MOST
    if column.kind != "time" and distinct <= few:
        if distinct + (missing > 0) >= 2:
            values = [shown(value) for value in look.values(column.name)]
            yield _crossed(look, column.name, look.codes(column.name), values)
        return
    if missing:
        absent = look.series[column.name].is_null().to_numpy().astype(np.int64)
        yield _crossed(look, column.name, absent, ["not missing", "missing"])
    if column.kind == "number":
        seen, counts = np.unique(look.numbers(column.name), return_counts=True)
        spike = float(seen[counts.argmax()])
        if counts.max() >= len(look) / 2 and spike == spike:
            at = (look.numbers(column.name) == spike).astype(np.int64)
            yield _crossed(look, column.name, at, [f"not {shown(spike)}", shown(spike)])


def _crossed(look: Look, name: str, codes: np.ndarray, values: list[str]) -> Crossing:
    width = len(look.classes)
    counts = np.bincount(codes * width + look.labels, minlength=len(values) * width)
    return Crossing(name, values, counts.reshape(len(values), width))


def _judged(
    crossing: Crossing, base: np.ndarray, tried: int, classes: tuple[str, ...]
) -> Finding | None:
    """The purest value of a column, if it is beyond what an honest feature has."""
    # scipy.stats has the same as beta.ppf, but takes seconds to import
    from scipy.special import betaincinv

    hits = crossing.counts
    rows = np.broadcast_to(hits.sum(axis=1, keepdims=True), hits.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        purity = hits / rows
        low = np.nan_to_num(
            betaincinv(np.where(hits, hits, np.nan), rows - hits + 1.0, ALPHA / tried)
        )
        ratio = low / (1 - low) / (base / (1 - base))
    minority = np.where(purity >= 0.99, ODDS_RATIO_IF_PURE, ODDS_RATIO)
    wanted = np.where(base > 0.5, ODDS_RATIO_OF_MAJORITY, minority)
    pure = (hits > 0) & (purity >= PURITY) & (ratio >= wanted)
    if not pure.any():
        return None
    value, label = np.unravel_index(np.where(pure, hits, -1).argmax(), hits.shape)
    return found(
        "leak.flag",
        "error",
        crossing.column,
        value=crossing.values[value],
        label=classes[label],
        hits=hits[value, label],
        rows=rows[value, label],
        share=purity[value, label],
        base=base[label],
        at_least=low[value, label],
        explains=hits[value, label] / hits[:, label].sum(),
    )
