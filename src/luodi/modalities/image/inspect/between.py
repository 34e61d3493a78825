"""Images of a holdout that training has seen."""

from __future__ import annotations

import numpy as np
import polars as pl

from luodi.core.events import Listener
from luodi.core.values import Dataset, Finding, Severity
from luodi.modalities.image.inspect.look import Look, look
from luodi.modalities.image.inspect.named import examples
from luodi.modalities.image.inspect.near import pairs
from luodi.modalities.tabular.inspect.about import found

FEW, MOST = 0.01, 0.5


def between(train: Dataset, holdout: Dataset, listener: Listener) -> tuple[Finding, ...]:
    """One finding about the images that stand on both sides, or none."""
    trained, held = look(train, None, listener), look(holdout, None, listener)
    if not len(trained) or not len(held):
        return ()
    exact, near = _known(trained, held)
    known = {**near, **exact}
    if not known:
        return ()
    share = len(known) / len(held)
    severity: Severity = "error" if share > MOST else "warning" if share > FEW else "note"
    facts = {
        "rows": len(known),
        "share": share,
        "exact": len(exact),
        "near": len(known) - len(exact),
    }
    couples = (f"{held.name(at)} = {trained.name(of)}" for at, of in sorted(known.items())[:3])
    return (found("image.holdout_repeated", severity, None, **facts, names=examples(couples)),)


def known(train: Dataset, holdout: Dataset) -> np.ndarray:
    """Which images of a holdout stand in training too, bool (rows,)."""
    trained, held = look(train, None), look(holdout, None)
    found = np.zeros(len(holdout), bool)
    if len(trained) and len(held):
        exact, near = _known(trained, held)
        found[held.rows[sorted({*exact, *near})]] = True
    return found


def _known(trained: Look, held: Look) -> tuple[dict[int, int], dict[int, int]]:
    """Places in the holdout, each with a place in training: equal ones, and those saved anew."""
    first = {digest: place for place, digest in reversed(list(enumerate(trained.digests)))}
    exact = {
        place: first[digest]
        for place, digest in enumerate(held.digests)
        if digest in first and not held.plain[place]
    }
    digests = pl.concat([trained.digests, held.digests])
    thumbs = np.concatenate([trained.thumbs, held.thumbs])
    both = pairs(digests, thumbs, np.concatenate([trained.plain, held.plain])).near
    crossing = both[(both[:, 0] < len(trained)) & (both[:, 1] >= len(trained))]
    return exact, {int(at) - len(trained): int(of) for of, at in crossing}
