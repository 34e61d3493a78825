"""The champion as it would answer if only its scale were set right again.

Labels that were flipped by chance, and a rate of positives that has changed, make a champion
dearer on the labels that come back, and any challenger that was trained on such labels cheaper:
it has learned the new rate, and knows no more of the cases. So a challenger must also beat the
champion with its scale set right on the same labels. Where it cannot, all that is to be gained is
a rate, and whether that is the world or the labelling no figure can tell: a person decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core.errors import needs
from luodi.improve.losses import Answers, Scale

FEWEST = 50
FEWEST_OF_A_CLASS = 3
_SMALL = 1e-9


def enough(measure: Scale, truth: NDArray[Any], start: int) -> int | None:
    """How many of the first cases set the scale; at least those that came before.

    Args:
        measure: The scale of losses.
        truth: What came true of each case, in the order in which it came.
        start: How many came before the challenger was made.

    Returns:
        None where there are too few, or none of a second class.
    """
    if measure.costs is None:
        first = max(start, FEWEST)
        return first if len(truth) >= first else None
    seen = np.zeros(len(measure.classes), np.int64)
    for number, label in enumerate(np.asarray(truth, np.int64), 1):
        seen[label] += 1
        if number >= max(start, FEWEST) and np.partition(seen, -2)[-2] >= FEWEST_OF_A_CLASS:
            return number
    return None


def recalibrated(measure: Scale, before: Answers, truth: NDArray[Any], now: Answers) -> Answers:
    """Answers to later cases on the scale that earlier ones show.

    Values get a slope and an offset by least squares; probabilities a logistic regression on
    their log-odds, as Platt's scaling (1999) has it, and on themselves.

    Args:
        measure: The scale of losses.
        before: The champion's answers to earlier cases, ``enough`` of them.
        truth: What came true of them.
        now: Its answers to the cases that are judged.

    Returns:
        Answers of which only the probabilities or values count.

    Raises:
        LuodiError: ``environment.missing_package``.
    """
    if measure.costs is None:
        return _line(before, np.asarray(truth, np.float64), now)
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise needs("scikit-learn", "train") from None
    # weak shrinkage towards the mean rate; a few cases must not make a steep scale
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit(_features(before.held), np.asarray(truth, np.int64))
    held = np.zeros_like(now.held)
    held[:, model.classes_] = model.predict_proba(_features(now.held))
    return replace(now, held=held)


def _features(held: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the odds, which a changed rate shifts, and the probabilities themselves.

    The latter for labels of which some are flipped: the chance of such a label is a line through
    the probability, and never comes near 0 or 1, which no scaling of log-odds can say.
    """
    logs = np.log(np.clip(held, _SMALL, 1.0))
    return np.hstack([logs[:, 1:] - logs[:, :1], held[:, 1:]])


def _line(before: Answers, truth: NDArray[np.float64], now: Answers) -> Answers:
    """Slope and offset, by the middle nine tenths of the residuals so that no error leads."""
    away = np.abs(before.held - truth)
    usual = away <= np.quantile(away, 0.9)
    x, y = before.held[usual], truth[usual]
    spread = float(x.var())
    slope = float(np.cov(x, y, bias=True)[0, 1]) / spread if spread > 0 else 0.0
    held = y.mean() + slope * (now.held - x.mean())
    return replace(now, held=np.asarray(held, np.float64))
