"""A trained network as operators; batch normalisation goes into the layer before it.

``torch.fx`` says what the network is made of. Each layer is written here, so that the graph holds
nothing but what is listed, and is the same from one version of torch to the next.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.modalities.graph.builder import Builder

if TYPE_CHECKING:
    from torch import fx, nn

Weights = tuple[np.ndarray, np.ndarray]


def written(b: Builder, network: nn.Module, images: str) -> str:
    """Write a network and return the name of what it gives.

    Args:
        b: The graph.
        network: The network in eval mode; layers are those of ``learn.networks``.
        images: Name of float32 (rows, channels, height, width).

    Raises:
        TypeError: a layer has no operator here; a network of this house has none such.
    """
    from torch.fx import symbolic_trace

    traced = symbolic_trace(network)
    layers = dict(traced.named_modules())
    known: dict[fx.Node, str] = {}
    for node in traced.graph.nodes:
        given = [known[one] for one in node.all_input_nodes]
        if node.op == "placeholder":
            known[node] = images
        elif node.op == "output":
            return given[0]
        elif node.op == "call_function" and node.target in (operator.add, operator.iadd):
            known[node] = b("Add", *given)
        elif node.op == "call_module":
            known[node] = _layer(b, node, layers, given[0])
        else:
            raise TypeError(f"{node.op} {node.target}")
    raise TypeError("no output")


def _layer(b: Builder, node: fx.Node, layers: dict[str, Any], given: str) -> str:
    layer = layers[str(node.target)]
    kind = type(layer).__name__
    if kind == "BatchNorm2d" and _folds(_before(node, layers), node):
        return given  # it went into the layer before
    if kind in ("Conv2d", "Linear"):
        after = [layers[str(user.target)] for user in node.users if user.op == "call_module"]
        alone = len(node.users) == 1 and len(after) == 1
        norm = after[0] if alone and type(after[0]).__name__ == "BatchNorm2d" else None
        return _WRITTEN[kind](b, given, layer, norm)
    if kind not in _PLAIN:
        raise TypeError(kind)
    return _PLAIN[kind](b, given, layer)


def _before(node: fx.Node, layers: dict[str, Any]) -> Any:
    source = node.all_input_nodes[0]
    return layers.get(str(source.target)) if source.op == "call_module" else None


def _folds(layer: Any, node: fx.Node) -> bool:
    alone = len(node.all_input_nodes[0].users) == 1
    return alone and type(layer).__name__ == "Conv2d"


def _normalised(layer: Any, norm: Any) -> Weights:
    """Weights and bias of a layer with the normalisation that follows it (both as inference)."""
    weight = layer.weight.detach().double().numpy()
    bias = np.zeros(len(weight)) if layer.bias is None else layer.bias.detach().double().numpy()
    if norm is not None:
        scale, shift = _scale(norm)
        weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
        bias = bias * scale + shift
    return weight.astype(np.float32), bias.astype(np.float32)


def _scale(norm: Any) -> Weights:
    """What inference multiplies with and adds (Ioffe and Szegedy 2015, algorithm 2)."""
    mean, variance = (x.detach().double().numpy() for x in (norm.running_mean, norm.running_var))
    weight, bias = (x.detach().double().numpy() for x in (norm.weight, norm.bias))
    scale = weight / np.sqrt(variance + norm.eps)
    return scale, bias - mean * scale


def _convolution(b: Builder, given: str, layer: Any, norm: Any) -> str:
    weight, bias = _normalised(layer, norm)
    return b(
        "Conv", given, b.constant(weight), b.constant(bias),
        kernel_shape=list(layer.kernel_size), strides=list(layer.stride),
        pads=[*layer.padding, *layer.padding], dilations=list(layer.dilation),
        group=layer.groups,
    )  # fmt: skip


def _dense(b: Builder, given: str, layer: Any, norm: Any) -> str:
    weight, bias = _normalised(layer, norm)
    return b("Gemm", given, b.constant(weight), b.constant(bias), transB=1)


def _normalisation(b: Builder, given: str, layer: Any) -> str:
    scale, shift = (x.astype(np.float32).reshape(1, -1, 1, 1) for x in _scale(layer))
    return b("Add", b("Mul", given, b.constant(scale)), b.constant(shift))


def _pool(kind: str) -> Callable[[Builder, str, Any], str]:
    def written(b: Builder, given: str, layer: Any) -> str:
        kernel, stride, pad = (_both(x) for x in (layer.kernel_size, layer.stride, layer.padding))
        counted = {"count_include_pad": int(layer.count_include_pad)} if kind[0] == "A" else {}
        return b(kind, given, kernel_shape=kernel, strides=stride, pads=[*pad, *pad], **counted)

    return written


def _both(value: Any) -> list[int]:
    return list(value) if isinstance(value, tuple) else [value, value]


def _mean(b: Builder, given: str, layer: Any) -> str:
    if layer.output_size not in (1, (1, 1)):
        raise TypeError(f"AdaptiveAvgPool2d({layer.output_size})")
    return b("GlobalAveragePool", given)


_WRITTEN: dict[str, Callable[[Builder, str, Any, Any], str]] = {
    "Conv2d": _convolution,
    "Linear": _dense,
}
_PLAIN: dict[str, Callable[[Builder, str, Any], str]] = {
    "AdaptiveAvgPool2d": _mean,
    "AvgPool2d": _pool("AveragePool"),
    "BatchNorm2d": _normalisation,
    "Dropout": lambda b, given, layer: given,
    "Flatten": lambda b, given, layer: b("Flatten", given, axis=1),
    "Identity": lambda b, given, layer: given,
    "MaxPool2d": _pool("MaxPool"),
    "ReLU": lambda b, given, layer: b("Relu", given),
}
