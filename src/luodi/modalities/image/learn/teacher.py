"""A network learns what another one says (knowledge distillation, Hinton et al. 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

TEMPERATURE = 2.0
"""Answers are made softer by it, so that what a teacher holds for unlikely counts as well."""
OWN_SHARE = 0.1
"""How much the truth itself counts beside the teacher."""


@dataclass(frozen=True)
class Teacher:
    """What networks say together.

    Attributes:
        networks: The networks, set to answer; normalised images to logits.
        weights: Their weights, which sum to 1.
    """

    networks: tuple[nn.Module, ...]
    weights: Sequence[float]

    def __call__(self, images: Tensor) -> Tensor:
        """The logarithm of their mean probabilities, float32 (rows, classes)."""
        with torch.no_grad():
            said = [functional.log_softmax(network(images).float(), 1) for network in self.networks]
            if len(said) == 1:
                return said[0]
            logs = torch.log(torch.tensor(self.weights))[:, None, None]
            return torch.logsumexp(torch.stack(said) + logs, 0)


def taught(loss: Tensor, scores: Tensor, said: Tensor) -> Tensor:
    """The loss of a student.

    Args:
        loss: Its loss against the truth.
        scores: Its logits (rows, classes).
        said: The teacher's logarithms of probabilities (rows, classes).
    """
    soft = functional.log_softmax(scores / TEMPERATURE, 1)
    wanted = functional.log_softmax(said / TEMPERATURE, 1)
    apart = functional.kl_div(soft, wanted, reduction="batchmean", log_target=True)
    return OWN_SHARE * loss + (1 - OWN_SHARE) * TEMPERATURE**2 * apart
