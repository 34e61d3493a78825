"""The file that a task names as its backbone, as bytes; what could run code is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from luodi.core.errors import LuodiError
from luodi.core.task import Task

MOST_BYTES = 2**30
PICKLED = frozenset([".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt", ".pth.tar"])
ONNX, WEIGHTS = ".onnx", ".safetensors"


class Source(NamedTuple):
    """A backbone's file.

    Attributes:
        name: As the task names it.
        ending: ``.onnx`` or ``.safetensors``.
        tensor: The tensor that gives the features; "" for the first output.
        data: The file.
        digest: ``sha256:…`` of it.
    """

    name: str
    ending: str
    tensor: str
    data: bytes
    digest: str


def source(task: Task) -> Source:
    """The file of ``train.backbone``.

    Raises:
        LuodiError: ``backbone.missing``, ``backbone.pickle``, ``backbone.ending``,
            ``backbone.unreadable``.
    """
    name = task.train.backbone
    assert name is not None
    file, _, tensor = name.partition("#")
    path = task.path(file)
    ending = Path(file.lower()).suffix
    if ending in PICKLED:
        raise LuodiError("backbone.pickle", source=file)
    if ending not in (ONNX, WEIGHTS):
        raise LuodiError("backbone.ending", source=file, ending=ending or "-")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LuodiError("backbone.unreadable", source=file, reason="> 1 GiB")
        data = path.read_bytes()
    except FileNotFoundError:
        raise LuodiError("backbone.missing", source=file) from None
    except OSError as error:
        raise LuodiError("backbone.unreadable", source=file, reason=str(error)) from None
    return Source(name, ending, tensor, data, f"sha256:{hashlib.sha256(data).hexdigest()}")
