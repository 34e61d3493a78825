"""Members as operators: from features to their weighted mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from luodi.core.values import Member
from luodi.modalities.graph.builder import Builder
from luodi.modalities.tabular import forest as trees
from luodi.modalities.tabular.learn.fitted import Fitted, link_of
from luodi.modalities.tabular.learn.linear import LinearModel


def member_forest(member: Member, places: np.ndarray) -> trees.Forest:
    """The mean of a member's models as one forest on the graph's columns.

    Args:
        member: A member of tree models.
        places: For each column of the plan's whole matrix, its column in the graph.
    """
    forests = [m.forest for m in member.models if m.forest is not None]
    shares = [1.0 / len(forests)] * len(forests)
    maps = [places[m.columns] for m in member.models]
    return trees.compact(trees.merge(forests, shares, maps))


def answers(
    b: Builder,
    members: Sequence[Member],
    weights: Sequence[float],
    features: str,
    slot: str | None,
    places: np.ndarray,
    shape: str,
) -> str:
    """The weighted mean of the members: (rows, 1) of values or of the second of two classes'
    probabilities, else (rows, classes).
    """
    said = []
    for number, (member, weight) in enumerate(zip(members, weights, strict=True)):
        margins = _margins(b, member, features, slot, places, f"member_{number}")
        one = _linked(b, margins, link_of(member.recipe.family, shape))
        said.append(one if weight == 1.0 else b("Mul", one, b.constant(np.array(weight))))
    total = said[0]
    for other in said[1:]:
        total = b("Add", total, other)
    return total


def _margins(
    b: Builder, member: Member, features: str, slot: str | None, places: np.ndarray, name: str
) -> str:
    model: Fitted = member.models[0]
    if isinstance(model.native, LinearModel):
        return _linear(b, model.native, features, slot, places)
    output = b.name("margins")
    b.add(*trees.nodes(member_forest(member, places), features, output, name))
    return output


def _linear(
    b: Builder, model: LinearModel, features: str, slot: str | None, places: np.ndarray
) -> str:
    """``design(x) @ weights + bias + level weights``."""
    total = b.constant(model.bias[None, :])
    if len(model.columns):
        x = b("Gather", features, b.constant(places[model.columns]), axis=1)
        missing = b("IsNaN", x)
        x = b("Where", missing, b.constant(model.fill[None, :]), x)
        x = b("Min", b("Max", x, b.constant(model.low[None, :])), b.constant(model.high[None, :]))
        parts = [x]
        if len(model.knots):
            repeated = b("Gather", x, b.constant(model.hinge_of), axis=1)
            above = b("Sub", repeated, b.constant(model.knots[None, :]))
            parts.append(b("Max", above, b.constant(np.array(0.0))))
        parts.append(b.cast(missing, np.float64))
        product = b("MatMul", b("Concat", *parts, axis=1), b.constant(model.weights))
        total = b("Add", product, total)
    elif slot is None or not model.level_weights.any():
        # nothing depends on the record: the bias stands in every row
        rows = b("Gather", b("Shape", features), b.constant(np.array([0])), axis=0)
        total = b("Expand", total, b("Concat", rows, b.constant(np.array([1])), axis=0))
    if slot is not None and model.level_weights.any():
        found = b("Gather", b.constant(model.level_weights), slot, axis=0)
        total = b("Add", total, b("ReduceSum", found, b.constant(np.array([1])), keepdims=0))
    return total


def _linked(b: Builder, margins: str, link: str) -> str:
    if link == "sigmoid":
        return b("Sigmoid", margins)
    return b("Softmax", margins, axis=1) if link == "softmax" else margins
