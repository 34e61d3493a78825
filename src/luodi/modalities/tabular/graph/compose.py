"""One ONNX graph from raw named columns to answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from luodi.core.calibration import Calibration
from luodi.core.decision import Rule
from luodi.core.values import Candidate
from luodi.modalities.graph import tail
from luodi.modalities.graph.builder import Builder
from luodi.modalities.tabular.features import FeaturePlan
from luodi.modalities.tabular.graph import answer, features
from luodi.modalities.tabular.learn.linear import LinearModel
from luodi.modalities.tabular.learn.prepared import Prepared


def composed(candidate: Candidate) -> bytes:
    """The graph of a candidate.

    Inputs are ``numbers`` double (rows, numbers), ``categories`` text (rows, categories) and
    ``times`` int64 (rows, times), each only if there are such columns. Outputs are
    ``probabilities`` double, ``decision`` int64 and ``review`` bool, or ``value`` double.
    """
    prepared: Prepared = candidate.prepared
    used = _used(candidate)
    plan, places = reduced(prepared.plan, used)
    b = Builder()
    slot = features.slots(b, plan) if plan.categories else None
    matrix = features.matrix(b, plan, slot)
    mean = answer.answers(
        b, candidate.members, candidate.weights, matrix, slot, places, prepared.shape
    )
    if prepared.shape == "regress":
        tail.restored(b, mean, prepared.spread, prepared.centre)
    else:
        map_ = Calibration.from_json(candidate.calibration)
        final = tail.calibrated(b, mean, map_, prepared.shape)
        tail.decided(b, final, Rule.from_json(candidate.decision), prepared.shape)
    return b.model(
        _inputs(prepared), tail.outputs(len(prepared.codec.classes)), _metadata(prepared)
    )


def _used(candidate: Candidate) -> np.ndarray:
    """Columns of the plan's whole matrix that any model reads."""
    columns = [
        model.native.columns if isinstance(model.native, LinearModel) else model.columns
        for member in candidate.members
        for model in member.models
    ]
    return np.unique(np.concatenate(columns))


def reduced(plan: FeaturePlan, used: np.ndarray) -> tuple[FeaturePlan, np.ndarray]:
    """The plan without pairs and blocks of target means that nobody reads.

    Returns:
        The smaller plan, and for each column of the old matrix its place in the new one
        (-1 where it is gone).
    """
    first = plan.pairs_from
    kept_pairs = [i for i in range(len(plan.pairs)) if first + i in used]
    spans = [plan.width + k * plan.block + np.arange(plan.block) for k in range(plan.blocks)]
    kept_blocks = [k for k, span in enumerate(spans) if np.isin(span, used).any()]
    stays = np.concatenate(
        [
            np.arange(plan.width),
            *(spans[k] for k in kept_blocks),
            first + np.array(kept_pairs, np.int64),
        ]
    ).astype(np.int64)
    places = np.full(first + len(plan.pairs), -1, np.int64)
    places[stays] = np.arange(len(stays))
    means = plan.means[kept_blocks] if plan.means is not None and kept_blocks else None
    smaller = replace(plan, pairs=tuple(plan.pairs[i] for i in kept_pairs), means=means)
    return smaller, places


def _inputs(prepared: Prepared) -> list[Any]:
    from onnx import TensorProto, helper

    codec = prepared.codec
    kinds = (
        ("numbers", TensorProto.DOUBLE, len(codec.numbers)),
        ("categories", TensorProto.STRING, len(codec.categories)),
        ("times", TensorProto.INT64, len(codec.times)),
    )
    return [
        helper.make_tensor_value_info(name, kind, ["rows", width])
        for name, kind, width in kinds
        if width
    ]


def _metadata(prepared: Prepared) -> dict[str, str]:
    codec = prepared.codec
    names = {
        "numbers": [c.name for c in codec.numbers],
        "categories": [c.name for c in codec.categories],
        "times": [c.name for c in codec.times],
    }
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in names.items() if value}
    return {"classes": json.dumps(codec.classes, ensure_ascii=False), "goal": codec.goal, **texts}
