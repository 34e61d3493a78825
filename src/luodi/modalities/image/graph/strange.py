"""How unlike the training images an image is, as operators beside the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.session import STRANGENESS
from luodi.core.values import Candidate
from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.learn.strange import Stage, limit


def known(candidate: Candidate) -> list[tuple[Any, float]]:
    """The models that know what images usually look like, and their weights, which sum to 1."""
    if not candidate.prepared.strange:
        return []
    found = [
        (model, weight / len(member.models))
        for member, weight in zip(candidate.members, candidate.weights, strict=True)
        for model in member.models
        if model.strange is not None and weight > 0
    ]
    total = sum(weight for _, weight in found)
    return [(model, weight / total) for model, weight in found]


def furthest(candidate: Candidate) -> float:
    """The weighted mean square at which an image counts as strange."""
    own = sum(weight * model.strange.own for model, weight in known(candidate))
    return max(limit(np.asarray(own), candidate.prepared.strange), np.finfo(np.float64).tiny)


def written(b: Builder, stages: Sequence[Stage], inside: Mapping[str, str]) -> str:
    """The sum of squares of one network, double (rows, 1).

    What can be done for all stages at once is: an answer takes time by the number of operators.

    Args:
        b: The graph.
        stages: How its stages are measured.
        inside: Names of what lies between its layers, by node.
    """
    numbers, places = _numbers(b, stages, inside)
    white = [_white(b, stage, numbers, place) for stage, place in zip(stages, places, strict=True)]
    whole = b("Concat", *white, axis=1) if len(white) > 1 else white[0]
    return b("ReduceSum", b("Mul", whole, whole), b.constant(np.array([1])), keepdims=1)


def _numbers(
    b: Builder, stages: Sequence[Stage], inside: Mapping[str, str]
) -> tuple[str, list[np.ndarray]]:
    """What ``learn.stages.summary`` tells of all stages, double (rows, numbers); and which of
    these numbers are those of each stage: means come first, then roots, then what is dense."""
    wide = [stage for stage in stages if not stage.dense]
    parts = [inside[stage.name] for stage in stages if stage.dense]
    if wide:
        given = [inside[stage.name] for stage in wide]
        means = [b("GlobalAveragePool", one) for one in given]
        squares = [b("GlobalAveragePool", b("Mul", one, one)) for one in given]
        pooled = b("Concat", *means, b("Sqrt", b("Concat", *squares, axis=1)), axis=1)
        parts = [b("Flatten", pooled, axis=1), *parts]
    joined = b("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]
    return b.cast(joined, np.float64), _places(stages)


def _places(stages: Sequence[Stage]) -> list[np.ndarray]:
    halves = {stage.name: stage.width // 2 for stage in stages if not stage.dense}
    channels, dense = sum(halves.values()), 2 * sum(halves.values())
    before, found = 0, []
    for stage in stages:
        if stage.dense:
            found.append(dense + stage.taken)
            dense += stage.width
            continue
        half = halves[stage.name]
        root = stage.taken >= half
        found.append(before + stage.taken + np.where(root, channels - half, 0))
        before += half
    return found


def _white(b: Builder, stage: Stage, numbers: str, place: np.ndarray) -> str:
    """One stage, whitened. The weights take half the room in single precision; the product is
    formed in double."""
    own = b("Gather", numbers, b.constant(place), axis=1)
    bias = -(stage.centre @ stage.whitening.astype(np.float64))
    weights = b.cast(b.constant(stage.whitening), np.float64)
    return b("Gemm", own, weights, b.constant(bias))


def told(b: Builder, mean: str, most: float) -> None:
    """The output: the distance as a share of the largest usual one, (rows,)."""
    share = b("Sqrt", b("Div", mean, b.constant(np.array(most))))
    b("Squeeze", share, b.constant(np.array([1])), to=STRANGENESS)


def output() -> Any:
    """Value info of the output."""
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(STRANGENESS, TensorProto.DOUBLE, ["rows"])
