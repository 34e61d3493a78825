"""Members, calibration and the decision rule as operators: from features to answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from luodi.core.calibration import FLOOR, Calibration
from luodi.core.decision import Rule
from luodi.core.values import Member
from luodi.modalities.tabular import forest as trees
from luodi.modalities.tabular.graph.builder import Builder
from luodi.modalities.tabular.learn.fitted import Fitted, family_module, link_of
from luodi.modalities.tabular.learn.linear import LinearModel


def member_forest(member: Member, places: np.ndarray) -> trees.Forest:
    """The mean of a member's models as one forest on the graph's columns.

    Args:
        member: A member of tree models.
        places: For each column of the plan's whole matrix, its column in the graph.
    """
    forests = [family_module(m.family).forest(m.native, m.rounds) for m in member.models]
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
    """The weighted mean of the members: probabilities (rows, classes) or values (rows, 1)."""
    said = []
    for number, (member, weight) in enumerate(zip(members, weights, strict=True)):
        margins = _margins(b, member, features, slot, places, f"member_{number}")
        one = _linked(b, margins, link_of(member.recipe.family, shape), shape)
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
        # nothing depends on the record: spread the bias over the rows
        zero = b("Mul", b("ReduceSum", _finite(b, features), b.constant(np.array([1]))), b.constant(np.array(0.0)))
        total = b("Add", zero, total)
    if slot is not None and model.level_weights.any():
        found = b("Gather", b.constant(model.level_weights), slot, axis=0)
        total = b("Add", total, b("ReduceSum", found, b.constant(np.array([1])), keepdims=0))
    return total


def _finite(b: Builder, features: str) -> str:
    """Features with missing values as 0."""
    return b("Where", b("IsNaN", features), b.constant(np.array(0.0)), features)


def _linked(b: Builder, margins: str, link: str, shape: str) -> str:
    if shape == "regress":
        return margins
    if shape == "binary":
        positive = margins if link == "none" else b("Sigmoid", margins)
        return _both(b, positive)
    return b("Softmax", margins, axis=1) if link == "softmax" else margins


def _both(b: Builder, positive: str) -> str:
    negative = b("Sub", b.constant(np.array(1.0)), positive)
    return b("Concat", negative, positive, axis=1)


def calibrated(b: Builder, probabilities: str, map_: Calibration, classes: int) -> str:
    """The calibration map, as ``core.calibration`` applies it."""
    if map_.neutral:
        return probabilities
    low, high = b.constant(np.array(FLOOR)), b.constant(np.array(1 - FLOOR))
    slope = b.constant(np.array(map_.slope))
    if classes == 2:
        positive = b("Gather", probabilities, b.constant(np.array([1])), axis=1)
        held = b("Min", b("Max", positive, low), high)
        odds = b("Sub", b("Log", held), b("Log", b("Sub", b.constant(np.array(1.0)), held)))
        moved = b("Add", b("Mul", odds, slope), b.constant(np.array(map_.offset)))
        return _both(b, b("Sigmoid", moved))
    held = b("Min", b("Max", probabilities, low), b.constant(np.array(1.0)))
    powers = b("Exp", b("Mul", b("Log", held), slope))
    return b("Div", powers, b("ReduceSum", powers, b.constant(np.array([1]))))


def decided(b: Builder, probabilities: str, rule: Rule) -> None:
    """The outputs ``decision`` and ``review``, as ``core.decision`` applies the rule."""
    expected = b("MatMul", probabilities, b.constant(np.array(rule.costs)))
    if rule.threshold is None:
        b("ArgMin", expected, axis=1, keepdims=0, to="decision")
    else:
        positive = b("Gather", probabilities, b.constant(np.array(1)), axis=1)
        reached = b("GreaterOrEqual", positive, b.constant(np.array(rule.threshold)))
        b("Identity", b.cast(reached, np.int64), to="decision")
    if rule.review is None:
        zero = b.constant(np.array(0, np.int64))
        b("Less", "decision", zero, to="review")
        return
    place = b("Unsqueeze", "decision", b.constant(np.array([1])))
    cost = b("Squeeze", b("GatherElements", expected, place, axis=1), b.constant(np.array([1])))
    b("Greater", cost, b.constant(np.array(rule.review)), to="review")


def restored(b: Builder, value: str, prepared: Any) -> None:
    """The output ``value`` in the target's own units."""
    scaled = b("Mul", value, b.constant(np.array(prepared.spread)))
    moved = b("Add", scaled, b.constant(np.array(prepared.centre)))
    b("Squeeze", moved, b.constant(np.array([1])), to="value")


