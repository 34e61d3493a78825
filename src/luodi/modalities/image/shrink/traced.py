"""A network as torch.fx sees it, with normalisation folded into the layers before it."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import fx, nn

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

    Normalisation goes into the convolution right before it; dropout and what does nothing is
    left out. Normalisation after pooling stays: a negative factor does not go through a maximum.
    """
    graph = traced(copy.deepcopy(network).eval())
    layers = dict(graph.named_modules())
    for node in list(graph.graph.nodes):
        layer = layers.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.Dropout | nn.Identity):
            _left_out(graph, node)
        elif isinstance(layer, nn.BatchNorm2d):
            (before,) = node.all_input_nodes
            wave = layers.get(str(before.target)) if before.op == "call_module" else None
            if isinstance(wave, nn.Conv2d) and len(before.users) == 1:
                _into(wave, layer)
                _left_out(graph, node)
    graph.graph.lint()
    graph.delete_all_unused_submodules()
    graph.recompile()
    return graph


def _left_out(graph: fx.GraphModule, node: fx.Node) -> None:
    node.replace_all_uses_with(node.all_input_nodes[0])
    graph.graph.erase_node(node)


def _into(wave: nn.Conv2d, norm: Any) -> None:
    """Write a normalisation into the convolution before it."""
    with torch.no_grad():
        scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        shift = norm.bias.double() - norm.running_mean.double() * scale
        bias = torch.zeros(len(scale), dtype=torch.float64) if wave.bias is None else wave.bias
        wave.weight.copy_(wave.weight.double() * scale[:, None, None, None])
        wave.bias = nn.Parameter((bias.double() * scale + shift).float())
