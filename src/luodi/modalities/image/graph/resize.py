"""Images of any size to the size that a network sees, by the same nodes in training and service.

What a network learns from is resized by the very graph that ships, so that no answer depends on
who resized an image. Result: whole numbers 0 to 255, as if the images had been stored that small.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from luodi.modalities.graph.builder import Builder


def resized(build: Builder, images: str, height: int, width: int) -> str:
    """Add the nodes that resize a batch of images.

    Linear interpolation over all pixels that a new one covers (``antialias``), with pixels as
    squares (``half_pixel``). An image that has the size already comes out unchanged.

    Args:
        build: The graph.
        images: Name of a tensor uint8 (rows, any height, any width, channels).
        height: Wanted height, pixels.
        width: Wanted width, pixels.

    Returns:
        Name of a tensor float32 (rows, channels, height, width) of whole numbers 0 to 255.
    """
    return at_size(build, planes(build, images), height, width)


def planes(build: Builder, images: str) -> str:
    """Add the nodes that turn a batch of images into planes of numbers.

    Args:
        build: The graph.
        images: Name of a tensor uint8 (rows, any height, any width, channels).

    Returns:
        Name of a tensor float32 (rows, channels, any height, any width).
    """
    return build("Transpose", build.cast(images, np.float32), perm=[0, 3, 1, 2])


def at_size(build: Builder, planes: str, height: int, width: int) -> str:
    """Add the nodes that bring ``planes`` to a size, as ``resized`` says."""
    # all four sizes, though two would do: onnxruntime 1.31 loses them in a quantised graph
    wanted = build.constant(np.array([height, width], np.int64))
    rows = build("Shape", planes, start=0, end=2)
    smooth = build(
        "Resize",
        planes,
        "",
        "",
        build("Concat", rows, wanted, axis=0),
        mode="linear",
        antialias=1,
        exclude_outside=1,
        coordinate_transformation_mode="half_pixel",
    )
    low, high = (build.constant(np.float32(end)) for end in (0, 255))
    return build("Clip", build("Round", smooth), low, high)


def resize(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """Images of one size in another, exactly as ``resized`` makes them inside a graph.

    Args:
        images: uint8 (rows, height, width, channels).
        height: Wanted height, pixels.
        width: Wanted width, pixels.

    Returns:
        uint8 (rows, height, width, channels).
    """
    if images.shape[1:3] == (height, width):
        return images
    (planes,) = _session(height, width, images.shape[3]).run(None, {"image": images})
    return np.asarray(planes).astype(np.uint8).transpose(0, 2, 3, 1)


@lru_cache(maxsize=8)
def _session(height: int, width: int, channels: int) -> Any:
    """A graph of these nodes alone; threads that share it decode, so it needs none of its own."""
    import onnxruntime
    from onnx import TensorProto, helper

    build = Builder()
    found = resized(build, "image", height, width)
    shape = [None, None, None, channels]
    images = helper.make_tensor_value_info("image", TensorProto.UINT8, shape)
    planes = helper.make_tensor_value_info(
        found, TensorProto.FLOAT, [None, channels, height, width]
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(build.model([images], [planes], {}), options)
