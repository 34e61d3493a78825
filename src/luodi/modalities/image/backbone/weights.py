"""Weights of a network of this house as a backbone: it can be asked, and trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.backbone.source import Source
from luodi.modalities.image.backbone.value import Backbone

if TYPE_CHECKING:
    from torch import nn

FAMILIES = ("resnet8", "resnet20", "resnet9", "mobilenet", "lenet", "mlp")
Moments = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class House:
    """Weights of a network of this house.

    Attributes:
        family: Name of the network.
        shape: Channels, height and width of the images that it was trained on.
        width: Factor of its channels.
        classes: What it told apart.
        arrays: Its weights by name.
    """

    family: str
    shape: tuple[int, int, int]
    width: float
    classes: int
    arrays: Mapping[str, np.ndarray]

    def network(self) -> nn.Module:
        """The network with its weights, set to answer."""
        import torch

        from luodi.modalities.image.learn.networks import built

        network = built(self.family, self.shape, self.classes, self.width)
        network.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in self.arrays.items()})
        return network.eval()

    def inside(self) -> dict[str, np.ndarray]:
        """The weights without those of the last layer, which tells the old classes apart."""
        last = {f"{_last(self.arrays)}.{part}" for part in ("weight", "bias")}
        return {name: array for name, array in self.arrays.items() if name not in last}


def of_house(file: Source, task: Task, moments: Moments | None) -> Backbone:
    """A ``.safetensors`` file as a backbone; pixels are normalised as the new images ask for.

    The file is a state that a training of luodi kept, or ``state_dict()`` of a network with
    ``family``, ``shape`` (channels, height, width) and ``width`` in its metadata.

    Raises:
        LuodiError: ``backbone.house``; ``backbone.tensor`` where a tensor is named.
    """
    from luodi.modalities.image.backbone.opened import normalising

    if file.tensor:
        near = file.name.partition("#")[0]
        raise LuodiError("backbone.tensor", source=file.name, tensor=file.tensor, near=near)
    try:
        house = _read(file.data)
        network = house.network()
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).partition("\n")[0][:200]
        known = ", ".join(FAMILIES)
        raise LuodiError("backbone.house", source=file.name, reason=reason, known=known) from None
    channels, height, width = house.shape
    mean, spread = normalising(task, False, channels, file.name)
    if moments is not None and task.train.mean is None and task.train.std is None:
        mean, spread = (_wide(values, channels) for values in moments)
    graph = _written(network, house)
    one = Backbone(
        file.name, file.digest, graph, graph, height, width, channels, False, mean, spread, 0,
        weights=house,
    )  # fmt: skip
    from luodi.modalities.image.backbone.features import batch

    size = batch(one, np.zeros((1, height, width, channels), np.uint8)).shape[1]
    return replace(one, size=size)


def _wide(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return values if len(values) == channels else (values[0],) * channels


def _read(data: bytes) -> House:
    """The network of a file.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(data)
        length = int.from_bytes(data[:8], "little")
        told = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    if told.get("format") == "image-training/1":
        return _of_state(arrays, json.loads(told["facts"])["of"])
    if told.get("family") not in FAMILIES:
        raise ValueError(f"family: {told.get('family')}")
    sizes = [int(size) for size in told["shape"].strip("[]()").split(",")]
    return _house(told["family"], sizes, float(told.get("width", 1.0)), arrays)


def _of_state(arrays: Mapping[str, np.ndarray], of: Mapping[str, Any]) -> House:
    """The best weights of a training that was kept, or the last where none was best yet."""
    for part in ("best.", "average."):
        found = {k.removeprefix(part): v for k, v in arrays.items() if k.startswith(part)}
        if found:
            return _house(of["family"], of["shape"], of["settings"]["width"], found)
    raise ValueError("no weights")


def _house(family: str, shape: list[int], width: float, arrays: Mapping[str, np.ndarray]) -> House:
    channels, height, across = shape
    if channels not in (1, 3) or not 8 <= min(height, across) <= max(height, across) <= 256:
        raise ValueError(f"shape: {shape}")
    if not 0 < width <= 8:
        raise ValueError(f"width: {width}")
    classes = len(arrays[f"{_last(arrays)}.bias"])
    return House(family, (channels, height, across), width, classes, arrays)


def _last(arrays: Mapping[str, np.ndarray]) -> str:
    """Name of the last layer: the highest number in front."""
    return str(max(int(name.partition(".")[0]) for name in arrays))


def _written(network: nn.Module, house: House) -> bytes:
    """The network without its last layer, as the graph that ships would hold it."""
    from onnx import TensorProto, helper
    from torch import nn

    from luodi.modalities.image.graph.network import written

    assert isinstance(network, nn.Sequential)
    b = Builder()
    features = written(b, nn.Sequential(*list(network)[:-1]), "pixels")
    images = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["rows", *house.shape])
    output = helper.make_tensor_value_info(features, TensorProto.FLOAT, ["rows", "features"])
    return b.model([images], [output], {})
