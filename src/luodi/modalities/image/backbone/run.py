"""A model from outside, run by onnxruntime on the processor, with nothing rearranged if asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.backbone.model import Input

if TYPE_CHECKING:
    import onnx


def session(model: bytes, threads: int = 1, plain: bool = False) -> Any:
    """A session of a model.

    Args:
        model: The ONNX bytes.
        threads: Threads that share the work.
        plain: Whether every node runs as it is written.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    # threads that wait in a circle take the time of those that decode
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if plain:
        level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.graph_optimization_level = level
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def tensors(
    model: onnx.ModelProto, given: Input, names: list[str], rows: int, source: str
) -> dict[str, np.ndarray]:
    """Some tensors of a model, for images of random pixels.

    Raises:
        LuodiError: ``backbone.unreadable`` when onnxruntime cannot load or run it.
    """
    import onnx

    made = onnx.ModelProto()
    made.CopyFrom(model)
    del made.graph.output[:]
    made.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    (value,) = [one for one in made.graph.input if one.name == given.name]
    sides = [dim.dim_value for dim in value.type.tensor_type.shape.dim[2:]]
    pixels = np.random.default_rng(0).integers(0, 256, (rows, given.channels, *sides))
    feed = pixels.astype(np.uint8) if given.whole else (pixels / 255).astype(np.float32)
    try:
        outputs = session(made.SerializeToString(), plain=True).run(names, {given.name: feed})
    except Exception as error:  # onnxruntime raises types of its own for every fault
        raise LuodiError("backbone.unreadable", source=source, reason=str(error)[:200]) from None
    return dict(zip(names, outputs, strict=True))
