"""The same picture more than once: copies, copies saved anew, and copies of two classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding, Severity
from luodi.modalities.image.inspect.look import Look
from luodi.modalities.image.inspect.named import examples
from luodi.modalities.image.inspect.near import Pairs
from luodi.modalities.image.read.notes import shown
from luodi.modalities.tabular.inspect.about import found

MANY = 0.01
MANY_CONFLICTS_AT_LEAST = 10


def copies(look: Look, pairs: Pairs) -> Iterator[Finding]:
    """Find images that are equal in every pixel, however they are packed."""
    yield from _told("image.duplicates", look, pairs.exact)


def near(look: Look, pairs: Pairs) -> Iterator[Finding]:
    """Find images that are nearer to each other than chance brings images of this set."""
    yield from _told("image.near_duplicates", look, pairs.near)


def conflicts(look: Look, pairs: Pairs) -> Iterator[Finding]:
    """Find the same picture under two classes; an error where that is not rare."""
    if len(look.classes) < 2 or not len(pairs.all):
        return
    one, other = look.labels[pairs.all].T
    torn = pairs.all[(one != other) & (one >= 0) & (other >= 0)]
    if not len(torn):
        return
    rows = len(np.unique(torn))
    many = rows >= max(MANY_CONFLICTS_AT_LEAST, MANY * len(look))
    severity: Severity = "error" if many else "warning"
    first, second = torn[0]
    yield found(
        "image.label_conflict",
        severity,
        rows=rows,
        pairs=len(torn),
        share=rows / len(look),
        labels=" / ".join(shown(look.classes[look.labels[place]]) for place in (first, second)),
        names=couples(look, torn),
    )


def couples(look: Look, pairs: np.ndarray) -> str:
    """The first few pairs, as ``a.png = b.png``."""
    return examples(f"{look.name(one)} = {look.name(other)}" for one, other in pairs[:3])


def _told(code: str, look: Look, pairs: np.ndarray) -> Iterator[Finding]:
    if not len(pairs):
        return
    extra = len(np.unique(pairs[:, 1]))
    severity: Severity = "warning" if extra / len(look) >= MANY else "note"
    facts = {"rows": extra, "pairs": len(pairs), "share": extra / len(look)}
    yield found(code, severity, None, **facts, names=couples(look, pairs))
