"""What goes with a .tflite file, inside it: how to feed it, and how to decide on its answers.

A file of this kind gives probabilities only. So that whoever opens it decides as was judged, its
metadata hold the classes, the rule and the form of the input as JSON, under the name ``luodi``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from luodi.core.decision import Rule
from luodi.core.errors import LuodiError, needs
from luodi.core.values import Candidate
from luodi.modalities.image.tflite import file
from luodi.modalities.papers import plain

NAME, FORMAT = b"luodi", "tflite/1"


def paper(candidate: Candidate) -> dict[str, Any]:
    """Classes, decision rule and form of the input, as JSON data."""
    prepared = candidate.prepared
    data = {
        "format": FORMAT,
        "goal": prepared.codec.goal,
        "classes": prepared.codec.classes,
        "decision": Rule.from_json(candidate.decision).to_json(),
        "height": prepared.height,
        "width": prepared.width,
        "channels": prepared.channels,
    }
    return dict(plain(data))


def with_paper(model: bytes, data: Mapping[str, Any]) -> bytes:
    """The same file with its paper in it, in place of one that it may have."""
    schema, whole = _schema(), file.read(model)
    others = [one for one in whole.metadata or [] if one.name != NAME]
    for old in (one for one in whole.metadata or [] if one.name == NAME):
        whole.buffers[old.buffer].data = None
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = list(json.dumps(data, ensure_ascii=False, sort_keys=True).encode())
    entry.name, entry.buffer = NAME, len(whole.buffers)
    whole.buffers.append(buffer)
    whole.metadata = [*others, entry]
    whole.description = b"luodi: an image's pixels to probabilities"
    return file.written(whole)


def read_paper(model: bytes) -> dict[str, Any]:
    """The paper in a file.

    Raises:
        LuodiError: ``convert.no_paper`` where the file has none, or is no such file.
    """
    schema = _schema()
    try:
        whole = schema.Model.GetRootAs(model, 0)
        for place in range(whole.MetadataLength()):
            entry = whole.Metadata(place)
            if entry.Name() == NAME:
                data = json.loads(whole.Buffers(entry.Buffer()).DataAsNumpy().tobytes())
                if data["format"] == FORMAT:
                    return dict(data)
    except Exception as error:  # whatever is made of foreign bytes
        raise LuodiError("convert.no_paper", reason=repr(error)[:200]) from None
    raise LuodiError("convert.no_paper", reason="metadata")


def _schema() -> Any:
    try:
        from ai_edge_litert import schema_py_generated
    except ImportError:
        raise needs("ai-edge-litert", "tflite") from None
    return schema_py_generated
