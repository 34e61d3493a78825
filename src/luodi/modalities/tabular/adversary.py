"""Records made to break a conversion: split points, missing, unseen, huge, tiny, foreign text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from luodi.modalities.tabular.codec import Codec, NumberColumn

Record = dict[str, Any]
STRANGE_TEXT = ("", " ", "unseen ☃", "从未见过的类别", "Ａ１", "'; --", "x" * 300, "\u200b", "NULL")
STRANGE_NUMBERS = (
    0.0, -0.0, 1e300, -1e300, 1e-300, 5e-324, 3.5e38, -3.5e38, 2.0**53 + 1, 16_777_217.0, None,
)  # fmt: skip
STRANGE_TIMES = (
    "1900-01-01", "1969-12-31 23:59:59", "2000-02-29", "2024-02-29T12:30:00",
    "2100-03-01", "9999-12-31", None,
)  # fmt: skip
FEWEST_DRAWN, MOST_DRAWN = 50, 1_000_000
"""Ordinary records to start from, and values drawn for them."""


def records(
    codec: Codec, split_points: Sequence[tuple[str, float]], count: int, seed: int = 0
) -> list[Record]:
    """Hostile records for a codec; most differ from an ordinary record in one or two columns.

    Args:
        codec: The codec.
        split_points: Columns and the thresholds that the trees compare them with.
        count: Number of records.
        seed: Seed of the random choices.
    """
    rng = np.random.default_rng(seed)
    twists = _twists(codec, split_points, rng)
    plain = [ordinary(codec, rng) for _ in range(_pool(codec, count))]
    found = []
    for number in range(count):
        record = dict(plain[number % len(plain)])
        for _ in range(int(rng.integers(1, 4))):
            twists[int(rng.integers(len(twists)))](record)
        found.append(record)
    return found


def _pool(codec: Codec, count: int) -> int:
    """How many ordinary records to draw: one each, but fewer where a record has many columns."""
    return max(1, min(count, max(FEWEST_DRAWN, MOST_DRAWN // max(1, len(codec.names)))))


def ordinary(codec: Codec, rng: np.random.Generator) -> Record:
    """A record with values from the ranges that training saw; nobody's own data."""
    lows, highs = [n.seen_low for n in codec.numbers], [n.seen_high for n in codec.numbers]
    drawn = rng.uniform(lows, highs).round(4).tolist()
    record: Record = {n.name: value for n, value in zip(codec.numbers, drawn, strict=True)}
    for category in codec.categories:
        known = category.known or ("",)
        record[category.name] = known[int(rng.integers(len(known)))]
    for moment in codec.times:
        micros = int(rng.integers(moment.seen_low, moment.seen_high + 1))
        record[moment.name] = str(np.datetime64(micros - micros % 1_000_000, "us"))[:19]
    return record


def _twists(
    codec: Codec, split_points: Sequence[tuple[str, float]], rng: np.random.Generator
) -> list[Callable[[Record], None]]:
    """Ways to spoil a record, each drawn with its own chance."""
    twists: list[Callable[[Record], None]] = [lambda r: None]
    if codec.numbers:
        twists += [lambda r: _number(r, codec.numbers, rng)] * 3
        twists += [lambda r: _as_text(r, codec.numbers, rng)]
    if split_points:
        twists += [lambda r: _at_split(r, split_points, rng)] * 8
    if codec.categories:
        names = [c.name for c in codec.categories]
        twists += [lambda r: r.update({_one(names, rng): _one(STRANGE_TEXT, rng)})] * 3
    if codec.times:
        moments = [c.name for c in codec.times]
        twists += [lambda r: r.update({_one(moments, rng): _one(STRANGE_TIMES, rng)})] * 2
    twists += [lambda r: _without(r, _one(codec.names, rng))]
    return twists


def _one(options: Sequence[Any], rng: np.random.Generator) -> Any:
    return options[int(rng.integers(len(options)))]


def _without(record: Record, name: str) -> None:
    """A record with no column left at all is refused before it reaches a graph."""
    if len(record) > 1:
        record.pop(name, None)


def _number(record: Record, columns: Sequence[NumberColumn], rng: np.random.Generator) -> None:
    record[_one(columns, rng).name] = _one(STRANGE_NUMBERS, rng)


def _as_text(record: Record, columns: Sequence[NumberColumn], rng: np.random.Generator) -> None:
    """A number in full-width digits, as some input methods write it."""
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    name = _one(columns, rng).name
    if isinstance(record.get(name), float):
        record[name] = f"{record[name]:.3f}".translate(wide)


def _at_split(
    record: Record, points: Sequence[tuple[str, float]], rng: np.random.Generator
) -> None:
    """A value at a threshold, or one float32 or one double beside it."""
    name, threshold = _one(points, rng)
    with np.errstate(over="ignore"):
        single = np.float32(threshold)
        sides = (
            threshold,
            float(single),
            float(np.nextafter(single, np.float32(np.inf))),
            float(np.nextafter(single, np.float32(-np.inf))),
            float(np.nextafter(threshold, np.inf)),
            float(np.nextafter(threshold, -np.inf)),
        )
    record[name] = _one([side for side in sides if np.isfinite(side)] or [threshold], rng)
