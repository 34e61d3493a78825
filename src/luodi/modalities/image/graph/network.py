"""A trained network as operators; normalisation goes into the layer before it.

``torch.fx`` says what the network is made of. Each layer is written here, so that the graph holds
nothing but what is listed, and is the same from one version of torch to the next. Layers in whole
numbers are written as pairs of ``QuantizeLinear`` and ``DequantizeLinear``, which onnxruntime
makes one operator of with what lies between them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.modalities.graph.builder import Builder

if TYPE_CHECKING:
    from torch import fx, nn

    from luodi.modalities.image.shrink.whole import Rounded

Names = tuple[str, str]


def written(b: Builder, network: nn.Module, images: str) -> str:
    """Write a network and return the name of what it gives; see ``laid``."""
    return laid(b, network, images)["output"]


def laid(b: Builder, network: nn.Module, images: str) -> dict[str, str]:
    """Write a network and return the names of all that it makes.

    Args:
        b: The graph.
        network: The network in eval mode; layers are those of ``learn.networks``.
        images: Name of float32 (rows, channels, height, width).

    Returns:
        By node of what ``torch.fx`` traces; what the network gives is ``output``.

    Raises:
        TypeError: a layer has no operator here; a network of this house has none such.
    """
    from luodi.modalities.image.shrink.traced import folded

    graph = folded(network)
    layers = dict(graph.named_modules())
    known: dict[fx.Node, str] = {}
    for node in graph.graph.nodes:
        given = [known[one] for one in node.all_input_nodes]
        if node.op == "placeholder":
            known[node] = images
        elif node.op == "output":
            return {**{one.name: name for one, name in known.items()}, "output": given[0]}
        elif node.op == "call_function" and node.target in (operator.add, operator.iadd):
            known[node] = b("Add", *given)
        elif node.op == "call_module":
            steps = _steps_before(node, layers)
            known[node] = _layer(b, layers[str(node.target)], given[0], steps)
        else:
            raise TypeError(f"{node.op} {node.target}")
    raise TypeError("no output")


def _layer(b: Builder, layer: Any, given: str, steps: Rounded | None) -> str:
    kind = type(layer).__name__
    if kind.startswith("Whole"):
        held = _whole_weights(b, layer, steps)
        return _SUMS[kind.removeprefix("Whole")](b, given, layer, held)
    if kind in _SUMS:
        return _SUMS[kind](b, given, layer, _weights(b, layer))
    if kind not in _PLAIN:
        raise TypeError(kind)
    return _PLAIN[kind](b, given, layer)


def _steps_before(node: fx.Node, layers: dict[str, Any]) -> Any:
    """The steps that a layer's input is rounded to, if it is."""
    from luodi.modalities.image.shrink.whole import Rounded

    source = node.all_input_nodes[0]
    layer = layers.get(str(source.target)) if source.op == "call_module" else None
    return layer if isinstance(layer, Rounded) else None


def _weights(b: Builder, layer: Any) -> Names:
    """Weights and bias of a layer as constants."""
    weight = layer.weight.detach().numpy()
    bias = np.zeros(len(weight), np.float32) if layer.bias is None else layer.bias.detach().numpy()
    return b.constant(weight), b.constant(bias)


def _whole_weights(b: Builder, layer: Any, steps: Rounded | None) -> Names:
    """Weights in 8 bits and, where the input is whole numbers, the bias in 32."""
    from luodi.modalities.image.shrink.whole import weight_scale

    weight = layer.weight.detach()
    bias = np.zeros(len(weight), np.float32) if layer.bias is None else layer.bias.detach().numpy()
    scale = weight_scale(weight, layer.most).numpy()
    whole = np.rint(weight.numpy() / scale.reshape(-1, *[1] * (weight.ndim - 1)))
    weights = _numbers(b, np.clip(whole, -layer.most, layer.most).astype(np.int8), scale)
    if steps is None:
        return weights, b.constant(bias)
    size = scale * np.float32(steps.scale)
    most = np.iinfo(np.int32)
    added = np.clip(np.rint(bias.astype(np.float64) / size), most.min, most.max).astype(np.int32)
    return weights, _numbers(b, added, size)


def _numbers(b: Builder, whole: np.ndarray, scale: np.ndarray) -> str:
    """Whole numbers as what they stand for, with one scale a channel."""
    # zero is what is meant without it, but onnxruntime makes a whole Gemm only with it
    zero = b.constant(np.zeros(len(whole), whole.dtype))
    return b("DequantizeLinear", b.constant(whole), b.constant(scale), zero, axis=0)


def _rounded(b: Builder, given: str, layer: Any) -> str:
    held = b.constant(np.float32(layer.scale)), b.constant(np.uint8(layer.zero))
    return b("DequantizeLinear", b("QuantizeLinear", given, *held), *held)


def _convolution(b: Builder, given: str, layer: Any, weights: Names) -> str:
    return b(
        "Conv", given, *weights,
        kernel_shape=list(layer.kernel_size), strides=list(layer.stride),
        pads=[*layer.padding, *layer.padding], dilations=list(layer.dilation),
        group=layer.groups,
    )  # fmt: skip


def _dense(b: Builder, given: str, layer: Any, weights: Names) -> str:
    return b("Gemm", given, *weights, transB=1)


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


_SUMS: dict[str, Callable[[Builder, str, Any, Names], str]] = {
    "Conv2d": _convolution,
    "Linear": _dense,
}
_PLAIN: dict[str, Callable[[Builder, str, Any], str]] = {
    "AdaptiveAvgPool2d": _mean,
    "AvgPool2d": _pool("AveragePool"),
    "Flatten": lambda b, given, layer: b("Flatten", given, axis=1),
    "MaxPool2d": _pool("MaxPool"),
    "ReLU": lambda b, given, layer: b("Relu", given),
    "Rounded": _rounded,
}
