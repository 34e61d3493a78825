"""The worst errors as small pictures for the card, where the task allows that."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

from luodi.core.modality import Modality
from luodi.core.task import Task
from luodi.core.values import Dataset

MOST_BYTES = 64_000
"""Of all pictures together; the worst come first."""


def worst(
    task: Task, holdout: Dataset, details: Mapping[str, Any], kind: Modality
) -> list[dict[str, Any]]:
    """The records of the holdout whose decisions were most wrong, as pictures.

    Which record it is is not told: only what it looks like, its truth and what was answered.

    Args:
        task: The task; without ``card.images`` there are none.
        holdout: The records that were judged on.
        details: What the judge said.
        kind: What knows the kind of data.

    Returns:
        ``truth``, ``decided``, ``probability`` (that of the truth) and ``png`` (base64), worst
        first.
    """
    if not task.card.images or details.get("goal") != "classify":
        return []
    found: list[dict[str, Any]] = []
    names = [column.name for column in holdout.columns]
    left = MOST_BYTES
    for one in details.get("top_errors") or ():
        if one["truth"] == one["decided"]:
            continue
        picture = kind.pictured(holdout.table.select(names).row(one["row"], named=True))
        if picture is None or len(picture) > left:
            break
        left -= len(picture)
        said = {name: one[name] for name in ("truth", "decided")}
        text = base64.b64encode(picture).decode("ascii")
        found.append({**said, "probability": math.exp(-one["loss"]), "png": text})
    return found
