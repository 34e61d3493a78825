"""A .tflite file behind the face of ``core.session.Session``, so that the judge can ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from luodi.core.decision import Rule
from luodi.core.errors import LuodiError, needs
from luodi.core.session import OUTPUTS, Session
from luodi.modalities.image.graph.resize import resize
from luodi.modalities.image.tflite.file import INPUT
from luodi.modalities.image.tflite.paper import read_paper
from luodi.modalities.image.tflite.quiet import quiet

PIXELS = (1.0, 0)
"""Scale and zero point of an input that takes pixels as they are."""


class EdgeSession(Session):
    """A .tflite file that turns images of any size into probabilities, decision and review.

    Around the file stands what a device does around it: resizing, as every graph of luodi
    resizes, and the decision rule, as the file's own paper says it. The file itself answers one
    image at a time, with one thread. Batches are cut into chunks as by any session.

    Args:
        model: The bytes of the file.
        plain: Whether it computes as microcontrollers do. Phones have faster code (XNNPACK),
            which rounds whole numbers another way; that is used here otherwise.

    Raises:
        LuodiError: ``environment.missing_package``, ``convert.no_paper``.
    """

    def __init__(self, model: bytes, plain: bool = False) -> None:
        self.paper = read_paper(model)
        self.native = Running(model, self.paper, plain)
        self.names = OUTPUTS[str(self.paper["goal"])]
        self._giving_back = None


class Running:
    """The file and what stands around it, with the call that onnxruntime's sessions have.

    Args:
        model: The bytes of the file.
        paper: What it says of itself.
        plain: As ``EdgeSession`` says.
    """

    def __init__(self, model: bytes, paper: Mapping[str, Any], plain: bool = False) -> None:
        self._model, self._plain = model, plain
        self._rule = Rule.from_json(paper["decision"])
        self._size = (int(paper["height"]), int(paper["width"]))
        self._idle: SimpleQueue[Any] = SimpleQueue()
        first = opened(model, plain=plain)
        seen, wanted = first.get_input_details()[0]["shape"].tolist(), [1, *self._size]
        if seen[:3] != wanted:
            raise LuodiError("convert.no_paper", reason=f"input {seen}, paper {wanted}")
        self._idle.put(first)

    def run(
        self, names: Sequence[str], feeds: Mapping[str, np.ndarray], options: Any = None
    ) -> list[np.ndarray]:
        """The outputs of these names.

        Args:
            names: ``probabilities``, ``decision`` or ``review``.
            feeds: ``image``: uint8 (rows, height, width, channels), of any size.
            options: Nothing; sessions of onnxruntime take some.
        """
        probabilities = self.probabilities(resize(feeds[INPUT], *self._size))
        decision, review = self._rule.apply(probabilities)
        said = {"probabilities": probabilities, "decision": decision, "review": review}
        return [said[name] for name in names]

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """float64 (rows, classes) of uint8 (rows, height, width, channels) at the file's size."""
        interpreter = self._taken()
        try:
            return answers(interpreter, images)
        finally:
            self._idle.put(interpreter)

    def _taken(self) -> Any:
        """An interpreter that nobody uses: one runs for one thread at a time."""
        try:
            return self._idle.get_nowait()
        except Empty:
            return opened(self._model, plain=self._plain)


def opened(model: bytes, every: bool = False, plain: bool = False) -> Any:
    """An interpreter of a file, with one thread.

    Args:
        model: The bytes of the file.
        every: Whether what lies between the layers can be read after a run.
        plain: As ``EdgeSession`` says.

    Raises:
        LuodiError: ``environment.missing_package``.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        raise needs("ai-edge-litert", "tflite") from None
    kinds = OpResolverType
    with quiet():
        made = Interpreter(
            model_content=model,
            num_threads=1,
            experimental_preserve_all_tensors=every,
            experimental_op_resolver_type=(
                kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES if plain else kinds.AUTO
            ),
        )
        made.allocate_tensors()
    return made


def answers(interpreter: Any, images: np.ndarray) -> np.ndarray:
    """What a file says of images of its size, float64 (rows, classes).

    Args:
        interpreter: The opened file; its input takes pixels 0 to 255, as float32 or uint8.
        images: uint8 (rows, height, width, channels).
    """
    (given,), (wanted,) = interpreter.get_input_details(), interpreter.get_output_details()
    if given["dtype"] == np.uint8 and tuple(given["quantization"]) != PIXELS:
        raise LuodiError("convert.no_paper", reason=f"input {given['quantization']}")
    said = np.empty((len(images), wanted["shape"][-1]))
    for row, image in enumerate(images.astype(given["dtype"], copy=False)):
        interpreter.set_tensor(given["index"], image[None])
        interpreter.invoke()
        said[row] = interpreter.get_tensor(wanted["index"])[0]
    return said
