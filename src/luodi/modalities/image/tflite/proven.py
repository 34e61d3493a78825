"""A candidate as a proven .tflite file: what a build for small devices hands over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from luodi.core.session import Session
from luodi.core.values import Candidate, Parts
from luodi.modalities.image.graph.compose import composed
from luodi.modalities.image.shrink.own import refuse_others
from luodi.modalities.image.tflite.proof import TOLERANCE, lost, same
from luodi.modalities.image.tflite.sample import sampled
from luodi.modalities.image.tflite.session import EdgeSession
from luodi.modalities.image.tflite.writing import converted, in_integers

Form = Literal["float32", "int8"]


def form(name: str) -> Form:
    """A form by its name."""
    return "int8" if name == "int8" else "float32"


@dataclass(frozen=True)
class Limits:
    """What a file must keep to.

    Attributes:
        tolerance: By how much a probability of a float32 file may differ from the graph's.
        most_lost: Share of images by which the accuracy of an int8 file may be lower.
        images: Images of training that fit the whole numbers.
    """

    tolerance: float = TOLERANCE
    most_lost: float = 0.01
    images: int = 300


@dataclass(frozen=True)
class Edge:
    """A .tflite file, and what was measured of it.

    Attributes:
        name: ``float32`` or ``int8``.
        model: The bytes of the file.
        size_mb: Its size in megabytes (10⁶ bytes).
        parity: How its conversion in single precision answers beside the graph, as JSON data.
        figures: Beside the graph on images that no network has learned from: ``rows``,
            ``accuracy`` and ``accuracy_graph``, what is ``lost`` of it, the share of decisions
            that are the ``same``, and the ``largest`` difference of a probability. With
            ``plain_`` before it, the same where the file computes as microcontrollers do.
    """

    name: Form
    model: bytes
    size_mb: float
    parity: Mapping[str, Any]
    figures: Mapping[str, float]


def edge(
    candidate: Candidate, given: Parts, *, form: Form = "int8", limits: Limits | None = None
) -> Edge:
    """Convert a candidate and prove the file against its graph; the holdout is not touched.

    In single precision the file must answer golden and strange images as the graph does. With
    whole numbers it may differ, and is judged by what it loses on images that no network has
    learned from: as phones compute and as microcontrollers do.

    Args:
        candidate: The candidate.
        given: The records that it was trained on.
        form: ``float32``, or ``int8`` for whole numbers of 8 bits inside.
        limits: What the file must keep to.

    Raises:
        LuodiError: ``environment.missing_package``, ``compress.brought``,
            ``convert.parity_tflite``, ``convert.lost_tflite``.
    """
    refuse_others(candidate.name, (member.recipe.family for member in candidate.members))
    limits = limits or Limits()
    graph, model = Session(composed(candidate), "classify"), converted(candidate)
    parity = same(candidate, graph, EdgeSession(model), limits.tolerance)
    if form == "int8":
        model = in_integers(model, sampled(candidate, given, limits.images))
    figures = lost(candidate, graph, EdgeSession(model), given, limits.most_lost)
    plain = lost(candidate, graph, EdgeSession(model, plain=True), given, limits.most_lost)
    figures |= {f"plain_{name}": value for name, value in plain.items()}
    return Edge(form, model, len(model) / 1e6, parity, figures)
