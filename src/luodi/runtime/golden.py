"""The golden rows: records with the answers of the day the release was judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.runtime.score import Scorer, Scores

TOLERANCE = 1e-6
MOST_ROWS = 256
LONGEST_TEXT = 10_000
EXACT = ("decision", "review")
CLOSE = ("probabilities", "value")
NEEDED = {"classify": ("probabilities", "decision"), "regress": ("value",)}


def check(golden: Mapping[str, Any], scorer: Scorer) -> float:
    """Score the golden rows again; this machine must give the answers that were judged.

    Args:
        golden: ``{"rows": [...], "answers": {...}}``, answers being lists by the field names of
            ``Scores``.
        scorer: What answers.

    Returns:
        The largest difference: absolute below 1, relative above.

    Raises:
        LuodiError: ``release.golden`` when a number differs by more than 1e-6 or a decision at
            all, ``release.golden_form`` when the member is not of that form.
    """
    rows, answers = golden.get("rows"), golden.get("answers")
    needed = NEEDED.get(scorer.goal, ())
    if not isinstance(rows, list) or not isinstance(answers, dict) or set(golden) != _KEYS:
        raise LuodiError("release.golden_form")
    if not 0 < len(rows) <= MOST_ROWS or not {*needed} <= answers.keys() <= {*EXACT, *CLOSE}:
        raise LuodiError("release.golden_form")
    if any(isinstance(v, str) and len(v) > LONGEST_TEXT for row in rows for v in _values(row)):
        raise LuodiError("release.golden_form")
    scorer.predict(rows[0])  # the way of a single record, with its labels and names
    scores = scorer.score(rows)
    if scores.probabilities is not None and scores.probabilities.shape[1] != len(scorer.classes):
        raise LuodiError("release.golden_form")
    return max(_difference(name, answers[name], scores) for name in answers)


_KEYS = {"rows", "answers"}


def _values(row: Any) -> Iterable[Any]:
    return row.values() if isinstance(row, dict) else ()


def _difference(name: str, wanted: Any, scores: Scores) -> float:
    found = getattr(scores, name)
    try:
        expected = np.asarray(wanted, bool if name == "review" else np.float64)
    except (TypeError, ValueError):
        raise LuodiError("release.golden_form") from None
    if found is None or expected.shape != found.shape:
        raise LuodiError("release.golden_form")
    gap = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    gap = gap / np.maximum(1.0, np.abs(expected.astype(np.float64)))
    limit = 0.0 if name in EXACT else TOLERANCE
    # A NaN is not within anything.
    broken = ~(gap <= limit)
    if broken.any():
        row = int(np.argwhere(broken)[0][0])
        raise LuodiError("release.golden", field=name, row=row, difference=f"{gap[broken][0]:.3g}")
    return float(gap.max(initial=0.0))
