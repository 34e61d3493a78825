"""Names and attributes of nodes: short, finite, and of the type they claim."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.runtime import weights
from luodi.runtime.tensors import Tensor, constant

LONGEST_NAME = 1024
# AttributeProto.AttributeType: the field that each one fills.
_FIELDS = {1: "f", 2: "i", 3: "s", 4: "t", 6: "floats", 7: "ints", 8: "strings"}
_VALUES = frozenset(_FIELDS.values())


def read(items: list[dict[str, Any]], node: str) -> dict[str, Any]:
    """The attributes by name: numpy arrays, integers, floats and bytes, all finite.

    Args:
        items: ``AttributeProto`` messages as read.
        node: What to call the node in errors.

    Raises:
        LuodiError: ``release.graph_weights``.
    """
    found: dict[str, Any] = {}
    for item in items:
        name = name_of(item.get("name", b""))
        label = f"{node}.{shown(name)}"
        wanted = _FIELDS.get(item.get("type", 0))
        given = _VALUES & item.keys()
        if wanted is None or not given <= {wanted} or name in found or not name:
            raise LuodiError("release.graph_weights", tensor=label, fault="attribute")
        found[name] = _value(item, wanted, label)
    return found


def _value(item: dict[str, Any], field: str, label: str) -> Any:
    if field == "t":
        return weights.array(item.get("t", {}), label)
    empty = {"f": 0.0, "i": 0, "s": b"", "strings": []}
    value = item.get(field, empty.get(field))
    if field in ("floats", "ints") and value is None:
        value = np.empty(0, np.float32 if field == "floats" else np.int64)
    if field in ("f", "floats"):
        weights.finite(value, label)
    return value


def constant_of(attributes: dict[str, Any], node: str) -> Tensor:
    """The output of a ``Constant`` node.

    Raises:
        LuodiError: ``release.graph_weights``.
    """
    if len(attributes) != 1:
        raise LuodiError("release.graph_weights", tensor=node, fault="attribute")
    name, value = next(iter(attributes.items()))
    if name in ("value", "value_ints", "value_floats", "value_int", "value_float"):
        return constant(np.asarray(value))
    if name == "value_string":
        return Tensor((), "O", fixed=True)
    if name == "value_strings":
        return Tensor((len(value),), "O", fixed=True)
    raise LuodiError("release.graph_weights", tensor=node, fault="attribute")


def name_of(text: bytes) -> str:
    """A name as text; names are short and valid UTF-8.

    Raises:
        LuodiError: ``release.graph_wiring``.
    """
    try:
        if len(text) > LONGEST_NAME:
            raise ValueError
        return text.decode()
    except ValueError:
        raise LuodiError("release.graph_wiring", name=ascii(text[:20]), fault="name") from None


def shown(text: str) -> str:
    """A name from the file as it may be printed: short and without control characters."""
    return ascii(text)[1:41].rstrip("'\"")
