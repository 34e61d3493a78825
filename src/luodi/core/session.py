"""A graph, run with the same settings in training, by the judge and in service."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from luodi.core.errors import needs

LEAST_CHUNK, MOST_CHUNK, CHUNKS = 256, 8192, 16
OUTPUTS = {"classify": ["probabilities", "decision", "review"], "regress": ["value"]}


class Session:
    """A graph that turns the codec's arrays into its outputs.

    One thread runs one row: starting a pool costs more than it gives. Batches are cut into
    chunks that run on all cores, each chunk in one thread. Where the cuts are depends on the
    number of rows alone, for the last bit of a softmax depends on a row's place in its chunk.

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
        """The outputs, in the order of ``OUTPUTS``; a batch in chunks over all cores."""
        return self.stream(len(next(iter(feeds.values()))), [feeds])

    def stream(self, rows: int, parts: Iterable[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        """The same for inputs that come in parts: the first run while the next are made.

        Args:
            rows: How many rows there will be.
            parts: The inputs, in parts of ``chunk(rows)`` rows or a multiple of it; only the
                last one may be shorter.
        """
        step = chunk(rows)
        if rows <= step:
            return self._run(next(iter(parts)))
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            chunks = [pool.submit(self._run, cut) for part in parts for cut in _cuts(part, step)]
            outputs = [running.result() for running in chunks]
        return [np.concatenate(pieces) for pieces in zip(*outputs, strict=True)]

    def _run(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        return list(self.native.run(self.names, dict(feeds)))


def chunk(rows: int) -> int:
    """Rows that one thread runs at once; they depend on the number of rows alone."""
    return max(LEAST_CHUNK, min(MOST_CHUNK, -(-rows // CHUNKS)))


def _cuts(feeds: Mapping[str, np.ndarray], step: int) -> Iterator[dict[str, np.ndarray]]:
    rows = len(next(iter(feeds.values())))
    for at in range(0, rows, step):
        yield {name: array[at : at + step] for name, array in feeds.items()}
