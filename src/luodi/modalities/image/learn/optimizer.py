"""What moves the weights, and what it remembers, as arrays by name."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from luodi.modalities.image.learn.settings import Settings

USUAL_BATCH = 128
MOMENTUM = 0.9


def optimizer(network: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Stochastic gradient descent with Nesterov's momentum, or AdamW (Loshchilov and Hutter 2019).

    Biases and normalisation are left out of the weight decay: they have no size to be kept small.
    """
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": settings.decay}, {"params": others}]
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=0.0, weight_decay=0.0, foreach=True)
    return torch.optim.SGD(groups, lr=0.0, momentum=MOMENTUM, nesterov=True, foreach=True)


def highest_rate(settings: Settings) -> float:
    """The highest learning rate of the cycle, for the batch that there is.

    In proportion to the batch (Goyal et al. 2017), for AdamW to its square root.
    """
    factor = settings.batch / USUAL_BATCH
    return settings.learning_rate * (math.sqrt(factor) if settings.optimizer == "adamw" else factor)


def remembered(mover: torch.optim.Optimizer) -> dict[str, np.ndarray]:
    """What an optimizer remembers of each weight, by ``number.name``."""
    return {
        f"{number}.{name}": value.detach().clone().numpy()
        for number, kept in mover.state_dict()["state"].items()
        for name, value in kept.items()
        if value is not None
    }


def remind(mover: torch.optim.Optimizer, arrays: Mapping[str, np.ndarray]) -> None:
    """Give an optimizer back what ``remembered`` told of it."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, array in arrays.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = torch.from_numpy(array.copy())
    mover.load_state_dict({**mover.state_dict(), "state": state})
