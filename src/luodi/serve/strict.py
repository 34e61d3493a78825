"""JSON as the standard has it and no further; what it could cost is known before it is parsed."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from luodi.core.errors import LuodiError

# One text, complete or cut off at the end of the body. Possessive, so that no text makes it slow.
_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_CURLY = bytes.maketrans(b"[]", b"{}")
_decode = msgspec.json.Decoder().decode


def decode(body: bytes, depth: int) -> Any:
    """The value that a body holds.

    Args:
        body: The bytes.
        depth: Deepest nesting that is allowed.

    Raises:
        LuodiError: ``serve.not_json``, also for NaN, infinity, text that is not Unicode and
            numbers out of range; ``serve.depth``, before anything is parsed;
            ``serve.duplicate_key``.

    Example:
        >>> decode(b'{"a": [1, 2.5, null]}', depth=4)
        {'a': [1, 2.5, None]}
    """
    bare = _TEXTS.sub(b"", body)
    if bare.count(b"{") + bare.count(b"[") > depth:
        _shallow(bare, depth)
    try:
        value = _decode(body)
    except (ValueError, RecursionError):
        raise LuodiError("serve.not_json") from None
    colons = bare.count(b":")
    # one record, the usual case, needs no walk
    if colons != (len(value) if type(value) is dict else 0) and colons != _keys(value):
        raise LuodiError("serve.duplicate_key")
    return value


def _shallow(bare: bytes, depth: int) -> None:
    """Take away the innermost brackets as often as nesting is allowed; none may be left."""
    rest = bare.translate(_CURLY, _NOT_BRACKETS)
    for _ in range(depth):
        rest = rest.replace(b"{}", b"")
        if not rest:
            return
    raise LuodiError("serve.depth", limit=depth)


def _keys(value: Any) -> int:
    """How many keys all objects in a value have."""
    if type(value) is dict:
        return len(value) + sum(_keys(v) for v in value.values() if type(v) in (dict, list))
    if type(value) is list:
        return sum(_keys(v) for v in value if type(v) in (dict, list))
    return 0
