"""The golden rows: records with the answers of the day the release was judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.runtime.score import Scorer, Scores


class Closeness(NamedTuple):
    """How close the answers must come, and what the records may be.

    Attributes:
        tolerance: Largest difference of a number: absolute below 1, relative above.
        longest: Most characters of a text in a record.
        margins: Whether a decision that hangs by less than the tolerance may be another one.
    """

    tolerance: float
    longest: int
    margins: bool


TOLERANCE = 1e-6
CLOSENESS = {
    "tabular": Closeness(TOLERANCE, 10_000, margins=False),
    # Convolutions sum 32-bit floats in an order that depends on the processor.
    "image": Closeness(1e-4, 2**20, margins=True),
}
WHOLE = Closeness(0.1, 2**20, margins=True)
"""For graphs in whole numbers: a sum on the edge of two steps goes either way, by processor, and
later layers follow it; on processors of one kind nothing differs."""
MOST_ROWS = 256
WITH_NETWORKS = ("image",)
EXACT = ("decision", "review")
CLOSE = ("probabilities", "value", "strangeness")
NEEDED = {"classify": ("probabilities", "decision"), "regress": ("value",)}


def check(
    golden: Mapping[str, Any], scorer: Scorer, modality: str = "tabular", whole: bool = False
) -> float:
    """Score the golden rows again; this machine must give the answers that were judged.

    Args:
        golden: ``{"rows": [...], "answers": {...}}``, answers being lists by the field names of
            ``Scores``; for networks it may hold ``"margins": [...]``, as ``Rule.margins`` of
            ``core.decision`` tells them.
        scorer: What answers.
        modality: The kind of data; decides how close is close.
        whole: Whether the graph computes in whole numbers of 8 bits.

    Returns:
        The largest difference: absolute below 1, relative above.

    Raises:
        LuodiError: ``release.golden`` when a number differs by more than the tolerance or a
            decision that does not hang by less, ``release.golden_form`` when the member is not
            of that form.
    """
    closeness = WHOLE if whole and modality in WITH_NETWORKS else CLOSENESS[modality]
    rows, answers = golden.get("rows"), golden.get("answers")
    needed = NEEDED.get(scorer.goal, ())
    if not isinstance(rows, list) or not isinstance(answers, dict) or golden.keys() - _KEYS:
        raise LuodiError("release.golden_form")
    if not 0 < len(rows) <= MOST_ROWS or not {*needed} <= answers.keys() <= {*EXACT, *CLOSE}:
        raise LuodiError("release.golden_form")
    if any(not isinstance(row, dict) or _long(row, closeness.longest) for row in rows):
        raise LuodiError("release.golden_form")
    hanging = _hanging(golden, len(rows), closeness)
    scorer.predict(rows[0])  # the way of a single record, with its labels and names
    scores = scorer.score_batch(scorer.codec.encode_rows(rows))  # what is too much is refused
    if scores.probabilities is not None and scores.probabilities.shape[1] != len(scorer.classes):
        raise LuodiError("release.golden_form")
    limits = {name: closeness.tolerance if name in CLOSE else 0.0 for name in answers}
    return max(
        _difference(name, answers[name], scores, limits[name], hanging if name in EXACT else None)
        for name in answers
    )


_KEYS = {"rows", "answers", "margins"}


def _long(row: Mapping[str, Any], longest: int) -> bool:
    return any(isinstance(value, str) and len(value) > longest for value in row.values())


def _hanging(golden: Mapping[str, Any], rows: int, closeness: Closeness) -> np.ndarray:
    """The rows whose decision hangs by less than the tolerance."""
    if "margins" not in golden:
        return np.zeros(rows, bool)
    given = golden["margins"]
    told = isinstance(given, list) and all(type(margin) in (int, float) for margin in given)
    if not closeness.margins or not told or len(given) != rows:
        raise LuodiError("release.golden_form")
    return np.array([margin < closeness.tolerance for margin in given])


def _difference(
    name: str, wanted: Any, scores: Scores, limit: float, hanging: np.ndarray | None
) -> float:
    found = getattr(scores, name)
    try:
        expected = np.asarray(wanted, bool if name == "review" else np.float64)
    except (TypeError, ValueError):
        raise LuodiError("release.golden_form") from None
    if found is None or expected.shape != found.shape:
        raise LuodiError("release.golden_form")
    gap = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    gap = gap / np.maximum(1.0, np.abs(expected.astype(np.float64)))
    if hanging is not None:
        gap[hanging] = 0.0
    # A NaN is not within anything.
    broken = ~(gap <= limit)
    if broken.any():
        row = int(np.argwhere(broken)[0][0])
        raise LuodiError("release.golden", field=name, row=row, difference=f"{gap[broken][0]:.3g}")
    return float(gap.max(initial=0.0))
