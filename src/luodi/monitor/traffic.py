"""What was answered lately beside what was answered in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.sketch import Categories, Numbers, Part, merged
from luodi.monitor.reference import Expected, Reference
from luodi.monitor.watching import Seen

LATEST = 7
SHARES = (0.1, 0.5, 0.9)


def answers(reference: Reference, windows: Sequence[Seen]) -> dict[str, Any]:
    """How often a person was asked, and how scores lie, in the latest seven windows.

    Args:
        reference: What was answered in training.
        windows: All windows, oldest first.

    Returns:
        ``review``: the share of answers that went to a person, ``now`` and in ``training``;
        ``scores``: the same of the score below which 10, 50 and 90 % of them lie; None where
        there is none, as with more than two classes.
    """
    lately = [one.sketch.answers for one in windows[-LATEST:]]
    return {
        "review": _sides(reference, lately, "review", _reviewed),
        "scores": _sides(reference, lately, _score(lately), _quantiles),
    }


def _score(lately: Sequence[Mapping[str, Part]]) -> str:
    """The one score that an answer has: its value, or the probability of the last of two."""
    chances = [name for name in (lately[-1] if lately else ()) if name.startswith("probability:")]
    return chances[0] if len(chances) == 1 else "value"


def _sides(
    reference: Reference, lately: Sequence[Mapping[str, Part]], name: str, figure: Any
) -> dict[str, Any] | None:
    wanted = reference.answers.get(name)
    parts = [part[name] for part in lately if name in part]
    if wanted is None or not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = merged(whole, part)
    return {"now": figure(whole, wanted), "training": figure(wanted.whole, wanted)}


def _reviewed(part: Part, wanted: Expected) -> float | None:
    assert isinstance(part, Categories)
    asked = dict(zip(wanted.listed, part.counts, strict=True)).get("review", 0)
    return asked / part.known if part.known else None


def _quantiles(part: Part, wanted: Expected) -> list[float] | None:
    assert isinstance(part, Numbers)
    if not part.known or not len(wanted.edges):
        return None
    # what lies outside the range of training lies at its ends
    below = np.array([part.below, *part.counts], float).cumsum() / part.known
    return [float(x) for x in np.interp(SHARES, below, wanted.edges)]
