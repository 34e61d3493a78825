"""A network with 8 bits a number: which steps fit is measured on images of training."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from luodi.modalities.image.shrink.traced import folded
from luodi.modalities.image.shrink.whole import (
    MOST_ALONE,
    MOST_BESIDE_STEPS,
    STEPS,
    Rounded,
    with_whole_weights,
)

MOST_VALUES = 40_000
"""Of each layer, so many numbers decide the size of its steps."""
SHARES = np.linspace(0.4, 1.0, 31)
"""Shares of the span that are tried: cutting a few large numbers off makes all steps finer."""
ROUNDED = "rounded_"
MOST_RATIO = 60.0
"""dB beyond which more is no better."""
SUMS = (nn.Conv2d, nn.Linear, nn.AdaptiveAvgPool2d, nn.AvgPool2d)
PASSING = (nn.MaxPool2d, nn.Flatten)
"""Layers that only move steps; what comes out has the same ones."""


@dataclass(frozen=True)
class Quantised:
    """A network in whole numbers.

    Attributes:
        network: It, set to answer.
        noise: By layer, the strength of the signal over that of the rounding, dB; empty where
            only the weights are rounded.
    """

    network: nn.Module
    noise: Mapping[str, float]

    @property
    def worst(self) -> tuple[str, float] | None:
        """The layer that suffers most, and its ratio, dB."""
        return min(self.noise.items(), key=lambda one: one[1]) if self.noise else None


def with_whole_weights_only(network: nn.Module) -> Quantised:
    """The network with each weight stored in 8 bits; it computes in 32 as before."""
    graph = folded(network)
    _replace_weights(graph, MOST_ALONE)
    return Quantised(graph.eval(), {})


def whole(network: nn.Module, images: Tensor, span: tuple[Tensor, Tensor]) -> Quantised:
    """The network in whole numbers throughout, but for the last layer's answer.

    Args:
        network: A network of this house.
        images: Images of training as the network sees them, float32 (rows, channels, h, w).
        span: The smallest and the largest number that an image can hold.
    """
    graph = folded(network)
    plain = folded(network)
    points = _points(graph)
    seen = _seen(graph, points, images)
    for node in points:
        low, high = span if node.op == "placeholder" else (seen[node].min(), seen[node].max())
        shares = SHARES[-1:] if node.op == "placeholder" else SHARES
        _insert(graph, node, _steps(seen[node], float(low), float(high), shares))
    _replace_weights(graph, MOST_BESIDE_STEPS)
    graph.graph.lint()
    graph.recompile()
    return Quantised(graph.eval(), _noise(plain, graph, images))


def _layer(graph: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    return graph.get_submodule(str(node.target)) if node.op == "call_module" else None


def _points(graph: fx.GraphModule) -> list[fx.Node]:
    """Where numbers are rounded: after each sum, or after the ReLU that follows it alone."""
    (output,) = (node for node in graph.graph.nodes if node.op == "output")
    found = []
    for node in graph.graph.nodes:
        layer = _layer(graph, node)
        if node.op == "placeholder":
            found.append(node)
        elif node.op == "call_function" or isinstance(layer, SUMS):
            users = list(node.users)
            alone = len(users) == 1
            after = users[0] if alone and isinstance(_layer(graph, users[0]), nn.ReLU) else node
            if output not in after.users:
                found.append(after)
    return found


def _seen(graph: fx.GraphModule, nodes: list[fx.Node], images: Tensor) -> dict[fx.Node, Tensor]:
    """Numbers that come out of some nodes, a draw of each."""
    drawn: dict[fx.Node, Tensor] = {}
    random = torch.Generator().manual_seed(0)

    class Watching(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            given = super().run_node(n)
            if n in nodes:
                flat = given.detach().flatten()
                some = torch.randint(len(flat), (MOST_VALUES,), generator=random)
                # the ends belong to it: they decide what a cut costs
                drawn[n] = torch.cat([flat[some], flat.min()[None], flat.max()[None]])
            return given

    with torch.no_grad():
        Watching(graph).run(images)
    return drawn


def _steps(values: Tensor, low: float, high: float, shares: np.ndarray) -> Rounded:
    """The steps that lose least of some numbers, by the mean squared error."""
    low, high = min(low, 0.0), max(high, 0.0)
    best: tuple[float, Rounded] | None = None
    for share in shares:
        scale = max((high - low) * float(share) / STEPS, 1e-8)
        zero = int(np.clip(round(-low * float(share) / scale), 0, STEPS))
        one = Rounded(scale, zero)
        lost = float(torch.square(one(values) - values).mean())
        if best is None or lost < best[0]:
            best = lost, one
    assert best is not None
    return best[1]


def _insert(graph: fx.GraphModule, node: fx.Node, steps: Rounded) -> None:
    """Round what comes out of a node, and again after layers that only move it."""
    name = f"{ROUNDED}{node.name}"
    graph.add_submodule(name, steps)
    before = list(node.users)
    with graph.graph.inserting_after(node):
        new = graph.graph.call_module(name, (node,))
    for user in before:
        user.replace_input_with(node, new)
    for user in before:
        if isinstance(_layer(graph, user), PASSING):
            _insert(graph, user, copy.deepcopy(steps))


def _replace_weights(graph: fx.GraphModule, most: int) -> None:
    for name, layer in list(graph.named_modules()):
        new = with_whole_weights(layer, most)
        if new is not layer:
            graph.set_submodule(name, new)
    graph.recompile()


def _noise(plain: fx.GraphModule, graph: fx.GraphModule, images: Tensor) -> dict[str, float]:
    """The signal over the noise of rounding at each point, dB."""
    kept: dict[str, Tensor] = {}

    class Keeping(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            given = super().run_node(n)
            kept[n.name] = given
            return given

    found: dict[str, float] = {}

    class Comparing(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            given = super().run_node(n)
            source = n.all_input_nodes[0] if n.op == "call_module" else None
            if source is not None and source.name in kept and str(n.target).startswith(ROUNDED):
                name = str(source.target) if source.op == "call_module" else source.name
                found[name] = _ratio(kept[source.name], given)
            return given

    some = images[:64]
    with torch.no_grad():
        Keeping(plain).run(some)
        Comparing(graph).run(some)
    return found


def _ratio(wanted: Tensor, given: Tensor) -> float:
    """10 log10 of the ratio of power, channel by channel, in the mean.

    Over all channels together a single large one would hide that the others are lost.
    """
    others = [axis for axis in range(wanted.ndim) if axis != 1]
    signal = torch.square(wanted).sum(others)
    lost = torch.square(given - wanted).sum(others)
    heard = signal > 0
    if not heard.any():
        return MOST_RATIO
    ratios = 10 * torch.log10(signal[heard] / lost[heard].clamp_min(1e-20))
    return float(ratios.clamp(0.0, MOST_RATIO).mean())
