"""The Open Inference Protocol, version 2, over HTTP, with its binary tensor data.

One input tensor is one column; absent tensors are missing values, as absent fields are.
https://github.com/kserve/open-inference-protocol and Triton's extension ``binary_tensor_data``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from luodi.core.errors import LuodiError
from luodi.serve import reply, strict, tensors
from luodi.serve.answers import Question, Record
from luodi.serve.models import Model, Served
from luodi.serve.reply import Reply
from luodi.serve.request import Request
from luodi.serve.settings import Limits

HEADER = b"inference-header-content-length"
BINARY = b"application/octet-stream"
_LABELS = {"integer": "INT64", "boolean": "BOOL"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an inference request wants.

    Attributes:
        records: The records.
        id: The client's own name for it, which is sent back.
        outputs: Whether each wanted output is sent as bytes; None for all outputs.
        binary: Whether outputs that are not named are sent as bytes.
    """

    records: list[Record]
    id: str | None
    outputs: Mapping[str, bool] | None
    binary: bool


def server(version: str) -> dict[str, Any]:
    """The server's metadata."""
    return {"name": "luodi", "version": version, "extensions": ["binary_tensor_data"]}


def about(model: Model) -> dict[str, Any]:
    """A model's metadata."""
    served = model.current
    inputs = [
        {
            "name": field.name,
            "datatype": "FP64" if field.kind == "number" else "BYTES",
            "shape": [-1, 1],
        }
        for field in served.release.scorer.codec.fields
    ]
    outputs = [
        {"name": name, "datatype": kind, "shape": [-1, *width]}
        for name, (kind, width) in kinds(served).items()
    ]
    return {
        "name": model.name,
        "versions": [served.version],
        "platform": "onnx_luodi",
        "inputs": inputs,
        "outputs": outputs,
    }


def kinds(served: Served) -> dict[str, tuple[str, list[int]]]:
    """Datatype of each output, and the width of one that has several numbers a record."""
    codec = served.release.scorer.codec
    given: dict[str, tuple[str, list[int]]]
    if served.release.goal == "regress":
        given = {"value": ("FP64", [])}
    else:
        label = _LABELS.get(codec.labels, "BYTES")
        given = {"decision": (label, []), "probability": ("FP64", [])}
        if len(codec.classes) > 2:
            given["probabilities"] = ("FP64", [len(codec.classes)])
    if served.release.scorer.knows_strange:
        given["strangeness"] = ("FP64", [])
    texts = ("id", "action", "release", "warnings")
    return given | {name: ("BYTES", []) for name in texts}


def read(request: Request, limits: Limits, files: frozenset[str]) -> Asked:
    """Read an inference request.

    Args:
        request: The request.
        limits: What a client may ask.
        files: Names of the columns whose values are files.

    Raises:
        LuodiError: ``serve.tensors``, ``serve.rows``, and as ``strict.decode``.
    """
    head, tail = _parts(request)
    value = strict.decode(head, limits.depth)
    inputs = value.get("inputs") if type(value) is dict else None
    if type(inputs) is not list or not inputs or not all(type(one) is dict for one in inputs):
        raise _wrong("inputs")
    id = value.get("id")
    if id is not None and type(id) is not str:
        raise _wrong("id")
    binary = _parameters(value).get("binary_data_output") is True
    records = _records(inputs, tail, limits, files)
    return Asked(records, id, _outputs(value, binary), binary)


def _parts(request: Request) -> tuple[bytes, memoryview]:
    """The JSON of a request, and the bytes after it."""
    given = request.headers.get(HEADER)
    if given is None:
        return request.body, memoryview(b"")
    if not given.isdigit() or len(given) > 9 or int(given) > len(request.body):
        raise _wrong("Inference-Header-Content-Length")
    size = int(given)
    return request.body[:size], memoryview(request.body)[size:]


def _records(
    inputs: list[dict[str, Any]], tail: memoryview, limits: Limits, files: frozenset[str]
) -> list[Record]:
    count = tensors.rows_of(inputs[0])
    if count > limits.rows:
        raise LuodiError("serve.rows", limit=limits.rows)
    columns: dict[str, list[Any]] = {}
    for tensor in inputs:
        name = tensor.get("name")
        if type(name) is not str or name in columns or tensors.rows_of(tensor) != count:
            raise _wrong("inputs")
        size = _parameters(tensor).get("binary_data_size")
        raw = None
        if size is not None:
            if type(size) is not int or not 0 <= size <= len(tail):
                raise _wrong("binary_data_size")
            raw, tail = tail[:size], tail[size:]
        columns[name] = tensors.values(tensor, count, raw, name in files)
    if len(tail):
        raise _wrong("binary_data_size")
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _outputs(value: Mapping[str, Any], binary: bool) -> dict[str, bool] | None:
    outputs = value.get("outputs")
    if outputs is None or outputs == []:
        return None
    if type(outputs) is not list or not all(type(one) is dict for one in outputs):
        raise _wrong("outputs")
    wanted = {}
    for one in outputs:
        if type(one.get("name")) is not str:
            raise _wrong("outputs")
        wanted[one["name"]] = _parameters(one).get("binary_data", binary) is True
    return wanted


def _parameters(value: Mapping[str, Any]) -> Mapping[str, Any]:
    given = value.get("parameters")
    if given is not None and type(given) is not dict:
        raise _wrong("parameters")
    return given or {}


def written(asked: Asked, question: Question) -> Reply:
    """The reply: outputs as JSON, or as bytes after it.

    Raises:
        LuodiError: ``serve.tensors`` when an output is asked for that there is not.
    """
    served = question.served
    known = kinds(served)
    wanted = asked.outputs or dict.fromkeys(known, asked.binary)
    if not wanted.keys() <= known.keys():
        raise _wrong("outputs")
    answers = question.answers or []
    outputs, tail = [], []
    for name, binary in wanted.items():
        kind, width = known[name]
        values = [_plain(answer[name]) for answer in answers]
        if width:
            values = [share for row in values for share in row]
        output: dict[str, Any] = {"name": name, "shape": [len(answers), *width], "datatype": kind}
        if binary:
            tail.append(tensors.packed(values, kind))
            output["parameters"] = {"binary_data_size": len(tail[-1])}
        else:
            output["data"] = values
        outputs.append(output)
    head = {"model_name": question.model.name, "model_version": served.version, "outputs": outputs}
    if asked.id is not None:
        head["id"] = asked.id
    if not tail:
        return reply.json(head)
    json = msgspec.json.encode(head)
    headers = ((HEADER, str(len(json)).encode()),)
    return Reply(200, b"".join((json, *tail)), BINARY, headers)


def failed(answer: Reply) -> Reply:
    """An error as the protocol's clients look for it, the rest of the problem beside it."""
    body = {**msgspec.json.decode(answer.body), "error": answer.code}
    return replace(answer, body=msgspec.json.encode(body))


def _plain(value: Any) -> Any:
    """A field of an answer as an element of a tensor."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(value)
    return list(value.values()) if isinstance(value, dict) else value


def _wrong(fault: str) -> LuodiError:
    return LuodiError("serve.tensors", fault=fault)
