"""What can be made of a network, each change as a recipe that can be repeated without a clock."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from luodi.core.values import Change, Member, Recipe
from luodi.modalities.image.learn import training
from luodi.modalities.image.learn.fitted import Fitted, normalised
from luodi.modalities.image.learn.job import Job
from luodi.modalities.image.learn.networks import NETWORKS, built
from luodi.modalities.image.learn.portfolio import ADAM, DEFAULTS
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.teacher import Teacher
from luodi.modalities.image.learn.views import TWO
from luodi.modalities.image.shrink.narrow import narrowed, settled
from luodi.modalities.image.shrink.quantise import whole, with_whole_weights_only

SEEN = 512
"""Images of training that decide the size of steps, and what normalisation holds."""
FROM, CHANGED = "from", "changed"
"""Keys of a recipe's params: what it was made of, and how."""
TOLD = ("family", "params", "features", "seed")
TUNED_RATE, TUNED_EPOCHS = 3e-4, 8
PRUNED_SHARE = 0.5
"""Share of the usual learning rate for a network that keeps most of what it knew."""
WIDTHS = tuple(round(2 ** (-step / 4), 3) for step in range(1, 17))
"""Factors of a network's width that are tried, 0.84 down to 1/16."""
STUDENTS = ("resnet8", "mobilenet")
"""Families that say much with few weights; a student of them begins anew."""
WEIGHTS = Change("weights8", {"bits": "weights"}, False)
WHOLE = Change("int8", {"bits": "whole"}, False, True)
TUNED = Change("int8_tuned", {"bits": "whole", "tuned": True}, True, True)
SPENT_A_LAYER, SPENT = 700, 4_000
"""Bytes of a graph beside its weights, about."""


@dataclass(frozen=True)
class Size:
    """A network's size as it would be in 8 bits, MB, before it is made."""

    megabytes: float

    @classmethod
    def of(cls, family: str, shape: tuple[int, int, int], classes: int, width: float) -> Size:
        """The size of a network of a family."""
        with torch.device("meta"):
            network = _shape_of(family, shape, classes, width)
        weights = sum(p.numel() for p in network.parameters())
        channels = sum(p.numel() for p in network.parameters() if p.ndim == 1)
        layers = sum(isinstance(one, nn.Conv2d | nn.Linear) for one in network.modules())
        return cls((weights + 8 * channels + SPENT_A_LAYER * layers + SPENT) / 1e6)


def _shape_of(family: str, shape: tuple[int, int, int], classes: int, width: float) -> nn.Module:
    return NETWORKS[family](shape, classes, width, 0.0)


def students(
    member: Member, shape: tuple[int, int, int], classes: int, most_mb: float | None
) -> tuple[Change, ...]:
    """Narrower networks that are worth a training, the likeliest first.

    Args:
        member: The network.
        shape: Channels, height and width.
        classes: How many there are.
        most_mb: The largest size wanted, in 8 bits; None where there is none.
    """
    family = member.recipe.family
    width = Settings.from_json(member.recipe.params).width
    own = Size.of(family, shape, classes, width).megabytes
    limits = [most_mb] if most_mb is not None else [own / 2, own / 4]
    found: list[Change] = []
    for limit in limits:
        if own > limit:
            found += _widest(family, shape, classes, width, limit, "pruned")
    for other in STUDENTS:
        if other != family:
            largest = min(limits[-1], own)
            found += _widest(other, shape, classes, 2.0, largest, "distilled")
    return tuple(dict.fromkeys(found))


def _widest(
    family: str, shape: tuple[int, int, int], classes: int, width: float, limit: float, begin: str
) -> list[Change]:
    """The widest network of a family that keeps to a size."""
    for factor in WIDTHS:
        tried = round(width * factor, 4)
        if Size.of(family, shape, classes, tried).megabytes <= limit:
            settings = {"family": family, "width": tried, "begin": begin}
            return [Change(f"{family}_{begin}_{tried:g}", settings, True)]
    return []


def recipe_of(members: Sequence[Member], weights: Sequence[float], change: Change) -> Recipe:
    """The recipe of what a change makes of members, with all that it needs to be repeated."""
    first = max(zip(weights, members, strict=True), key=lambda one: one[0])[1].recipe
    params = {k: v for k, v in first.params.items() if k not in (FROM, CHANGED)}
    settings = Settings.from_json(params)
    family = str(change.settings.get("family", first.family))
    if "width" in change.settings:
        settings = replace(settings, width=float(change.settings["width"]))
    if change.settings.get("begin") == "distilled":
        own = DEFAULTS[family]
        settings = replace(settings, learning_rate=own.learning_rate, optimizer=own.optimizer,
                           decay=own.decay, dropout=own.dropout)  # fmt: skip
    sources = [
        {"weight": weight, **_told(member.recipe)}
        for weight, member in zip(weights, members, strict=True)
    ]
    made = {**settings.to_json(), FROM: sources, CHANGED: dict(change.settings)}
    return Recipe(family, made, first.features, first.seed)


def _told(recipe: Recipe) -> dict[str, Any]:
    return {**{key: getattr(recipe, key) for key in TOLD}, "rounds": list(recipe.rounds)}


def sources_of(recipe: Recipe) -> list[tuple[Recipe, float]]:
    """The recipes that a changed network was made of, with their weights; none of a plain one."""
    return [
        (Recipe(*(one[key] for key in TOLD), tuple(one["rounds"])), one["weight"])
        for one in recipe.params.get(FROM, ())
    ]


def changed(
    job: Job, recipe: Recipe, sources: Sequence[Fitted], weights: Sequence[float]
) -> Fitted:
    """Make a change; what is made asks about as many views as its recipe says.

    Args:
        job: The training that goes with it; its settings are those of ``recipe``.
        recipe: What is made, as ``recipe_of`` says.
        sources: The networks that it is made of.
        weights: Their weights, which sum to 1.

    Raises:
        ValueError: a network cannot be pruned to this width.
    """
    made = _made(job, recipe.params[CHANGED], sources, weights)
    return replace(made, mirrored=job.settings.views == TWO)


def _made(
    job: Job, how: Mapping[str, Any], sources: Sequence[Fitted], weights: Sequence[float]
) -> Fitted:
    teacher = Teacher(tuple(one.network for one in sources), tuple(weights))
    if how.get("bits") == "weights":
        (source,) = sources
        return replace(source, network=with_whole_weights_only(source.network).network, rounds=1)
    if how.get("bits") == "whole":
        (source,) = sources
        network = whole(source.network, _images(job), _span(job)).network
        done = replace(source, network=network, rounds=1)
        return _tuned(job, network, teacher) if how.get("tuned") else done
    begin = None
    if how["begin"] == "pruned":
        begin = _pruned(job, sources[int(np.argmax(weights))])
        rate = job.settings.learning_rate * PRUNED_SHARE
        job = replace(job, settings=replace(job.settings, learning_rate=rate))
    return training.fit(replace(job, begin=begin, teacher=teacher))


def weakest(job: Job, source: Fitted) -> tuple[str, float] | None:
    """The layer that rounding hurts most, and how far its signal is above the noise, dB."""
    return whole(source.network, _images(job), _span(job)).worst


def _tuned(job: Job, network: nn.Module, teacher: Teacher) -> Fitted:
    """Train on in whole numbers: what rounding broke is learned anew."""
    settings = replace(
        job.settings, learning_rate=TUNED_RATE, optimizer=ADAM.optimizer, decay=0.0,
        mixup=0.0, bf16=False, channels_last=False,
    )  # fmt: skip
    endless = job.epochs is None and job.seconds == math.inf
    epochs = TUNED_EPOCHS if endless else job.epochs
    job = replace(job, settings=settings, epochs=epochs)
    return training.fit(replace(job, begin=network, teacher=teacher))


def _pruned(job: Job, source: Fitted) -> nn.Module:
    """The source with fewer channels, ready to be trained on."""
    settled(source.network, _images(job))
    narrow = built(job.family, job.shape, job.classes, job.settings.width, job.settings.dropout)
    found = narrowed(source.network, narrow)
    if found is None:
        raise ValueError(f"{job.family} {job.settings.width}")
    return found


def _images(job: Job) -> Tensor:
    """Some images of training, evenly, as a network sees them."""
    rows = job.rows[np.linspace(0, len(job.rows) - 1, min(SEEN, len(job.rows))).astype(np.int64)]
    pixels = torch.from_numpy(np.ascontiguousarray(job.images[rows]))
    return normalised(pixels.permute(0, 3, 1, 2), job.mean, job.spread)


def _span(job: Job) -> tuple[Tensor, Tensor]:
    """The smallest and the largest number of an image, black and white."""
    ends = torch.tensor([0.0, 255.0])[:, None, None, None].expand(2, job.shape[0], 1, 1)
    low, high = normalised(ends, job.mean, job.spread)
    return low.min(), high.max()
