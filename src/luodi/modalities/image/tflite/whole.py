"""A candidate as one torch module: from the pixels of one image to its probabilities."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from luodi.core.calibration import FLOOR, Calibration
from luodi.core.values import Candidate
from luodi.modalities.image.learn.prepared import Prepared
from luodi.modalities.image.shrink.traced import depthwise, folded
from luodi.modalities.image.tflite.file import OUTPUT


class Whole(nn.Module):
    """What is converted: normalising, networks, their weighted mean, and calibration.

    Normalising is a depthwise convolution, for that is what whole numbers of 8 bits keep exactly:
    the pixels go in as they are, one step of the scale each.

    Args:
        candidate: The candidate.
    """

    def __init__(self, candidate: Candidate) -> None:
        super().__init__()
        prepared: Prepared = candidate.prepared
        scale = 1 / np.array(prepared.spread, np.float64)
        shift = -np.array(prepared.mean, np.float64) * scale
        self.normal = depthwise(torch.from_numpy(scale), torch.from_numpy(shift))
        models = [model for member in candidate.members for model in member.models]
        self.networks = nn.ModuleList(folded(model.network) for model in models)
        self.mirrored = [model.mirrored for model in models]
        self.shares = [
            weight / len(member.models)
            for member, weight in zip(candidate.members, candidate.weights, strict=True)
            for _ in member.models
        ]
        self.calibration = Calibration.from_json(candidate.calibration)
        self.classes = len(prepared.codec.classes)
        assert math.isclose(sum(self.shares), 1.0, abs_tol=1e-6)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """Probabilities float32 (1, classes).

        Args:
            image: float32 (1, height, width, channels), 0 to 255.
        """
        planes = self.normal(image.permute(0, 3, 1, 2))
        total: Tensor | None = None
        asked = zip(self.networks, self.mirrored, self.shares, strict=True)
        for network, mirrored, share in asked:
            scores = network(planes)
            if mirrored:
                scores = (scores + network(torch.flip(planes, (3,)))) * 0.5
            said = torch.softmax(scores, dim=1)
            said = said if share == 1.0 else said * share
            total = said if total is None else total + said
        assert total is not None
        return {OUTPUT: self._calibrated(total)}

    def _calibrated(self, said: Tensor) -> Tensor:
        """As ``core.calibration`` says it, in single precision.

        Both of its forms are a softmax of log-probabilities times the slope; of two classes the
        second moves by the offset. There a log-odds is log p1 - log p0, for 1 - p of a p near 1
        is not known to single precision, and p0 is.
        """
        if self.calibration.neutral:
            return said
        logs = torch.log(torch.clamp(said, min=FLOOR)) * self.calibration.slope
        if self.classes == 2:
            logs = logs + torch.tensor([[0.0, self.calibration.offset]])
        return torch.softmax(logs, dim=1)
