"""A feature that alone gives the target, or alone explains suspiciously much of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.alone import Alone, alone
from luodi.modalities.tabular.inspect.look import Look

STRONG = {"auc": 0.98, "accuracy": 0.98, "r2": 0.8}
APART_FROM = 0.5
APART_TIMES = 4.0
ROWS_AT_LEAST = 40


def find(look: Look) -> Iterator[Finding]:
    """Find copies of the target (``leak.copy``) and features that stand apart (``leak.strong``)."""
    if len(look) < ROWS_AT_LEAST:
        return
    usable = (c for c in look.columns if c.kind != "time" and look.distinct[c.name] >= 1)
    scores = [alone(look, column) for column in usable]
    rest = _upper_quartile(scores)
    for one in scores:
        evidence = {"measure": one.measure, "score": one.score, "others": rest}
        if one.copies:
            yield found("leak.copy", "error", one.column, **evidence)
        elif one.score >= STRONG[one.measure] or _apart(one, rest, len(scores)):
            yield found("leak.strong", "warning", one.column, **evidence)


def _upper_quartile(scores: list[Alone]) -> float:
    """What a good ordinary feature of this table reaches alone."""
    return float(np.quantile([max(one.score, 0.0) for one in scores], 0.75)) if scores else 0.0


def _apart(one: Alone, rest: float, columns: int) -> bool:
    """Whether a feature explains most of a number that no ordinary feature explains."""
    far = one.score >= APART_FROM and one.score >= APART_TIMES * max(rest, 0.01)
    return one.measure == "r2" and columns >= 8 and far
