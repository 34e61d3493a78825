"""Calibration and the decision rule as operators: the end of every graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.calibration import FLOOR, Calibration
from luodi.core.decision import Rule
from luodi.modalities.graph.builder import Builder


def calibrated(b: Builder, probabilities: str, map_: Calibration, shape: str) -> str:
    """The calibration map, as ``core.calibration`` applies it."""
    if map_.neutral:
        return probabilities
    low, slope = b.constant(np.array(FLOOR)), b.constant(np.array(map_.slope))
    held = b("Max", probabilities, low)
    if shape == "binary":
        held = b("Min", held, b.constant(np.array(1 - FLOOR)))
        odds = b("Sub", b("Log", held), b("Log", b("Sub", b.constant(np.array(1.0)), held)))
        return b("Sigmoid", b("Add", b("Mul", odds, slope), b.constant(np.array(map_.offset))))
    powers = b("Exp", b("Mul", b("Log", held), slope))
    return b("Div", powers, b("ReduceSum", powers, b.constant(np.array([1]))))


def decided(b: Builder, answer: str, rule: Rule, shape: str) -> None:
    """The outputs ``probabilities``, ``decision`` and ``review``, by ``core.decision``'s rule."""
    if shape == "binary":
        negative = b("Sub", b.constant(np.array(1.0)), answer)
        b("Concat", negative, answer, axis=1, to="probabilities")
    else:
        b("Identity", answer, to="probabilities")
    first = b.constant(np.array([1]))
    expected = None
    if rule.threshold is None or rule.review is not None:
        expected = b("MatMul", "probabilities", b.constant(np.array(rule.costs)))
    if rule.threshold is None:
        assert expected is not None
        b("ArgMin", expected, axis=1, keepdims=0, to="decision")
    else:
        reached = b("GreaterOrEqual", answer, b.constant(np.array(rule.threshold)))
        b("Squeeze", b.cast(reached, np.int64), first, to="decision")
    if expected is None or rule.review is None:
        b("Less", "decision", b.constant(np.array(0, np.int64)), to="review")
        return
    place = b("Unsqueeze", "decision", first)
    cost = b("Squeeze", b("GatherElements", expected, place, axis=1), first)
    b("Greater", cost, b.constant(np.array(rule.review)), to="review")


def restored(b: Builder, value: str, spread: float, centre: float) -> None:
    """The output ``value`` in the target's own units."""
    scaled = b("Mul", value, b.constant(np.array(spread)))
    moved = b("Add", scaled, b.constant(np.array(centre)))
    b("Squeeze", moved, b.constant(np.array([1])), to="value")


def outputs(classes: int) -> list[Any]:
    """Value infos of the outputs: ``probabilities``, ``decision`` and ``review``, or ``value``.

    Args:
        classes: How many classes; 0 for values.
    """
    from onnx import TensorProto, helper

    if not classes:
        return [helper.make_tensor_value_info("value", TensorProto.DOUBLE, ["rows"])]
    return [
        helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["rows", classes]),
        helper.make_tensor_value_info("decision", TensorProto.INT64, ["rows"]),
        helper.make_tensor_value_info("review", TensorProto.BOOL, ["rows"]),
    ]
