"""Images that belong together (of one part, one patient) and a split that tears them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import polars as pl

from luodi.core.task import Task
from luodi.core.values import Finding, Severity
from luodi.modalities.image.inspect.look import Look
from luodi.modalities.image.inspect.named import examples, name_column
from luodi.modalities.image.inspect.near import Pairs, distances, normalised
from luodi.modalities.image.inspect.repeated import couples
from luodi.modalities.tabular.inspect.about import found

PAIRS_AT_LEAST = 5
TOGETHER_AT_LEAST = 0.8
BY_CHANCE_AT_MOST = 0.2
KEYS_AT_LEAST = 10
IMAGES_EACH = 1.8
CLOSER = 0.7
"""How near images of one key are, to those of their class, where the key says that they belong
together."""
_TRIED = 20_000
_SERIES = re.compile(r"(.*\d.*)[_\-. ](?:[A-Za-z]{1,8}|\d{1,4})")


def across(look: Look, pairs: Pairs, task: Task) -> Iterator[Finding]:
    """Find the same picture in two groups that a split by group keeps apart."""
    group = task.data.group
    if not group or group not in look.table.columns or not len(pairs.all):
        return
    one, other = _codes(look, group)[pairs.all].T
    torn = pairs.all[(one != other) & (one > 0) & (other > 0)]
    if len(torn):
        facts = {"pairs": len(torn), "rows": len(np.unique(torn)), "names": couples(look, torn)}
        yield found("image.across_groups", "warning", group, **facts)


def column(look: Look, pairs: Pairs, task: Task) -> Iterator[Finding]:
    """Find a column whose values hold the same pictures together, where the split does not."""
    if task.data.group or task.split_by == "group" or len(pairs.all) < PAIRS_AT_LEAST:
        return
    left_out = {look.target, task.data.time, name_column(look.table, look.target)}
    best: tuple[float, str] | None = None
    for series in look.table:
        if series.name in left_out or series.dtype.is_float() or series.dtype.is_nested():
            continue
        codes = _codes(look, series.name)
        one, other = codes[pairs.all].T
        together = float(((one == other) & (one > 0)).mean())
        by_chance = float(((np.bincount(codes) / len(codes)) ** 2).sum())
        if together >= TOGETHER_AT_LEAST and by_chance <= BY_CHANCE_AT_MOST:
            best = max(best or (0.0, ""), (together, series.name))
    if best:
        yield found("image.group_split", "warning", best[1], pairs=len(pairs.all), share=best[0])


def names(look: Look, task: Task) -> Iterator[Finding]:
    """Find names that count views of the same thing: ``part_0001_a.jpg``, ``part_0001_b.jpg``."""
    if task.data.group:
        return
    keys = [series_of(look.name(place)) for place in range(len(look))]
    counts = Counter(key for key in keys if key is not None)
    several = {key: n for key, n in counts.items() if n > 1}
    covered = sum(several.values())
    enough = len(several) >= KEYS_AT_LEAST and covered >= TOGETHER_AT_LEAST * len(look)
    if not enough or covered < IMAGES_EACH * len(several):
        return
    within, between = _nearness(look, keys)
    severity: Severity = "warning" if within < CLOSER * between else "note"
    shown = examples(look.name(place) for place in range(len(look)) if keys[place] in several)
    facts = {"groups": len(several), "rows": covered, "names": shown}
    facts |= {"key": next(iter(several)), "within": within, "between": between}
    yield found("image.series", severity, None, **facts)


def series_of(name: str) -> str | None:
    """What the name of a file has in common with others of its series; None without any.

    Example:
        >>> series_of("ok/part_0001_a.jpg"), series_of("crazing_12.jpg")
        ('part_0001', None)
    """
    stem = name.rsplit("/", 1)[-1].rpartition(".")[0] or name
    match = _SERIES.fullmatch(stem)
    return match[1] if match else None


def _nearness(look: Look, keys: list[str | None]) -> tuple[float, float]:
    """The middle distance of images of one key, and of images of one class."""
    vectors = normalised(look.thumbs)
    by_key = np.unique([key or f"\0{place}" for place, key in enumerate(keys)], return_inverse=True)
    return tuple(_middle(vectors, codes) for codes in (by_key[1], look.labels))  # type: ignore[return-value]


def _middle(vectors: np.ndarray, codes: np.ndarray) -> float:
    """The middle distance of images that have a code in common, each with another one."""
    shuffled = np.random.default_rng(0).permutation(len(codes))
    order = shuffled[np.argsort(codes[shuffled], kind="stable")]
    same = np.flatnonzero(codes[order[1:]] == codes[order[:-1]])[:_TRIED]
    if not len(same):
        return 0.0
    return float(np.median(distances(vectors, np.stack([order[same], order[same + 1]], axis=1))))


def _codes(look: Look, name: str) -> np.ndarray:
    """A column as whole numbers, one for each decoded image; 0 for missing."""
    codes = look.table[name].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    return np.asarray(codes[look.rows], np.int64)
