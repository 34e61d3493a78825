"""Between what numbers each tensor of a file moves, over a sample of images."""

from __future__ import annotations

import numpy as np

from luodi.modalities.image.tflite import file
from luodi.modalities.image.tflite.session import opened

Ranges = dict[str, dict[str, np.ndarray]]


def ranges(model: bytes, sample: np.ndarray) -> Ranges:
    """The least and the largest value of each tensor, in the form that the quantizer reads.

    The quantizer's own way is a moving average, which depends on the order of the images and cuts
    off what is rare. The extremes of a sample do neither. Pixels, and normalised ones, range as
    far as pixels can, whatever the sample holds: they are taken as they are.

    Args:
        model: The float32 file, with the names of ``file.named``.
        sample: uint8 (rows, height, width, channels) at the file's size.
    """
    interpreter = opened(model, every=True)
    (given,) = interpreter.get_input_details()
    tensors = [t for t in interpreter.get_tensor_details() if t["dtype"] == np.float32]
    pixels = [t for t in tensors if t["name"] in (file.INPUT, file.first(model))]
    ends = np.stack([np.full(sample.shape[1:], end, sample.dtype) for end in (0, 255)])
    found: Ranges = {}
    for images, which in ((ends, pixels), (sample, tensors)):
        for image in images.astype(np.float32):
            interpreter.set_tensor(given["index"], image[None])
            interpreter.invoke()
            for tensor in which:
                _widen(found, tensor["name"], interpreter.get_tensor(tensor["index"]))
    return found


def _widen(found: Ranges, name: str, values: np.ndarray) -> None:
    low, high = values.min(keepdims=True), values.max(keepdims=True)
    if name in found:
        low, high = np.minimum(low, found[name]["min"]), np.maximum(high, found[name]["max"])
    found[name] = {"min": low, "max": high}
