"""Fewer channels: the strongest ones of each layer stay, and what hung on the others goes.

Whole channels are taken out by the norm of their filters (Li et al. 2017). Layers that a sum joins
lose the same channels. What is left is a network of the same family, only narrower.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from luodi.modalities.image.shrink.traced import traced


def settled(network: nn.Module, images: Tensor) -> None:
    """Make normalisation hold the mean and variance that it meets; answers stay as they are.

    A network that was read from a release knows them no more, and learning on needs them.

    Args:
        network: The network, set to answer; changed in place.
        images: Images of training as the network sees them, float32 (rows, channels, h, w).
    """
    met: dict[nn.Module, tuple[Tensor, Tensor]] = {}

    def watch(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        met[norm] = torch.var_mean(given[0], (0, 2, 3), correction=0)

    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(watch) for norm in norms]
    with torch.no_grad():
        network(images)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        _moved(norm, *met[norm])


def _moved(norm: Any, variance: Tensor, mean: Tensor) -> None:
    """Other moments, and the factor and shift that give the same answer with them."""
    with torch.no_grad():
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        shift = norm.bias - norm.running_mean * factor
        norm.weight.copy_(factor * torch.sqrt(variance + norm.eps))
        norm.bias.copy_(shift + mean * factor)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)


@dataclass
class _Group:
    """Channels that stay or go together.

    Attributes:
        size: How many there are.
        strength: Norm of the filters that make each of them, all layers together.
    """

    size: int
    strength: Tensor
    joined: _Group | None = None

    def root(self) -> _Group:
        return self if self.joined is None else self.joined.root()


def narrowed(network: nn.Module, narrow: nn.Module) -> nn.Module | None:
    """A narrower network with the strongest channels of another one.

    Args:
        network: The network; it stays as it is.
        narrow: One of the same family with fewer channels; its weights are overwritten.

    Returns:
        ``narrow``; None where the two are not built alike.
    """
    layers = dict(network.named_modules())
    fewer = dict(narrow.named_modules())
    if {name: type(one) for name, one in layers.items()} != {n: type(o) for n, o in fewer.items()}:
        return None
    ways = _groups(traced(network), layers)
    kept: dict[int, Tensor] = {}
    for name, (_, out) in ways.items():
        root = out.root()
        wanted = _channels(fewer[name])
        if id(root) not in kept:
            strongest = torch.argsort(root.strength, descending=True, stable=True)[:wanted]
            kept[id(root)] = torch.sort(strongest).values
        if len(kept[id(root)]) != wanted:
            return None
    for name, (given, out) in ways.items():
        stay = None if given is None else kept.get(id(given.root()))
        _copied(layers[name], fewer[name], stay, kept[id(out.root())])
    return narrow


def _channels(layer: Any) -> int:
    return int(layer.weight.shape[0])


def _groups(
    graph: fx.GraphModule, layers: Mapping[str, Any]
) -> dict[str, tuple[_Group | None, _Group]]:
    """For each layer with weights, the channels it takes and the channels it gives."""
    known: dict[fx.Node, _Group | None] = {}
    found: dict[str, tuple[_Group | None, _Group]] = {}
    for node in graph.graph.nodes:
        given = [known[one] for one in node.all_input_nodes]
        layer = layers.get(str(node.target)) if node.op == "call_module" else None
        if node.op == "placeholder":
            known[node] = None
        elif node.op == "call_function":
            known[node] = _together(given)
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            (before,) = given
            deep = isinstance(layer, nn.Conv2d) and layer.groups > 1
            strength = layer.weight.detach().flatten(1).norm(dim=1)
            out = before.root() if deep and before else _Group(len(strength), strength)
            if deep and before:
                out.strength = out.strength * strength
            found[str(node.target)] = before, out
            known[node] = out
        else:
            known[node] = given[0]
            if isinstance(layer, nn.BatchNorm2d) and given[0] is not None:
                found[str(node.target)] = given[0], given[0]
                scale = layer.weight.detach() / torch.sqrt(layer.running_var + layer.eps)
                given[0].root().strength = given[0].root().strength * scale.abs()
    return found


def _together(groups: list[_Group | None]) -> _Group | None:
    """Channels that a sum joins: one group from here on."""
    first, second = (group.root() if group else None for group in groups)
    if first is None or second is None or first is second:
        return first
    first.strength = first.strength + second.strength
    second.joined = first
    return first


def _copied(layer: Any, narrow: Any, given: Tensor | None, out: Tensor) -> None:
    """Write what stays of a layer into the narrower one.

    Args:
        layer: The layer.
        narrow: The narrower one.
        given: Channels that stay of what it takes; None for all of them.
        out: Channels that stay of what it gives.
    """
    with torch.no_grad():
        if isinstance(layer, nn.BatchNorm2d):
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(narrow, name).copy_(getattr(layer, name)[out])
            return
        weight = layer.weight[out]
        if given is not None and not (isinstance(layer, nn.Conv2d) and layer.groups > 1):
            each = narrow.weight.shape[1] // len(given)  # a flattened map has several a channel
            places = (given[:, None] * each + torch.arange(each)).flatten()
            weight = weight[:, places]
        narrow.weight.copy_(weight)
        if narrow.bias is not None:
            narrow.bias.copy_(layer.bias[out])
