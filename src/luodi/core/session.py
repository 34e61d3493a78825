"""A graph, run with the same settings in training, by the judge and in service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from luodi.core.errors import needs

OUTPUTS = {"classify": ["probabilities", "decision", "review"], "regress": ["value"]}


class Session:
    """A graph that turns the codec's arrays into its outputs.

    One thread a run: starting a pool costs a single row more than it gives.

    Args:
        model: The ONNX graph.
        goal: ``classify`` or ``regress``; decides which outputs there are.
    """

    def __init__(self, model: bytes, goal: str) -> None:
        try:
            import onnxruntime as ort
        except ImportError:
            raise needs("onnxruntime", "runtime") from None
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.native: Any = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.names = OUTPUTS[goal]

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """The outputs, in the order of ``OUTPUTS``."""
        return list(self.native.run(self.names, dict(feeds)))
