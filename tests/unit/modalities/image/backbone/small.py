"""Small networks from outside, made in memory: nothing is downloaded, nothing is trained long."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from luodi.core.task import Task

SIDE = 16


class Mapped(nn.Module):
    """Two convolutions; gives a map, with activations that the networks of this house lack."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, 6, 3, 2, 1)
        self.norm = nn.BatchNorm2d(6)
        self.second = nn.Conv2d(6, 10, 3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.hardswish(self.second(nn.functional.silu(self.norm(self.first(x)))))


class Flat(nn.Module):
    """A map laid flat by sizes that are worked out while it runs."""

    def __init__(self, side: int = SIDE) -> None:
        super().__init__()
        self.inside = Mapped()
        self.last = nn.Linear(10 * (side // 4) ** 2, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.inside(x).view(x.size(0), -1))


class Tokens(nn.Module):
    """A transformer in small: patches, a class token, layer normalisation, attention, GELU."""

    def __init__(self, side: int = SIDE, width: int = 8) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.place = nn.Parameter(torch.randn(1, (side // 4) ** 2 + 1, width))
        self.norm = nn.LayerNorm(width)
        self.asked = nn.Linear(width, 3 * width)
        self.last = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        rows, _, width = x.shape
        x = torch.cat([self.token.expand(rows, -1, -1), x], 1) + self.place
        heads = self.asked(self.norm(x)).reshape(rows, -1, 3, 2, width // 2)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        seen = (query @ key.transpose(-2, -1)).softmax(-1) @ value
        x = x + seen.transpose(1, 2).reshape(rows, -1, width)
        return (x + self.last(self.norm(x)))[:, 0]


def exported(
    network: nn.Module,
    channels: int = 3,
    side: int = SIDE,
    rows: bool = True,
    sides: bool = False,
    opset: int = 17,
) -> bytes:
    """A network as ONNX, as torch's older exporter writes it."""
    named = {0: "rows"} | ({2: "height", 3: "width"} if sides else {})
    into = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(), (torch.zeros(2 if rows else 1, channels, side, side),), into,
            input_names=["x"], output_names=["y"], dynamic_axes={"x": named} if rows else None,
            opset_version=opset, dynamo=False,
        )  # fmt: skip
    return into.getvalue()


def written(folder: Path, data: bytes, name: str = "net.onnx") -> Path:
    """A file of a backbone."""
    path = folder / name
    path.write_bytes(data)
    return path


def task(backbone: Path | str, **train: Any) -> Task:
    """A task with a backbone."""
    data = {"source": "shapes", "target": "label", "modality": "image"}
    given = {"name": "shapes", "goal": "classify", "data": data, "metric": "accuracy"}
    return Task.load({**given, "train": {"backbone": str(backbone), **train}})


def pixels(rows: int = 5, side: int = SIDE, channels: int = 3) -> np.ndarray:
    """Random images, uint8 (rows, side, side, channels)."""
    random = np.random.default_rng(3)
    return random.integers(0, 256, (rows, side, side, channels), dtype=np.uint8)
