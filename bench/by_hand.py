"""A training loop as one writes it by hand in torch, to lay luodi's own beside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

Varied = Callable[[Tensor], Tensor]


def taught(
    network: nn.Module,
    images: np.ndarray,
    truth: np.ndarray,
    *,
    epochs: int,
    batch: int,
    rate: float = 1e-3,
    bf16: bool = False,
    channels_last: bool = False,
    varied: Varied = lambda images: images,
    seed: int = 0,
) -> nn.Module:
    """Train a network with Adam at one rate, and nothing else.

    Args:
        network: Is changed.
        images: uint8 (rows, height, width, channels).
        truth: Class index, int64 (rows,).
        epochs: Times that all rows are shown.
        batch: Images a step; what is left over at an epoch's end is not shown.
        rate: Of learning.
        bf16: Whether products are formed with 16-bit numbers.
        channels_last: Whether channels lie innermost in memory.
        varied: Changes a batch, float32 (rows, channels, height, width) of mean 0.
        seed: Of the order.

    Returns:
        The network, set to answer.
    """
    form = torch.channels_last if channels_last else torch.contiguous_format
    network = network.to(memory_format=form).train()  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(network.parameters(), rate)
    pixels, classes = torch.from_numpy(images).permute(0, 3, 1, 2), torch.from_numpy(truth)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(len(classes), generator=generator)
        for at in range(0, len(order) - batch + 1, batch):
            rows = order[at : at + batch]
            some = varied(scaled(pixels[rows])).contiguous(memory_format=form)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                scores = network(some)
            loss = functional.cross_entropy(scores.float(), classes[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return network.eval()


def scaled(pixels: Tensor) -> Tensor:
    """Pixels of 0 to 255 as numbers from -1 to 1."""
    return pixels.float() / 127.5 - 1


def right(network: nn.Module, images: np.ndarray, truth: np.ndarray, batch: int = 1000) -> float:
    """The share of images that a network names rightly."""
    found = 0
    with torch.no_grad():
        for at in range(0, len(images), batch):
            some = torch.from_numpy(images[at : at + batch]).permute(0, 3, 1, 2)
            said = network(scaled(some)).argmax(1).numpy()
            found += int((said == truth[at : at + batch]).sum())
    return found / len(images)
