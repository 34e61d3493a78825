"""Tensors of the Open Inference Protocol: JSON lists, or bytes after the JSON of a request."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.text import base64_text

_TYPES = {
    "BOOL": "?",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
_LENGTH = struct.Struct("<I")
_MOST_DIMENSIONS = 2
# No format of images consists of these characters alone.
_BASE64 = re.compile(rb"(?:data:[a-z/+.-]{1,64};base64,)?[A-Za-z0-9+/=\s]*+")


def rows_of(tensor: Mapping[str, Any]) -> int:
    """How many records a tensor of one column speaks of: its shape is [n] or [n, 1].

    Raises:
        LuodiError: ``serve.tensors``.
    """
    shape = tensor.get("shape")
    if type(shape) is not list or not 0 < len(shape) <= _MOST_DIMENSIONS:
        raise _wrong("shape")
    if not all(type(size) is int and size >= 0 for size in shape) or shape[1:] not in ([], [1]):
        raise _wrong("shape")
    return int(shape[0])


def values(
    tensor: Mapping[str, Any], count: int, raw: memoryview | None, is_file: bool = False
) -> list[Any]:
    """The values of a tensor of one column; NaN and null are missing.

    Args:
        tensor: The tensor's JSON.
        count: How many values its shape promises.
        raw: Its bytes, when they came after the JSON.
        is_file: Whether its elements are files; their bytes become base64, as JSON has them.

    Raises:
        LuodiError: ``serve.tensors``.
    """
    kind = tensor.get("datatype")
    if kind != "BYTES" and kind not in _TYPES:
        raise _wrong("datatype")
    if raw is not None:
        written = _file if is_file else _text
        found = _each(raw, count, written) if kind == "BYTES" else _numbers(raw, str(kind), count)
    else:
        found = _listed(tensor.get("data"), str(kind))
    if len(found) != count:
        raise _wrong("data")
    return [_finite(value) if type(value) is float else value for value in found]


def _numbers(raw: memoryview, kind: str, count: int) -> list[Any]:
    dtype = np.dtype(_TYPES[kind])
    if len(raw) != count * dtype.itemsize:
        raise _wrong("binary_data_size")
    array = np.frombuffer(raw, np.uint8 if kind == "BOOL" else dtype)
    listed: list[Any] = (array != 0).tolist() if kind == "BOOL" else array.tolist()
    return listed


def _text(element: memoryview) -> str:
    return str(element, "utf-8")


def _file(element: memoryview) -> str:
    """A file as base64; clients that wrote it as text already are taken by their word."""
    data = bytes(element)
    return data.decode() if _BASE64.fullmatch(data) else base64_text(data)


def _each(raw: memoryview, count: int, written: Callable[[memoryview], str]) -> list[Any]:
    found: list[Any] = []
    at = 0
    try:
        while at < len(raw) and len(found) <= count:
            (length,) = _LENGTH.unpack_from(raw, at)
            end = at + _LENGTH.size + length
            if end > len(raw):
                raise _wrong("data")
            found.append(written(raw[at + _LENGTH.size : end]))
            at = end
    except (struct.error, UnicodeDecodeError):
        raise _wrong("data") from None
    return found


def _listed(data: Any, kind: str) -> list[Any]:
    """Values of a JSON list, which may stand in lists of one."""
    if type(data) is not list:
        raise _wrong("data")
    flat = [one[0] if type(one) is list and len(one) == 1 else one for one in data]
    allowed: tuple[type, ...]
    if kind == "BYTES":
        allowed = (str,)
    elif kind == "BOOL":
        allowed = (bool,)
    else:
        allowed = (int, float) if kind.startswith("FP") else (int,)
    if not all(value is None or type(value) in allowed for value in flat):
        raise _wrong("data")
    return flat


def _finite(value: float) -> float | None:
    if math.isinf(value):
        raise _wrong("data")
    return None if math.isnan(value) else value


def packed(values: Sequence[Any], kind: str) -> bytes:
    """Values as the bytes of a tensor."""
    if kind != "BYTES":
        return np.asarray(values, _TYPES[kind]).tobytes()
    texts = [value.encode() for value in values]
    return b"".join(part for text in texts for part in (_LENGTH.pack(len(text)), text))


def _wrong(fault: str) -> LuodiError:
    return LuodiError("serve.tensors", fault=fault)
