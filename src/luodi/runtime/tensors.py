"""Tensors and nodes as the gate sees them: shapes and kinds, hardly any values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

Shape = tuple[int, ...]
MOST_VALUES = 64


class Unknown(Exception):
    """The rule cannot tell, or the operator would refuse; the gate names the node.

    Args:
        fault: Which setting or input of the node is wrong, where that can be said.
    """

    def __init__(self, fault: str = "") -> None:
        super().__init__(fault)
        self.fault = fault


class Tensor(NamedTuple):
    """What is known of a tensor.

    Attributes:
        shape: Its shape.
        kind: Kind of its elements, as numpy's letter: ``f``, ``i``, ``u``, ``b`` or ``O`` (text).
        values: For short integer constants the values, because they decide shapes.
        gaps: Whether it is a constant that holds NaN.
        fixed: Whether it follows from constants alone; onnxruntime makes it while loading.
        least: The smallest number of a constant; None for all that is worked out.
    """

    shape: Shape
    kind: str = "f"
    values: np.ndarray | None = None
    gaps: bool = False
    fixed: bool = False
    least: float | None = None

    @property
    def elements(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def of_rows(self) -> bool:
        """Whether it holds something of each row: no constant, no size."""
        return not self.fixed and self.values is None


class Node(NamedTuple):
    """One node: operator, inputs (None where left out), attributes and number of outputs."""

    operator: str
    inputs: Sequence[Tensor | None]
    attributes: Mapping[str, Any] = MappingProxyType({})
    outputs: int = 1

    def tensor(self, at: int) -> Tensor:
        """A required input."""
        found = self.inputs[at] if at < len(self.inputs) else None
        if found is None:
            raise Unknown
        return found

    def has(self, at: int) -> bool:
        """Whether an optional input is given."""
        return at < len(self.inputs) and self.inputs[at] is not None

    def numbers(self, at: int, attribute: str | None = None) -> list[int]:
        """Integers that decide the shape, from a constant input or an attribute."""
        if attribute is not None and attribute in self.attributes:
            given = np.asarray(self.attributes[attribute])
            if given.dtype.kind != "i" or given.ndim > 1:
                raise Unknown
            return [int(number) for number in given.ravel()]
        values = self.tensor(at).values
        if values is None:
            raise Unknown
        return [int(number) for number in values.ravel()]

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise Unknown
        return value


def constant(array: np.ndarray) -> Tensor:
    """The tensor of a constant; the values are kept when they may decide a shape."""
    keep = array.dtype.kind == "i" and array.size <= MOST_VALUES
    gaps = array.dtype.kind == "f" and bool(np.isnan(array).any())
    least = float(array.min()) if array.size and array.dtype.kind in "fiu" else None
    return Tensor(array.shape, array.dtype.kind, array if keep else None, gaps, True, least)


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The common shape by numpy's rule.

    Raises:
        Unknown: there is none.
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise Unknown from None


def axis_of(axis: int, rank: int) -> int:
    """A dimension counted from the front.

    Raises:
        Unknown: there is no such dimension.
    """
    if not -rank <= axis < rank:
        raise Unknown
    return axis % rank
