"""The proof that a file answers as the graph does, or nearly so where it holds whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from luodi.core.decision import Rule
from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Parts
from luodi.modalities.image import adversary
from luodi.modalities.image.records import answered
from luodi.modalities.image.tflite.sample import held, some_files
from luodi.modalities.target import truth_of

TOLERANCE = 1e-4
"""Of a probability in single precision, as between graph and torch; measured are 1e-6."""
STRANGE_IMAGES = 100


def same(
    candidate: Candidate, graph: Session, file: Session, tolerance: float = TOLERANCE
) -> dict[str, Any]:
    """Compare file and graph on the golden images and on strange ones.

    Args:
        candidate: The candidate.
        graph: Its ONNX graph.
        file: Its .tflite file in single precision.
        tolerance: By how much a probability may differ, and below what a decision hangs.

    Returns:
        Images, decisions that differ, and the largest difference, as JSON data for the judge.

    Raises:
        LuodiError: ``convert.parity_tflite``.
    """
    from luodi.modalities.image.export import GOLDEN_ROWS  # with it comes torch

    codec = candidate.prepared.codec
    images = [
        *adversary.images(codec, GOLDEN_ROWS, seed=1),
        *adversary.images(codec, STRANGE_IMAGES, seed=2),
    ]
    found = _compared(candidate, graph, file, images, tolerance)
    if found["flips"] or not found["largest"] <= tolerance:
        facts = {"candidate": candidate.name, "tolerance": tolerance}
        raise LuodiError("convert.parity_tflite", **facts, **found)
    return {"tolerance": tolerance, "passed": True, "golden": found}


def lost(
    candidate: Candidate, graph: Session, file: Session, given: Parts, most: float
) -> dict[str, float]:
    """Judge a file of whole numbers by what it loses on images that training has not learned from.

    Args:
        candidate: The candidate.
        graph: Its ONNX graph.
        file: Its .tflite file.
        given: The records; the holdout is not touched.
        most: Share of images by which accuracy may be lower.

    Returns:
        Images, accuracy of both, what is lost, the share of decisions that are the same, and the
        largest difference of a probability.

    Raises:
        LuodiError: ``convert.lost_tflite``.
    """
    rows = held(candidate, given.train)
    images = some_files(candidate, given.train, rows)
    truth = truth_of(candidate.prepared.codec, given.train)[rows]
    first, second = (answered(one, candidate.prepared.codec, images) for one in (graph, file))
    right = [float(np.mean(said[1] == truth)) for said in (first, second)]
    found = {
        "rows": float(len(rows)),
        "accuracy_graph": right[0],
        "accuracy": right[1],
        "lost": right[0] - right[1],
        "same": float(np.mean(first[1] == second[1])),
        "largest": float(np.abs(first[0] - second[0]).max(initial=0.0)),
    }
    if not (found["lost"] <= most and np.isfinite(second[0]).all()):
        facts = {"candidate": candidate.name, "rows": len(rows), "most": most}
        raise LuodiError("convert.lost_tflite", lost=round(found["lost"], 4), **facts)
    return found


def _compared(
    candidate: Candidate, graph: Session, file: Session, images: Sequence[Any], tolerance: float
) -> dict[str, Any]:
    first, second = (answered(one, candidate.prepared.codec, images) for one in (graph, file))
    margins = Rule.from_json(candidate.decision).margins(first[0])
    other = (first[1] != second[1]) | (first[2] != second[2])
    finite = bool(np.isfinite(second[0]).all())
    largest = float(np.abs(first[0] - second[0]).max()) if finite else float("inf")
    flips = int((other & (margins > tolerance)).sum())
    return {"rows": len(images), "flips": flips, "largest": largest}
