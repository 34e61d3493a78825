"""Varied images: what a network should answer the same to, it sees in many forms.

Shifts and mirrors move whole pixels and blur nothing; only some images are turned and scaled.
All draws come from one generator, so that the same seed varies the same images the same way.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

SHIFT = 0.125
"""Of a side, at strength 1; four pixels of 32, as in He et al. 2016."""
TURN = 15.0
"""Degrees at strength 1."""
SCALE = 0.15
TURNED_SHARE = 0.5
LIGHT = 0.3
"""Brightness, in standard deviations of the pixels, and contrast, as a factor."""
CUT = 0.35
"""Of a side, at strength 1 (cutout, DeVries and Taylor 2017)."""
CUT_SHARE = 0.5
SMALL_GREY = 32


def may_mirror(height: int, width: int, channels: int) -> bool:
    """Whether images may be mirrored unless somebody says otherwise.

    Small grey images are often digits and letters, which mean something else in a mirror.
    """
    return channels == 3 or max(height, width) > SMALL_GREY


def taken(
    images: Tensor, rows: Tensor, strength: float, mirror: bool, generator: torch.Generator
) -> Tensor:
    """Some images, shifted by whole pixels and mirrored; their edges are reflected outwards.

    Args:
        images: uint8 (all rows, height, width, channels).
        rows: Which of them, int64 (rows,).
        strength: 0 for no shift.
        mirror: Whether half of them are mirrored.
        generator: Draws everything.

    Returns:
        uint8 (rows, channels, height, width), channels innermost in memory.
    """
    down, across = (
        _places(len(rows), side, strength, generator) for side in (images.shape[1], images.shape[2])
    )
    if mirror:
        turned = torch.rand(len(rows), generator=generator) < 0.5
        across = torch.where(turned[:, None], across.flip(1), across)
    found = images[rows[:, None, None], down[:, :, None], across[:, None, :]]
    return found.permute(0, 3, 1, 2)


def _places(count: int, side: int, strength: float, generator: torch.Generator) -> Tensor:
    """For each image the places its pixels of one axis come from, int64 (count, side)."""
    most = min(round(SHIFT * strength * side), side - 1)
    shift = torch.randint(-most, most + 1, (count, 1), generator=generator)
    place = (torch.arange(side) + shift).abs()
    return torch.where(place >= side, 2 * (side - 1) - place, place)


def varied(images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Images turned, scaled, lit differently and partly covered.

    Args:
        images: float32 (rows, channels, height, width), normalised.
        strength: 0 for no change.
        generator: Draws everything.
    """
    if strength <= 0:
        return images
    images = _turned(images, strength, generator)
    images = _lit(images, strength, generator)
    return _cut(images, strength, generator)


def _even(count: int, most: float, generator: torch.Generator) -> Tensor:
    """Numbers between ``-most`` and ``most``, (count,)."""
    return (torch.rand(count, generator=generator) * 2 - 1) * most


def _turned(images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """The first share of the images, which lie in no order, turned and scaled."""
    count, _, height, width = images.shape
    some = math.ceil(count * TURNED_SHARE)
    angle = _even(some, math.radians(TURN * strength), generator)
    scale = 1 + _even(some, SCALE * strength, generator)
    stretch = 1 + _even(some, SCALE * strength / 2, generator)
    cos, sin, zero = torch.cos(angle) * scale, torch.sin(angle) * scale, torch.zeros(some)
    first = torch.stack([cos * stretch, -sin * height / width, zero], 1)
    second = torch.stack([sin * width / height, cos / stretch, zero], 1)
    size = [some, images.shape[1], height, width]
    grid = functional.affine_grid(torch.stack([first, second], 1), size, align_corners=False)
    found = functional.grid_sample(
        images[:some], grid, padding_mode="reflection", align_corners=False
    )
    return torch.cat([found, images[some:]])


def _lit(images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Other brightness and contrast, image by image."""
    count = len(images)
    contrast = 1 + _even(count, LIGHT * strength, generator)
    bright = _even(count, LIGHT * strength, generator)
    return images * contrast[:, None, None, None] + bright[:, None, None, None]


def _cut(images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """A rectangle of some images covered with the mean colour."""
    count, _, height, width = images.shape
    cut = torch.rand(count, generator=generator) < CUT_SHARE
    inside = []
    for side in (height, width):
        middle = torch.rand(count, 1, generator=generator) * side
        inside.append((torch.arange(side) + 0.5 - middle).abs() < CUT * strength * side / 2)
    covered = inside[0][:, :, None] & inside[1][:, None, :] & cut[:, None, None]
    return images.masked_fill(covered[:, None], 0.0)


def mixed(
    images: Tensor, truth: Tensor, strength: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Each image mixed with another, and their truths alike (mixup, Zhang et al. 2018).

    Args:
        images: float32 (rows, channels, height, width).
        truth: Shares of the classes, float32 (rows, classes).
        strength: Both parameters of the Beta distribution; 0 for no change.
        generator: Draws everything.
    """
    if strength <= 0:
        return images, truth
    # torch's Beta distribution takes no generator; two Gamma draws of numpy's make the same
    import numpy as np

    seed = int(torch.randint(2**31, (1,), generator=generator))
    share = float(np.random.default_rng(seed).beta(strength, strength))
    other = torch.randperm(len(images), generator=generator)
    return (
        images * share + images[other] * (1 - share),
        truth * share + truth[other] * (1 - share),
    )
