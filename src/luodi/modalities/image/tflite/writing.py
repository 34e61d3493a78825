"""A candidate as the bytes of a .tflite file."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from luodi.core.errors import needs
from luodi.core.values import Candidate
from luodi.modalities.image.tflite import file
from luodi.modalities.image.tflite.paper import paper, read_paper, with_paper
from luodi.modalities.image.tflite.quiet import quiet

PACKAGES = {
    "torch": "torch",
    "litert_torch": "litert-torch",
    "ai_edge_quantizer": "ai-edge-quantizer",
    "ai_edge_litert": "ai-edge-litert",
}


def converted(candidate: Candidate, sample: np.ndarray | None = None) -> bytes:
    """The bytes of a .tflite file that answers as the candidate does, not checked yet.

    Its input ``image`` is (1, height, width, channels), pixels 0 to 255 as they are, at the size
    that the networks see: float32, or uint8 in a file of whole numbers, as devices expect either.
    Its output ``probabilities`` is float32 (1, classes), calibrated.

    Args:
        candidate: The candidate.
        sample: Images of training, uint8 (rows, height, width, channels) at the networks' size;
            the layers then work with whole numbers of 8 bits, fitted to what these images hold.
            None for single precision.

    Raises:
        LuodiError: ``environment.missing_package``.
    """
    for module, package in PACKAGES.items():
        if find_spec(module) is None:
            raise needs(package, "tflite")
    with quiet():
        model = file.named(_written(candidate))
    model = with_paper(model, paper(candidate))
    return model if sample is None else in_integers(model, sample)


def in_integers(model: bytes, sample: np.ndarray) -> bytes:
    """A file in single precision as one whose layers work with whole numbers of 8 bits.

    Args:
        model: A file that ``converted`` wrote.
        sample: As there.
    """
    from luodi.modalities.image.tflite.integers import quantised

    with quiet():
        smaller = quantised(model, sample)
    return with_paper(smaller, read_paper(model))


def _written(candidate: Candidate) -> bytes:
    """The file in single precision, as the converter writes it."""
    import litert_torch
    import torch

    from luodi.modalities.image.tflite.whole import Whole

    seen = candidate.prepared
    image = torch.zeros(1, seen.height, seen.width, seen.channels)
    whole: Any = Whole(candidate).eval()
    return bytes(litert_torch.convert(whole, sample_kwargs={file.INPUT: image}).model_content())
