"""A file in single precision as one whose layers work with whole numbers of 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.modalities.image.tflite import file
from luodi.modalities.image.tflite.ranges import ranges

LAYERS = (
    "ADD", "AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D",
    "MEAN", "PAD", "RESHAPE", "TRANSPOSE",
)  # fmt: skip
"""All that networks of this house come to; whatever else there is stays in single precision."""


def quantised(model: bytes, sample: np.ndarray) -> bytes:
    """The same file with whole numbers of 8 bits, and of weights one scale a channel.

    The input takes bytes as a camera gives them. From the scores on it is single precision:
    softmax, mean and calibration are a few numbers, and probabilities of 8 bits would be none.

    Args:
        model: The float32 file, with the names of ``file.named``.
        sample: uint8 (rows, height, width, channels): images of training.
    """
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer.quantizer import AlgorithmName, Quantizer

    made = Quantizer(bytearray(model))
    for name in LAYERS:
        made.add_static_config(".*", qtyping.TFLOperationName(name), 8, 8)
    made.update_quantization_recipe(".*", qtyping.TFLOperationName.INPUT, _pixels(qtyping))
    made.update_quantization_recipe(
        f"^{file.ANSWER}|^{file.OUTPUT}", qtyping.TFLOperationName.ALL_SUPPORTED,
        algorithm_key=AlgorithmName.NO_QUANTIZE,
    )  # fmt: skip
    found = made.quantize(
        ranges(model, sample), enable_progress_bar=False, enable_progress_report=False
    )
    return bytes(found.quantized_model)


def _pixels(qtyping: Any) -> Any:
    """Whole numbers of 8 bits without a sign; the quantizer has no shorter word for it."""
    config = qtyping.TensorQuantizationConfig
    return qtyping.OpQuantizationConfig(
        activation_tensor_config=config(
            num_bits=8, symmetric=False, dtype=qtyping.TensorDataType.UINT
        ),
        weight_tensor_config=config(
            num_bits=8, symmetric=True, granularity=qtyping.QuantGranularity.CHANNELWISE
        ),
        compute_precision=qtyping.ComputePrecision.INTEGER,
    )
