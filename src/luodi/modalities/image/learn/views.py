"""Whether an image is also asked about in a mirror: decided on rows that taught nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from luodi.core.task import Task
from luodi.modalities.image.learn.fitted import Fitted, softmax
from luodi.modalities.image.modality import USUAL_LIMITS

UNDECIDED, ONE, TWO = 0, 1, 2
SPARE = 0.5
"""Share of that which two views may take by this measure: resizing and the rest come on top."""
TRIES = 5
CLEARLY = 2.0
"""Standard errors from which on fewer right rows are no luck."""


def decided(model: Fitted, images: np.ndarray, truth: np.ndarray, task: Task) -> Fitted:
    """The model with two views, where these do better and answers may take twice as long.

    Better means that the log loss is lower, and that not clearly fewer rows are right. The mean of
    two scores never has a higher loss than the mean of their losses (it is convex), so a network
    that knows mirror images as well gains; whether it does is what the rows tell. Which of them
    are right is too much a matter of luck to decide alone: of 500, some ten change sides.

    Args:
        model: The model, with one view.
        images: uint8 (rows, height, width, channels) of rows that it has not learned from.
        truth: Class index of them, int64 (rows,).
        task: The task, for its gates on latency.
    """
    if 2 * _milliseconds(model, images) > SPARE * limit_ms(task):
        return model
    both = replace(model, mirrored=True)
    one, two = (softmax(m.logits(images)) for m in (model, both))
    gain = _loss(truth, one) - _loss(truth, two)
    right = (two.argmax(axis=1) == truth).astype(float) - (one.argmax(axis=1) == truth)
    luck = CLEARLY * float(right.std() / np.sqrt(len(right)))
    return both if gain.mean() > 0 and right.mean() >= -luck else model


def limit_ms(task: Task) -> float:
    """How long an answer to one image may take, by the gates or else as usual."""
    named = ("one_row_ms_p50", "one_row_ms_p99")
    limits = [task.gates[name].at_most for name in named if name in task.gates]
    return min(
        (limit for limit in limits if limit is not None), default=USUAL_LIMITS["one_row_ms_p50"]
    )


def _milliseconds(model: Fitted, images: np.ndarray) -> float:
    """The shortest of some answers to one image."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        model.logits(images[:1])
        took.append(time.perf_counter() - began)
    return min(took) * 1e3


def _loss(truth: np.ndarray, said: np.ndarray) -> np.ndarray:
    """The log loss of each row."""
    return np.asarray(-np.log(np.maximum(said[np.arange(len(truth)), truth], 1e-12)))
