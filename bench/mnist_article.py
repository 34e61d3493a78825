"""MNIST by 32 filters of 3 x 3, a pool and a dense layer, for which 98.62 % has been printed.

The network is trained twice: by luodi, judged by the exported graph, and by a loop of plain torch
with Adam and nothing else, as such articles do.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from bench import by_hand
from bench.album import Album, judged
from bench.options import Options
from bench.result import Result, end
from luodi.core.task import Task
from luodi.core.values import Dataset
from luodi.modalities import modality
from luodi.modalities.image.learn import networks, pixels, portfolio

FAMILY, PRINTED = "32 filters and a dense layer", 0.9862
SEEDS, EPOCHS, BATCH = 3, 5, 64
ALBUM = Album(
    figure="mnist_article",
    title="MNIST digits, 32 filters of 3 x 3, a pool and a dense layer",
    source="mnist",
    budget_s=120,
    wanted={"accuracy": PRINTED},
    network=FAMILY,
    epochs=EPOCHS,
    seeds=SEEDS,
)


def article(shape: networks.Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """The network as it is printed."""
    channels, height, width_ = shape
    inside = 32 * ((height - 2) // 2) * ((width_ - 2) // 2)
    first = nn.Conv2d(channels, 32, 3)
    return nn.Sequential(
        first, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(inside, classes)
    )


def measured(options: Options) -> list[Result]:
    """By luodi and by hand."""
    networks.NETWORKS[FAMILY] = article
    portfolio.DEFAULTS[FAMILY] = portfolio.ADAM
    first, *others = judged(ALBUM, options)
    by_loop = _by_hand(options)
    told = f"printed {PRINTED}; plain torch: {EPOCHS} epochs of Adam, nothing varied"
    values = {**first.values, "plain torch": by_loop}
    return [replace(first, values=values, against=f"{first.against}; {told}"), *others]


def _by_hand(options: Options) -> list[float]:
    """The share that a plain loop's networks name rightly, once a seed."""
    where = {"source": str(options.data / ALBUM.source), "target": "label", "modality": "image"}
    task = {"name": "article", "goal": "classify", "data": {**where, "part": "part"}}
    whole = modality("image").read(Task.load(task))
    train, test = (_laid(whole, part) for part in ("train", "test"))
    if options.quick:
        train, test = ((images[:600], truth[:600]) for images, truth in (train, test))
    found = []
    for seed in range(1 if options.quick else SEEDS):
        torch.manual_seed(seed)
        network = article((1, *train[0].shape[1:3]), 10, 1.0, 0.0)
        network = by_hand.taught(network, *train, epochs=EPOCHS, batch=BATCH, seed=seed)
        found.append(by_hand.right(network, *test))
    return found


def _laid(whole: Dataset, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images and truths of one part."""
    some = whole.table.filter(whole.table["part"] == part)
    (column,) = whole.columns
    found, _, _ = pixels.read(some[column.name].to_list(), column.name, 1)
    return found.images, some["label"].to_numpy().astype(np.int64)


if __name__ == "__main__":
    end(__doc__, measured)
