"""Images that are not like the others in their form: size, colours, depth, how they were held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding, Severity
from luodi.modalities.image.inspect.look import Look
from luodi.modalities.image.inspect.named import examples
from luodi.modalities.tabular.inspect.about import found

FAR = 4.0
"""Times by which a side, or the relation of sides, is far from the middle one."""
MANY = 0.1
DARK = 4.0
"""Contrast of an image of 8 bits in which next to nothing is to be seen."""
BLANK_MANY = 0.01


def sizes(look: Look) -> Iterator[Finding]:
    """Find images much larger, smaller or longer than the others."""
    height, width = look.numbers["height"], look.numbers["width"]
    side, relation = np.sqrt(height * width), height / width
    far = _far(side) | _far(relation)
    if far.any():
        severity: Severity = "warning" if far.mean() >= MANY else "note"
        low, middle, high = (float(np.quantile(side, q)) for q in (0, 0.5, 1))
        sides = {"low": round(low), "middle": round(middle), "high": round(high)}
        yield _about("image.odd_size", severity, look, far, **sides)


def colours(look: Look) -> Iterator[Finding]:
    """Find grey images among coloured ones, or the other way round."""
    grey = look.numbers["saturation"] == 0
    if not grey.any() or grey.all():
        return
    fewer = grey if grey.mean() <= 0.5 else ~grey
    yield _about("image.mixed_colours", "note", look, fewer, grey=int(grey.sum()))


def depth(look: Look) -> Iterator[Finding]:
    """Find images of more than eight bits, of which the upper eight are seen; a warning where
    those say next to nothing.
    """
    deep = look.numbers["deep"] > 0
    if deep.any():
        contrast = float(np.median(look.numbers["contrast"][deep]))
        severity: Severity = "warning" if contrast < DARK else "note"
        yield _about("image.deep", severity, look, deep, contrast=contrast)


def transparency(look: Look) -> Iterator[Finding]:
    """Find images that can be transparent; they are laid on white."""
    clear = look.numbers["alpha"] > 0
    if clear.any():
        yield _about("image.transparent", "note", look, clear)


def orientation(look: Look) -> Iterator[Finding]:
    """Find images that are turned upright because the camera says how it was held."""
    turned = look.numbers["turned"] > 0
    if turned.any():
        yield _about("image.turned", "note", look, turned)


def blank(look: Look) -> Iterator[Finding]:
    """Find images of one colour, or nearly so."""
    if look.plain.any():
        severity: Severity = "warning" if look.plain.mean() >= BLANK_MANY else "note"
        yield _about("image.blank", severity, look, look.plain)


def _far(values: np.ndarray) -> np.ndarray:
    times = values / np.median(values)
    found: np.ndarray = (times > FAR) | (times < 1 / FAR)
    return found


def _about(
    code: str, severity: Severity, look: Look, rows: np.ndarray, **evidence: object
) -> Finding:
    return found(
        code,
        severity,
        None,
        rows=int(rows.sum()),
        share=float(rows.mean()),
        names=examples(look.name(place) for place in np.flatnonzero(rows)[:3]),
        **evidence,
    )
