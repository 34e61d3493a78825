"""The proof that the graph answers as the trained networks do, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from luodi.core.codec import Batch
from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Dataset
from luodi.modalities.image import adversary, trained
from luodi.modalities.image.learn.frozen import Frozen
from luodi.modalities.image.learn.prepared import Prepared
from luodi.modalities.image.records import affordable, files, parts
from luodi.modalities.image.shrink.whole import whole

TOLERANCE = 1e-4
"""Of a probability: torch and onnxruntime add up the same float32 products in another order."""
WHOLE_TOLERANCE = 0.01
"""Of a probability in the mean, for graphs in whole numbers: a sum on the edge of two steps goes
either way, and later layers follow it. Two right ways to compute differ by as much as rounding
itself does; a wrong one differs everywhere. What is judged is the graph."""
HANGING = 0.05
"""Decisions of such graphs that hang by less may go either way."""
MOST_FLIPS = 0.01
STRANGE_SHARE = 0.2
"""How much a difference in strangeness counts beside one of a probability: it has no upper end."""
STRANGE_IMAGES = 100
LARGEST_HOLDOUT = 2_000


def checked(candidate: Candidate, session: Session, rows: Dataset) -> dict[str, Any]:
    """Compare graph and trained object on images and on strange ones.

    Args:
        candidate: The trained object.
        session: Its graph.
        rows: Images to compare on, at most the first 2,000 of them.

    Returns:
        Counts and the largest differences, as JSON data.

    Raises:
        LuodiError: ``convert.parity`` when more than 1e-4 differs, in whole numbers more than
            0.01 in the mean, or an answer that is no tie.
    """
    prepared: Prepared = candidate.prepared
    held = files(rows, prepared.codec)[: affordable(prepared.codec, LARGEST_HOLDOUT)]
    strange = adversary.images(prepared.codec, STRANGE_IMAGES, seed=2)
    rounded = _rounded(candidate)
    tolerance = WHOLE_TOLERANCE if rounded else TOLERANCE
    report: dict[str, Any] = {"tolerance": tolerance, **({"whole": True} if rounded else {})}
    for name, images in (("records", held), ("adversarial", strange)):
        report[name] = _compared(candidate, session, images, HANGING if rounded else TOLERANCE)
    both = (report["records"], report["adversarial"])
    report["passed"] = all(_alike(one, tolerance, rounded) for one in both)
    if not report["passed"]:
        facts = {name: max(r[name] for r in both) for name in ("flips", "largest")}
        raise LuodiError(
            "convert.parity", candidate=candidate.name, leaves=0, tolerance=tolerance, **facts
        )
    return report


def _rounded(candidate: Candidate) -> bool:
    """Whether a network of it computes in whole numbers; a head on features never does."""
    models = [model for member in candidate.members for model in member.models]
    return any(whole(one.network) for one in models if not isinstance(one, Frozen))


def _alike(found: dict[str, Any], tolerance: float, rounded: bool) -> bool:
    if not rounded:
        return bool(found["flips"] == 0 and found["largest"] <= tolerance)
    few = found["flips"] <= max(1, MOST_FLIPS * found["rows"])
    return bool(few and found["mean"] <= tolerance)


def _compared(
    candidate: Candidate, session: Session, images: Sequence[Any], tolerance: float
) -> dict[str, Any]:
    batches = parts(candidate.prepared.codec, images)
    found = [_part(candidate, session, batch, tolerance) for batch in batches]
    rows = sum(part[0] for part in found)
    return {
        "rows": rows,
        "flips": sum(part[1] for part in found),
        "largest": max((part[2] for part in found), default=0.0),
        "mean": sum(part[0] * part[3] for part in found) / max(rows, 1),
    }


def _stranger(said: np.ndarray | None, given: Sequence[np.ndarray]) -> np.ndarray:
    """Differences in how strange images are; relative above 1, as photos of another world are
    strange by thousands."""
    if said is None or not given:
        return np.array([0.0 if said is None and not given else np.inf])
    gaps = np.abs(given[0] - said) / np.maximum(1.0, said)
    return np.where(np.isfinite(gaps), gaps, np.inf)


def _part(
    candidate: Candidate, session: Session, batch: Batch, tolerance: float
) -> tuple[int, int, float, float]:
    (images,) = batch.feeds.values()
    said = trained.says(candidate, list(images))
    probabilities, decision, review, *more = session(batch.feeds)
    apart = np.abs(probabilities - said.probabilities)
    other = (decision != said.decision) | (review != said.review)
    flips = int((other & (said.margin > tolerance)).sum())
    finite = np.isfinite(probabilities).all() and np.isfinite(said.probabilities).all()
    if not finite:
        return len(images), flips, float("inf"), float("inf")
    stranger = _stranger(said.strangeness, more)
    largest = max(float(apart.max(initial=0.0)), float(stranger.max(initial=0.0)))
    mean = max(float(apart.mean()), float(stranger.mean()) * STRANGE_SHARE)
    return len(images), flips, largest, mean
