"""Each image is answered alone, whatever its size and whatever runs together with it.

A graph of images is walked twice, with other numbers for rows, height and width. What is the
same both times is fixed; what differs must be the rows, in front, or belong to images that were
not resized yet. So a number that a graph happens to share with one walk deceives nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from luodi.core.errors import LuodiError
from luodi.runtime.steps import Step
from luodi.runtime.tensors import Tensor

MOST_OPEN = 4
"""Tensors as large as the image that was given: itself, as floats, and turned round."""
_OPENED = frozenset(["Cast", "Transpose"])
_CLOSED = frozenset(["Resize", "Shape"])
# Operators that look along one dimension, and which one unless they say.
_ALONG = {"ArgMax": 0, "ArgMin": 0, "Gather": 0, "GatherElements": 0, "Softmax": -1}
_SHAPED = frozenset(["Expand", "Reshape", "Resize"])


class Pair(NamedTuple):
    """A tensor in both walks."""

    one: Tensor
    other: Tensor

    @property
    def sized(self) -> bool:
        """Whether it tells how many rows there are, or how large an image is."""
        return self.one.values is not None and not self.one.fixed

    @property
    def open(self) -> bool:
        """Whether its size depends on the size of the image that was given."""
        return self.one.shape[1:] != self.other.shape[1:]

    def apart(self, rows: Sequence[int]) -> bool:
        """Whether the rows stand in front, or there are none.

        Args:
            rows: The number of rows of each walk.
        """
        if not self.one.of_rows:
            return self.one.shape == self.other.shape
        if not (self.one.elements and self.one.shape and self.other.shape):
            return False
        return [self.one.shape[0], self.other.shape[0]] == list(rows)


def check(
    steps: Sequence[Step],
    walks: Sequence[Mapping[str, Tensor]],
    rows: Sequence[int],
    inputs: Sequence[str],
) -> None:
    """Refuse a graph in which rows touch, or sizes stay open behind the Resize.

    Args:
        steps: The nodes.
        walks: The tensors of both walks by name.
        rows: The number of rows of each walk.
        inputs: Names of the graph's inputs.

    Raises:
        LuodiError: ``release.graph_rows``, ``release.graph_weights`` for text,
            ``release.graph_shape`` for whole numbers that are divided.
    """
    pairs = {name: Pair(walks[0][name], walks[1][name]) for name in walks[0]}
    opened = len(inputs)
    for step in steps:
        given = [pairs[name] for name in step.inputs if name]
        made = [pairs[name] for name in step.outputs]
        _known_kinds(step, given, made)
        opened += sum(pair.open for pair in made)
        alone = all(pair.apart(rows) for pair in made) and not _mixes(step, given, made)
        if not alone or opened > MOST_OPEN or _stays_open(step, given, made):
            raise LuodiError("release.graph_rows", node=step.label)


def _known_kinds(step: Step, given: Sequence[Pair], made: Sequence[Pair]) -> None:
    """Images need neither text nor the division of whole numbers, which can end the process."""
    if any(pair.one.kind == "O" for pair in made):
        raise LuodiError("release.graph_weights", tensor=step.label, fault="text")
    if step.operator in ("Div", "Pow") and given[0].one.kind in "iu":
        raise LuodiError("release.graph_shape", node=step.label)


def _stays_open(step: Step, given: Sequence[Pair], made: Sequence[Pair]) -> bool:
    """Whether something other than the Resize meets images of any size."""
    if step.operator in _OPENED:
        return False
    met = any(pair.open for pair in given) and step.operator not in _CLOSED
    return met or any(pair.open for pair in made)


def _mixes(step: Step, given: Sequence[Pair], made: Sequence[Pair]) -> bool:
    """Whether an operator that leaves the rows in front moves something between them."""
    if any(pair.sized for pair in given) and not all(pair.sized for pair in made):
        # a size shapes other things, and never is one of the numbers itself
        return step.operator not in _SHAPED or given[0].sized
    if not given or not given[0].one.of_rows:
        return False
    rank = len(given[0].one.shape)
    if step.operator in _ALONG:
        axis = step.settings.get("axis", _ALONG[step.operator])
        return not isinstance(axis, int) or axis in (0, -rank)
    if step.operator == "Squeeze":  # without axes it takes away the rows where there is one
        return len(given) < 2
    if step.operator == "Slice":
        axes = given[3].one.values if len(given) > 3 else None
        return axes is None or any(int(axis) in (0, -rank) for axis in axes.ravel())
    return False
