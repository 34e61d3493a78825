"""Target means of categories (Micci-Barreca 2001), kept apart from the rows they are used on."""

from __future__ import annotations

import numpy as np

SMOOTHING = 10.0
INNER_PARTS = 4


def means(slots: np.ndarray, truth: np.ndarray, all_slots: int, rows: np.ndarray) -> np.ndarray:
    """Smoothed mean of each target by slot, from some of the rows.

    ``(sum + 10 * prior) / (count + 10)``, so that a value never seen gets the prior.

    Args:
        slots: int64 (all rows, categories).
        truth: float64 (all rows, targets): indicator of each class, or the value.
        all_slots: Number of slots.
        rows: The rows to learn from.

    Returns:
        float64 (slots, targets).
    """
    prior = truth[rows].mean(axis=0)
    table = np.tile(prior * SMOOTHING, (all_slots, 1))
    count = np.full(all_slots, SMOOTHING)
    for column in slots[rows].T:
        count += np.bincount(column, minlength=all_slots)
        for target in range(truth.shape[1]):
            table[:, target] += np.bincount(column, truth[rows, target], all_slots)
    return np.asarray(table / count[:, None])


def own(
    slots: np.ndarray,
    truth: np.ndarray,
    all_slots: int,
    rows: np.ndarray,
    seed: int,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Target means for the learning rows themselves, each from the rows of other parts.

    Without this a learner would see its own truth through rare values.

    Args:
        slots: As for ``means``.
        truth: As for ``means``.
        all_slots: As for ``means``.
        rows: The rows to learn from.
        seed: Seed of the parts.
        groups: A number a row, int64 (all rows,): rows of one group stay in one part, because
            they tell each other's truth.

    Returns:
        float64 (len(rows), categories x targets).
    """
    member = np.arange(len(rows))
    if groups is not None and len(np.unique(groups[rows])) > 1:
        member = np.unique(groups[rows], return_inverse=True)[1]
    part = (np.random.default_rng(seed).permutation(member.max(initial=0) + 1) % INNER_PARTS)[
        member
    ]
    encoded = np.empty((len(rows), slots.shape[1] * truth.shape[1]))
    for number in np.unique(part).tolist():
        inside = part == number
        table = means(slots, truth, all_slots, rows[~inside])
        encoded[inside] = table[slots[rows[inside]]].reshape(int(inside.sum()), -1)
    return encoded


def targets(truth: np.ndarray, shape: str, classes: int) -> np.ndarray:
    """What is averaged: the value, the second class, or each class. float64 (rows, targets)."""
    if shape == "multiclass":
        return np.eye(classes)[truth]
    return truth.astype(np.float64)[:, None]
