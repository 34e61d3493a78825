"""A network as torch.fx sees it, with normalisation folded into the layers before it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, fx, nn

from luodi.modalities.image.shrink.whole import LEAVES


class Tracer(fx.Tracer):
    """Traces networks of this house; layers in whole numbers stay as they are."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Whether a layer is one step."""
        return isinstance(m, LEAVES) or super().is_leaf_module(m, module_qualified_name)


def traced(network: nn.Module) -> fx.GraphModule:
    """The network as a graph of layers."""
    return fx.GraphModule(network, Tracer().trace(network))


def folded(network: nn.Module) -> fx.GraphModule:
    """A copy that says the same, set to answer, without what only training needs.

    Normalisation goes into the convolution before it, also through a pooling between the two, in
    double precision; where that cannot be, it becomes a convolution of its own, of 1 x 1 and
    depth by depth, which whole numbers hold well. Dropout and what does nothing is left out.

    Args:
        network: A network of ``learn.networks``; it stays as it is.
    """
    graph = traced(copy.deepcopy(network).eval())
    layers = dict(graph.named_modules())
    for node in list(graph.graph.nodes):
        layer = layers.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.Dropout | nn.Identity):
            _left_out(graph, node)
        elif isinstance(layer, nn.BatchNorm2d):
            wave = _foldable(node, layers, layer)
            if wave is None:
                graph.set_submodule(str(node.target), depthwise(*inference_scale(layer)))
                layers = dict(graph.named_modules())
            else:
                _into(wave, layer)
                _left_out(graph, node)
    _lift_relu(graph, layers)
    graph.graph.lint()
    graph.delete_all_unused_submodules()
    graph.recompile()
    return graph


def _lift_relu(graph: fx.GraphModule, layers: Mapping[str, nn.Module]) -> None:
    """ReLU before a pooling instead of after it, which is the same: it then joins the sum."""
    for node in list(graph.graph.nodes):
        pool = _alone(node) if isinstance(_layer(node, layers), nn.ReLU) else None
        wave = _alone(pool) if isinstance(_layer(pool, layers), nn.MaxPool2d) else None
        if wave is None or pool is None or not isinstance(_layer(wave, layers), nn.Conv2d):
            continue
        _left_out(graph, node)
        with graph.graph.inserting_after(wave):
            before = graph.graph.call_module(str(node.target), (wave,))
        pool.replace_input_with(wave, before)


def inference_scale(norm: Any) -> tuple[Tensor, Tensor]:
    """What inference multiplies with and adds (Ioffe and Szegedy 2015, algorithm 2), double."""
    scale = norm.weight.detach().double() / torch.sqrt(norm.running_var.double() + norm.eps)
    return scale, norm.bias.detach().double() - norm.running_mean.double() * scale


def depthwise(scale: Tensor, shift: Tensor) -> nn.Conv2d:
    """Each channel times a number of its own, and moved by another.

    Args:
        scale: (channels,).
        shift: (channels,).
    """
    made = nn.Conv2d(len(scale), len(scale), 1, groups=len(scale))
    with torch.no_grad():
        made.weight.copy_(scale[:, None, None, None])
        made.bias.copy_(shift)  # type: ignore[union-attr]
    return made.eval()


def _foldable(
    node: fx.Node, layers: Mapping[str, nn.Module], norm: nn.BatchNorm2d
) -> nn.Conv2d | None:
    """The convolution that a normalisation goes into; None where there is none.

    The largest of several pixels stays the largest when all are multiplied with a positive number
    and moved alike, so a normalisation with such numbers only goes through a pooling.
    """
    before = _alone(node)
    if isinstance(_layer(before, layers), nn.MaxPool2d):
        before = _alone(before) if bool((inference_scale(norm)[0] > 0).all()) else None
    wave = _layer(before, layers)
    return wave if isinstance(wave, nn.Conv2d) else None


def _alone(node: fx.Node | None) -> fx.Node | None:
    """What a node takes in, where nobody else does."""
    source = node.all_input_nodes[0] if node is not None else None
    return source if source is not None and len(source.users) == 1 else None


def _layer(node: fx.Node | None, layers: Mapping[str, nn.Module]) -> nn.Module | None:
    known = node is not None and node.op == "call_module"
    return layers.get(str(node.target)) if node is not None and known else None


def _left_out(graph: fx.GraphModule, node: fx.Node) -> None:
    node.replace_all_uses_with(node.all_input_nodes[0])
    graph.graph.erase_node(node)


def _into(wave: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    """Write a normalisation into the convolution before it."""
    with torch.no_grad():
        scale, shift = inference_scale(norm)
        bias = torch.zeros(len(scale)) if wave.bias is None else wave.bias
        wave.weight.copy_(wave.weight.double() * scale[:, None, None, None])
        wave.bias = nn.Parameter((bias.double() * scale + shift).float())
