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
from luodi.modalities.image.learn.prepared import Prepared
from luodi.modalities.image.records import affordable, files, parts
from luodi.modalities.image.shrink.whole import whole

TOLERANCE = 1e-4
"""Of a probability: torch and onnxruntime add up the same float32 products in another order."""
WHOLE_TOLERANCE = 0.02
"""Of graphs in whole numbers: a sum on the edge of two steps goes either way, and later sums follow
it; what is judged is the graph."""
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
            0.02, or an answer that is no tie.
    """
    prepared: Prepared = candidate.prepared
    held = files(rows, prepared.codec)[: affordable(prepared.codec, LARGEST_HOLDOUT)]
    strange = adversary.images(prepared.codec, STRANGE_IMAGES, seed=2)
    rounded = any(whole(model.network) for one in candidate.members for model in one.models)
    tolerance = WHOLE_TOLERANCE if rounded else TOLERANCE
    report: dict[str, Any] = {"tolerance": tolerance, **({"whole": True} if rounded else {})}
    for name, images in (("records", held), ("adversarial", strange)):
        report[name] = _compared(candidate, session, images, tolerance)
    both = (report["records"], report["adversarial"])
    report["passed"] = all(r["flips"] == 0 and r["largest"] <= tolerance for r in both)
    if not report["passed"]:
        facts = {name: max(r[name] for r in both) for name in ("flips", "largest")}
        raise LuodiError(
            "convert.parity", candidate=candidate.name, leaves=0, tolerance=tolerance, **facts
        )
    return report


def _compared(
    candidate: Candidate, session: Session, images: Sequence[Any], tolerance: float
) -> dict[str, Any]:
    batches = parts(candidate.prepared.codec, images)
    found = [_part(candidate, session, batch, tolerance) for batch in batches]
    return {
        "rows": sum(rows for rows, _, _ in found),
        "flips": sum(flips for _, flips, _ in found),
        "largest": max((largest for _, _, largest in found), default=0.0),
    }


def _part(
    candidate: Candidate, session: Session, batch: Batch, tolerance: float
) -> tuple[int, int, float]:
    (images,) = batch.feeds.values()
    said = trained.says(candidate, list(images))
    probabilities, decision, review = session(batch.feeds)
    largest = float(np.abs(probabilities - said.probabilities).max(initial=0.0))
    other = (decision != said.decision) | (review != said.review)
    flips = int((other & (said.margin > tolerance)).sum())
    finite = np.isfinite(probabilities).all() and np.isfinite(said.probabilities).all()
    return len(images), flips, largest if finite else float("inf")
