"""The inside of a .tflite file, a flatbuffer: read, named in plain words, written."""

from __future__ import annotations

from typing import Any

from luodi.core.errors import needs

INPUT, OUTPUT = "image", "probabilities"
ANSWER = "answer/"
"""Before the names of what comes after a network's scores: softmax, mean, calibration."""


def tools() -> Any:
    """What reads and writes the file as objects.

    Raises:
        LuodiError: ``environment.missing_package``.
    """
    try:
        from ai_edge_litert.tools import flatbuffer_utils
    except ImportError:
        raise needs("ai-edge-litert", "tflite") from None
    return flatbuffer_utils


def read(model: bytes) -> Any:
    """The file as an object, with its one graph in ``subgraphs[0]``."""
    return tools().read_model_from_bytearray(bytearray(model))


def written(whole: Any) -> bytes:
    """The object as a file."""
    return bytes(tools().convert_object_to_bytearray(whole))


def named(model: bytes) -> bytes:
    """The same file with short names in place of the converter's, which tell where code stood.

    A layer is called by its number and kind. What a softmax gives, and all that is made of it,
    has ``answer/`` before that.
    """
    whole = read(model)
    graph = whole.subgraphs[0]
    for number, tensor in enumerate(graph.tensors):
        tensor.name = f"constant/{number}".encode()
    answers: set[int] = set()
    for number, layer in enumerate(graph.operators):
        kind = kind_of(whole, layer)
        if kind == "SOFTMAX" or answers & set(layer.inputs):
            answers |= set(layer.outputs)
        place = ANSWER if set(layer.outputs) <= answers else "layer/"
        for tensor in layer.outputs:
            graph.tensors[tensor].name = f"{place}{number}/{kind.lower()}".encode()
    for (tensor, *_), name in ((graph.inputs, INPUT), (graph.outputs, OUTPUT)):
        graph.tensors[tensor].name = name.encode()
    return written(whole)


def kind_of(whole: Any, layer: Any) -> str:
    """The kind of a layer, such as ``CONV_2D``."""
    return str(tools().opcode_to_name(whole, layer.opcodeIndex))


def first(model: bytes) -> str:
    """The name of what the first layer gives: the normalised pixels."""
    graph = read(model).subgraphs[0]
    name = graph.tensors[graph.operators[0].outputs[0]].name
    return str(name.decode())
