"""What a network makes of an image on its way, in a few numbers a stage.

A stage is what comes out of a ReLU, and what the last layer reads. Of each channel the mean over
the image and the root of the mean square are taken: the first stages tell light, blur and noise,
the last ones what is shown. The graph that ships measures the very same (``graph.strange``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, fx, nn

from luodi.modalities.image.learn.fitted import BLOCK, normalised
from luodi.modalities.image.shrink.traced import folded

MOST_STAGES = 5
_PASSED = ("AdaptiveAvgPool2d", "Dropout", "Flatten", "Identity", "Rounded")
"""Layers between the last stage and the last layer that add nothing to it."""


class Seen(NamedTuple):
    """One stage of some images.

    Attributes:
        numbers: float64 (rows, numbers).
        dense: Whether the stage is numbers itself, and no channels of an image.
    """

    numbers: np.ndarray
    dense: bool


def stages(traced: fx.GraphModule) -> tuple[str, ...]:
    """Names of the nodes that are measured, first to last; none where nothing is hidden.

    Of very deep networks only some are taken, evenly, the last one always.
    """
    layers = dict(traced.named_modules())
    found = [_rounded(node, layers) for node in traced.graph.nodes if _kind(node, layers) == "ReLU"]
    if not found:
        return ()
    last = _read_by_the_last(traced.graph, layers)
    found += [] if last is None or last in found else [last]
    places = np.linspace(0, len(found) - 1, min(MOST_STAGES, len(found))).round().astype(int)
    return tuple(found[place].name for place in places)


def _rounded(node: fx.Node, layers: Mapping[str, Any]) -> fx.Node:
    """In a network of whole numbers the steps that a stage is held in, which are there anyway."""
    users = list(node.users)
    return users[0] if len(users) == 1 and _kind(users[0], layers) == "Rounded" else node


def _read_by_the_last(graph: fx.Graph, layers: Mapping[str, Any]) -> fx.Node | None:
    dense = [node for node in graph.nodes if _kind(node, layers) == "Linear"]
    if not dense:
        return None
    source: fx.Node = dense[-1].all_input_nodes[0]
    while _kind(source, layers) in _PASSED:
        source = source.all_input_nodes[0]
    return source


def _kind(node: fx.Node, layers: Mapping[str, Any]) -> str:
    return type(layers[str(node.target)]).__name__ if node.op == "call_module" else ""


def summaries(
    network: nn.Module,
    pixels: np.ndarray,
    mean: Sequence[float],
    spread: Sequence[float],
    names: Sequence[str] | None = None,
) -> dict[str, Seen]:
    """The stages of images in numbers.

    Args:
        network: The network, set to answer.
        pixels: uint8 (rows, height, width, channels) in the size that the network sees.
        mean: Of each channel.
        spread: Of each channel.
        names: Which stages; None for all that ``stages`` names.

    Returns:
        By name of the stage; nothing where there are none.
    """
    traced = folded(network)
    wanted = stages(traced) if names is None else tuple(names)
    found: dict[str, list[np.ndarray]] = {name: [] for name in wanted}
    seen = _Watching(traced, wanted)
    for start in range(0, len(pixels) if wanted else 0, BLOCK):
        block = torch.from_numpy(np.ascontiguousarray(pixels[start : start + BLOCK]))
        with torch.no_grad():
            seen.run(normalised(block.permute(0, 3, 1, 2), mean, spread))
        for name in wanted:
            found[name].append(summary(seen.found[name]).numpy().astype(np.float64))
    return {
        name: Seen(np.concatenate(parts), seen.found[name].ndim == 2)
        for name, parts in found.items()
        if parts
    }


class _Watching(fx.Interpreter):
    """Runs a network and keeps what some nodes give."""

    def __init__(self, traced: fx.GraphModule, names: Sequence[str]) -> None:
        super().__init__(traced)
        self._names = frozenset(names)
        self.found: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:
        """As ``Interpreter.run_node``."""
        given = super().run_node(n)
        if n.name in self._names:
            self.found[n.name] = given
        return given


def summary(given: Tensor) -> Tensor:
    """Means and roots of mean squares over the image, (rows, 2 x channels); dense as it is."""
    if given.ndim == 2:
        return given
    square = given.square().mean((2, 3)).sqrt()
    return torch.cat([given.mean((2, 3)), square], 1)
