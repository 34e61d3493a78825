"""Classes that have too few images, or far fewer than others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding, Severity
from luodi.modalities.image.inspect.look import Look
from luodi.modalities.image.read.notes import shown
from luodi.modalities.tabular.inspect.about import found

IMAGES_WANTED = 20
UNEVEN, VERY_UNEVEN = 20.0, 100.0
SHOWN = 5


def few(look: Look) -> Iterator[Finding]:
    """Find classes of which there are too few images that can be read."""
    counts = _counts(look)
    rare = sorted((n, label) for label, n in counts.items() if n < IMAGES_WANTED)
    if rare:
        names = ", ".join(f"{shown(label)} ({n})" for n, label in rare[:SHOWN])
        facts = {"classes": len(rare), "names": names, "wanted": IMAGES_WANTED}
        yield found("image.few", "warning", None, **facts)


def uneven(look: Look) -> Iterator[Finding]:
    """Find a class that has many times the images of another."""
    counts = {label: n for label, n in _counts(look).items() if n}
    if len(counts) < 2:
        return
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    times = counts[most] / counts[least]
    if times >= UNEVEN:
        severity: Severity = "warning" if times >= VERY_UNEVEN else "note"
        facts = {"most": shown(most), "least": shown(least), "times": times}
        numbers = {"most_images": counts[most], "least_images": counts[least]}
        yield found("image.uneven", severity, None, **facts, **numbers)


def _counts(look: Look) -> dict[str, int]:
    known = look.labels[look.labels >= 0]
    counts = np.bincount(known, minlength=len(look.classes))
    return dict(zip(look.classes, counts.tolist(), strict=True))
