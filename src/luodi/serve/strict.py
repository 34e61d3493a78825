"""JSON as the standard has it and no further; what it could cost is known before it is parsed."""

from __future__ import annotations

from typing import Any

import msgspec

from luodi.core.errors import LuodiError

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_CURLY = bytes.maketrans(b"[]", b"{}")
_decode = msgspec.json.Decoder().decode
_PIECE = 2**20


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
    bare = _bare(body)
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


def _bare(body: bytes) -> bytes:
    """A body without what stands in its texts; the last one may be cut off.

    Each step runs at the speed of memory: an image is a text of megabytes.
    """
    if b"\\" in body:  # escapes: first those of backslashes, then quotes are what is left
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if len(body) <= _PIECE:
        return b"".join(body.split(b'"')[::2])
    outside = []
    is_text = False
    for at in range(0, len(body), _PIECE):  # a list of all parts may take far more room than they
        parts = body[at : at + _PIECE].split(b'"')
        outside.append(b"".join(parts[is_text::2]))
        is_text ^= len(parts) % 2 == 0
    return b"".join(outside)


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
