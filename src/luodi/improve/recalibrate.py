"""The champion as it would answer if only its scale were set right again.

Labels that were flipped by chance, and a rate of positives that has changed, make a champion
dearer on the labels that come back, and any challenger that was trained on such labels cheaper:
it has learned the new rate, and knows no more of the cases. So a challenger must also beat the
champion with its scale set right on the same labels. Where it cannot, all that is to be gained is
a rate, and whether that is the world or the labelling no figure can tell: a person decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from luodi.improve.losses import Answers, Scale

FEWEST = 50
_SMALL = 1e-9


def recalibrated(
    measure: Scale, before: Answers, truth: NDArray[np.float64] | NDArray[np.int64], now: Answers
) -> Answers | None:
    """Answers to later cases on the scale that earlier ones show.

    Values get a slope and an offset by least squares; probabilities a logistic regression on
    their log-odds, as Platt's scaling (1999) has it, and on themselves. Decisions are those of
    least expected cost.

    Args:
        measure: The scale of losses.
        before: The champion's answers to earlier cases.
        truth: What came true of them.
        now: Its answers to the cases that are judged.

    Returns:
        None where too little came back before to learn from.
    """
    if len(truth) < FEWEST:
        return None
    if measure.costs is None:
        return _line(before, np.asarray(truth, np.float64), now)
    known = np.asarray(truth, np.int64)
    if len(np.unique(known)) < 2:
        return None
    from sklearn.linear_model import LogisticRegression

    # weak shrinkage towards the mean rate; a few cases must not make a steep scale
    model = LogisticRegression(C=10.0, max_iter=500)
    model.fit(_features(before.held), known)
    held = np.zeros_like(now.held)
    held[:, model.classes_] = model.predict_proba(_features(now.held))
    expected = held @ measure.costs
    least = expected.min(axis=1)
    asked = np.zeros(len(held), bool) if measure.review is None else least > measure.review
    return Answers(held, expected.argmin(axis=1), asked)


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
    return Answers(np.asarray(held, np.float64), now.decision, now.review)
