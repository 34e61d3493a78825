"""Images that cannot be decoded, and what the build loses with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding, Severity
from luodi.modalities.image.inspect.look import Look, counted
from luodi.modalities.image.inspect.named import examples
from luodi.modalities.image.read.notes import shown
from luodi.modalities.tabular.inspect.about import found

SHARE_AT_MOST = 0.01
SHARE_OF_CLASS_AT_MOST = 0.1
_PREFIX = "rows.image_"


def find(look: Look) -> Iterator[Finding]:
    """Find images without pixels: an error where one in a hundred is lost, or a tenth of a
    class.
    """
    if not look.failed:
        return
    total = look.table.height
    lost, label = _of_class(look)
    many = len(look.failed) > SHARE_AT_MOST * total or lost > SHARE_OF_CLASS_AT_MOST
    severity: Severity = "error" if many else "warning"
    yield found(
        "image.unreadable",
        severity,
        rows=len(look.failed),
        total=total,
        share=len(look.failed) / total,
        reasons=counted([code.removeprefix(_PREFIX) for _, code in look.failed]),
        label=shown(label),
        lost=lost,
        names=examples(look.names[row] for row, _ in look.failed),
    )


def _of_class(look: Look) -> tuple[float, str]:
    """The largest share that a class loses, and the class."""
    if not look.classes:
        return 0.0, "-"
    every = np.bincount(look.all_labels[look.all_labels >= 0], minlength=len(look.classes))
    failed = look.all_labels[[row for row, _ in look.failed]]
    gone = np.bincount(failed[failed >= 0], minlength=len(look.classes))
    shares = gone / np.maximum(every, 1)
    worst = int(shares.argmax())
    return float(shares[worst]), look.classes[worst]
