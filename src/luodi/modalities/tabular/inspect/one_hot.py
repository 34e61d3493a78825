"""Sibling columns of a one-hot target: where all of them are 0, the target is 1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.look import Look

AGREEMENT = 0.999


def find(look: Look) -> Iterator[Finding]:
    """Find 0/1 columns that sum to "not the target" (``leak.one_hot``)."""
    if len(look.classes) != 2 or len(look) < 40:
        return
    two_valued = [c.name for c in look.columns if look.distinct[c.name] == 2]
    zero_one = [name for name in two_valued if _binary(look, name)]
    for positive in (1, 0):
        together = _siblings(look, zero_one, look.labels == positive)
        for name in together:
            others = ", ".join(other for other in together if other != name)
            yield found("leak.one_hot", "error", name, columns=len(together), others=others)


def _binary(look: Look, name: str) -> bool:
    return {str(value).lower() for value in look.values(name)[1:]} in (
        {"0.0", "1.0"},
        {"0", "1"},
        {"false", "true"},
    )


def _siblings(look: Look, names: list[str], positive: np.ndarray) -> list[str]:
    """The 0/1 columns that exclude the target and each other and cover the rest, if any do."""
    covered, chosen = positive.copy(), []
    for name in sorted(names, key=lambda n: -int((look.codes(n) == 2).sum())):
        at = look.codes(name) == 2
        if not (at & covered).any():
            covered |= at
            chosen.append(name)
    return chosen if len(chosen) >= 2 and covered.mean() >= AGREEMENT else []
