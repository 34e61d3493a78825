"""The numbers inside a graph: each tensor complete, of a known type, and finite."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError

STRING = 8
MOST_DIMENSIONS = 8
# Number of TensorProto.DataType: little-endian type, and the field that may stand for raw_data.
TYPES = {
    1: ("<f4", "float_data"),
    2: ("u1", "int32_data"),
    3: ("i1", "int32_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    9: ("?", "int32_data"),
    10: ("<f2", None),
    11: ("<f8", "double_data"),
}
_DATA = frozenset(
    ["raw_data", "float_data", "int32_data", "int64_data", "double_data", "string_data"]
)


def array(tensor: dict[str, Any], name: str, *, gaps: bool = False) -> np.ndarray:
    """A tensor's content as numpy, checked.

    Args:
        tensor: A ``TensorProto`` as read.
        name: What to call it in errors.
        gaps: Whether NaN may stand in it, for "missing"; infinity never may.

    Returns:
        The array; for text, one of bytes objects.

    Raises:
        LuodiError: ``release.graph_weights``.
    """
    shape = tuple(tensor.get("dims", np.empty(0, np.int64)).tolist())
    possible = math.prod(max(size, 1) for size in shape) < 2**40
    if len(shape) > MOST_DIMENSIONS or min(shape, default=0) < 0 or not possible:
        raise _wrong(name, "dims")
    count = math.prod(shape)
    kind = tensor.get("data_type")
    given = _DATA & tensor.keys()
    if kind == STRING:
        return _strings(tensor, name, shape, given)
    if kind not in TYPES:
        raise _wrong(name, "data_type")
    code, other = TYPES[kind]
    if len(given) > 1 or not given <= {"raw_data", other}:
        raise _wrong(name, "data fields")
    if "raw_data" in given:
        values = _raw(tensor["raw_data"], code, name)
    elif other is not None and given:
        values = _narrowed(tensor[other], code, name)
    else:
        values = np.empty(0, code)
    if len(values) != count:
        raise _wrong(name, "size")
    finite(np.nan_to_num(values, posinf=np.inf, neginf=-np.inf) if gaps else values, name)
    return values.reshape(shape)


def finite(values: np.ndarray | float, name: str) -> None:
    """Refuse NaN and infinity.

    Raises:
        LuodiError: ``release.graph_weights``.
    """
    if not np.isfinite(values).all():
        raise _wrong(name, "not finite")


def _strings(
    tensor: dict[str, Any], name: str, shape: tuple[int, ...], given: frozenset[str]
) -> np.ndarray:
    texts = tensor.get("string_data", [])
    if not given <= {"string_data"} or len(texts) != math.prod(shape):
        raise _wrong(name, "size")
    values = np.empty(len(texts), object)
    values[:] = texts
    return values.reshape(shape)


def _raw(data: bytes, code: str, name: str) -> np.ndarray:
    kind = np.dtype("u1" if code == "?" else code)
    if len(data) % kind.itemsize:
        raise _wrong(name, "size")
    return _narrowed(np.frombuffer(data, kind), code, name)


def _narrowed(values: np.ndarray, code: str, name: str) -> np.ndarray:
    """The values in their own type; one that does not fit is refused, not wrapped around."""
    kind = np.dtype(code)
    if values.dtype == kind:
        return values
    low, high = (0, 1) if code == "?" else (np.iinfo(kind).min, np.iinfo(kind).max)
    if len(values) and not low <= int(values.min()) <= int(values.max()) <= high:
        raise _wrong(name, "values outside their type")
    return values.astype(kind)


def _wrong(name: str, fault: str) -> LuodiError:
    return LuodiError("release.graph_weights", tensor=name, fault=fault)
