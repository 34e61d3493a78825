"""The trained networks of a release, read back from its graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import nn

from luodi.core.errors import LuodiError
from luodi.modalities.image.learn.fitted import Fitted
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.views import TWO
from luodi.modalities.image.shrink.traced import traced


def restored(model: bytes, plan: Mapping[str, Any], classes: int) -> tuple[Fitted, ...]:
    """The networks of a graph, in the order of the plan's members.

    Normalisation went into the weights; it comes back as one that adds the bias and no more.

    Args:
        model: The graph, as ``graph.compose`` writes it.
        plan: The plan beside it.
        classes: How many there are.

    Raises:
        LuodiError: ``compress.not_plain`` when the graph is in whole numbers already or is not
            of this house's networks.
    """
    import onnx

    graph = onnx.load_from_string(model).graph
    held = {one.name: one for one in graph.initializer}
    kinds = {node.op_type for node in graph.node}
    if "DequantizeLinear" in kinds or "Div" not in kinds:
        raise LuodiError("compress.not_plain")
    nodes = list(graph.node)
    start = next(at for at, node in enumerate(nodes) if node.op_type == "Div")
    mean, spread = (_numbers(nodes[at], 1, held).ravel() for at in (start - 1, start))
    shape = (plan["channels"], plan["height"], plan["width"])
    rest = iter(nodes[start + 1 :])
    found = []
    for member in plan["members"]:
        given = Settings.from_json(member["params"])
        network = built(member["family"], shape, classes, given.width)
        mirrored = given.views == TWO
        for _ in range(1 + mirrored):  # the same weights once more for the mirror image
            _fill(network.eval(), rest, held)
        rounds = int(member["rounds"][0])
        kept = Fitted(member["family"], network, _plain(mean), _plain(spread), rounds)
        found.append(replace(kept, mirrored=mirrored))
    return tuple(found)


def _plain(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _fill(network: nn.Module, nodes: Iterator[Any], held: Mapping[str, Any]) -> None:
    """Give a network the weights of the next nodes, which were written from one like it."""
    graph = traced(network)
    layers = dict(graph.named_modules())
    last = ""
    for node in graph.graph.nodes:
        layer = layers.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.BatchNorm2d) and last == "MaxPool2d":
            nodes = _behind_pool(layer, nodes, held)
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            given = _next(nodes, "Conv" if isinstance(layer, nn.Conv2d) else "Gemm")
            weight, bias = _numbers(given, 1, held), _numbers(given, 2, held)
            norm = _norm_after(node, layers)
            if norm is not None:
                _says(norm, np.ones_like(bias), bias)
            _weigh(layer, weight, None if norm is not None else bias)
        last = type(layer).__name__ if layer is not None else ""


def _behind_pool(
    norm: nn.BatchNorm2d, nodes: Iterator[Any], held: Mapping[str, Any]
) -> Iterator[Any]:
    """A normalisation after a pooling, which may have become a convolution of its own.

    If not, it went through the pooling: what the convolution adds is added here, which is the same.
    """
    _next(nodes, "MaxPool")
    after = next(nodes, None)
    own = (len(norm.weight), 1, 1, 1)
    if after is None or after.op_type != "Conv" or _numbers(after, 1, held).shape != own:
        return chain([] if after is None else [after], nodes)
    factor, shift = _numbers(after, 1, held).ravel(), _numbers(after, 2, held)
    _says(norm, factor, shift + factor * norm.bias.detach().numpy())
    return nodes


def _norm_after(node: Any, layers: Mapping[str, Any]) -> nn.BatchNorm2d | None:
    """The normalisation that was folded into a convolution, also through a pooling."""
    for _ in range(2):
        users: Sequence[Any] = list(node.users)
        after = layers.get(str(users[0].target)) if len(users) == 1 else None
        if not isinstance(after, nn.MaxPool2d):
            return after if isinstance(after, nn.BatchNorm2d) else None
        node = users[0]
    return None


def _next(nodes: Iterator[Any], kind: str) -> Any:
    """The next node of a kind; others in between hold no weights."""
    for node in nodes:
        if node.op_type == kind:
            return node
    raise LuodiError("compress.not_plain")


def _numbers(node: Any, place: int, held: Mapping[str, Any]) -> np.ndarray:
    from onnx import numpy_helper

    if len(node.input) <= place or node.input[place] not in held:
        raise LuodiError("compress.not_plain")
    return np.array(numpy_helper.to_array(held[node.input[place]]))


def _weigh(layer: Any, weight: np.ndarray, bias: np.ndarray | None) -> None:
    if tuple(layer.weight.shape) != weight.shape:
        raise LuodiError("compress.not_plain")
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        if layer.bias is not None and bias is not None:
            layer.bias.copy_(torch.from_numpy(bias))
        elif bias is not None and bias.any():
            raise LuodiError("compress.not_plain")


def _says(norm: nn.BatchNorm2d, factor: np.ndarray, shift: np.ndarray) -> None:
    """Make a normalisation multiply and add, whatever it normalised before."""
    with torch.no_grad():
        norm.running_mean.zero_()  # type: ignore[union-attr]
        norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr]
        norm.weight.copy_(torch.from_numpy(factor))
        norm.bias.copy_(torch.from_numpy(shift))
