"""A graph, run with the same settings in training, by the judge and in service."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.cuts import Places, cut, holds_images, put_back, take
from luodi.core.errors import needs

if TYPE_CHECKING:
    from concurrent.futures import Future

LEAST_CHUNK, MOST_CHUNK, CHUNKS = 256, 8192, 16
LARGE = 2**20
"""Bytes of images after which a session gives back the memory that they took."""
OUTPUTS = {"classify": ["probabilities", "decision", "review"], "regress": ["value"]}
STRANGENESS, STRANGE = "strangeness", 1.0
"""An output that a graph may have besides, and above which of its values a record is strange."""


class Session:
    """A graph that turns the codec's arrays into its outputs.

    One thread runs one row: starting a pool costs more than it gives. Batches are cut into
    chunks that run on all cores, each chunk in one thread. Where the cuts are depends on the
    number of rows alone, for the last bit of a softmax depends on a row's place in its chunk.
    Chunks of images are small and each of one size, as ``luodi.core.cuts`` says.

    Args:
        model: The ONNX graph.
        goal: ``classify`` or ``regress``; decides which outputs there are.

    Attributes:
        names: The outputs that are asked for: those of ``OUTPUTS``, and ``strangeness`` last
            where the graph has it.
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
        has = {output.name for output in self.native.get_outputs()}
        self.names = [*OUTPUTS[goal], *({STRANGENESS} & has)]
        # a photo takes hundreds of megabytes on its way, which the session would keep for the next
        self._giving_back = ort.RunOptions()
        self._giving_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """The outputs, in the order of ``names``; a batch in chunks over all cores."""
        return self.stream(_length(feeds), [feeds])

    def stream(self, rows: int, parts: Iterable[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        """The same for inputs that come in parts: one runs while the next is made.

        Args:
            rows: How many rows there will be.
            parts: The inputs, in parts of ``chunk(rows)`` rows or a multiple of it; only the
                last one may be shorter. Parts of images may have any number of rows.
        """
        step, parts = chunk(rows), iter(parts)
        if rows <= step:
            first = next(parts)
            cuts = list(cut(first, step)) if holds_images(first) else []
            if len(cuts) <= 1 and _length(first) == rows:
                return self._taken(first, cuts[0]) if cuts else self._run(first)
            parts = chain([first], parts)
        return self._chunks(parts, step)

    def _chunks(self, parts: Iterable[Mapping[str, np.ndarray]], step: int) -> list[np.ndarray]:
        from concurrent.futures import ThreadPoolExecutor, wait

        places: list[Places] = []
        chunks: list[Future[list[np.ndarray]]] = []
        ends, done = [0, 0], 0
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for part in parts:
                wait(chunks[ends[-2] : ends[-1]])  # no more than two parts run or wait
                ends.append(len(chunks))
                for place in cut(part, step):
                    chunks.append(pool.submit(self._taken, part, place))
                    places.append(place if isinstance(place, slice) else place + done)
                done += _length(part)
            outputs = [running.result() for running in chunks]
        return [put_back(places, pieces) for pieces in zip(*outputs, strict=True)]

    def _taken(self, feeds: Mapping[str, np.ndarray], place: Places) -> list[np.ndarray]:
        some = take(feeds, place)
        large = isinstance(place, np.ndarray) and max(x.nbytes for x in some.values()) > LARGE
        return self._run(some, self._giving_back if large else None)

    def _run(self, feeds: Mapping[str, np.ndarray], options: Any = None) -> list[np.ndarray]:
        return list(self.native.run(self.names, dict(feeds), options))


def strange(strangeness: np.ndarray) -> np.ndarray:
    """Which records are unlike those of training; what is no number is unlike anything."""
    return ~(strangeness <= STRANGE)


def _length(feeds: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(feeds.values())))


def chunk(rows: int) -> int:
    """Rows that one thread runs at once; they depend on the number of rows alone."""
    return max(LEAST_CHUNK, min(MOST_CHUNK, -(-rows // CHUNKS)))
