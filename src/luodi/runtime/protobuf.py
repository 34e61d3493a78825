"""A strict reader of protobuf bytes: what a schema does not name is refused, not skipped.

protobuf libraries accept unknown fields, take the last of repeated ones and bring fields into any
order, so two readers may see two models in one file. This reader knows one form only: known
fields, in ascending order, each singular one at most once. That is how protobuf writes them.
Runs of numbers are decoded by numpy, because a forest holds millions of them.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from luodi.core.errors import LuodiError

Kind = Literal["integer", "float", "bytes", "message", "floats", "doubles", "integers"]
VARINT, BYTES, FIXED32 = 0, 2, 5
WINDOW_BYTES = 2**17  # small enough to stay in the processor's cache
_SHORT_BYTES = 96
_WIRES = {"integer": VARINT, "float": FIXED32}


class Field(NamedTuple):
    """One field that a message may hold.

    Attributes:
        name: Its name.
        kind: ``integer`` (varint), ``float`` (32 bits), ``bytes`` or ``message``; ``floats``,
            ``doubles`` and ``integers`` are packed runs.
        many: Whether it may stand there more than once.
        most: How often it may stand there then.
        of: For ``message``, what it is.
    """

    name: str
    kind: Kind
    many: bool = False
    most: int = 2**22
    of: Message | None = None


class Message(NamedTuple):
    """A kind of message: its fields by number, and the names of fields it refuses."""

    name: str
    fields: Mapping[int, Field]
    refused: Mapping[int, str]


def read(data: bytes, message: Message) -> dict[str, Any]:
    """A message as a dict by field name.

    Absent fields are absent. Singular fields are ``int``, ``float``, ``bytes`` or a dict; packed
    and repeated numbers are numpy arrays; other repeated fields are lists.

    Args:
        data: The bytes of the whole message.
        message: What it must be.

    Raises:
        LuodiError: ``release.graph_field`` for a field that is not allowed,
            ``release.graph_bytes`` for bytes that are malformed.
    """
    return _read(data, 0, len(data), message)


def _read(data: bytes, at: int, end: int, message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    last = 0
    while at < end:
        start = at
        key, at = _varint(data, at, end, message)
        number = key >> 3
        field = message.fields.get(number)
        if field is None:
            raise _not_allowed(message, number)
        if number <= last:
            raise _broken(message, field.name, "repeated or out of order")
        if key & 7 != _WIRES.get(field.kind, BYTES):
            raise _broken(message, field.name, "wire type")
        if field.many:
            found[field.name], at = _run(data, start, end, message, field)
        else:
            found[field.name], at = _one(data, at, end, message, field)
        last = number
    return found


def _one(data: bytes, at: int, end: int, message: Message, field: Field) -> tuple[Any, int]:
    """One value whose tag was read, and where the next field begins."""
    if field.kind == "integer":
        value, at = _varint(data, at, end, message, 10)
        return (value if value < 2**63 else value - 2**64), at
    if field.kind == "float":
        stop = at + 4
        value = 4
    else:
        value, at = _varint(data, at, end, message)
        stop = at + value
    if stop > end:
        raise _broken(message, field.name, "truncated")
    return _content(data, at, stop, message, field), stop


def _content(data: bytes, at: int, stop: int, message: Message, field: Field) -> Any:
    if field.of is not None:
        return _read(data, at, stop, field.of)
    if field.kind == "bytes":
        return data[at:stop]
    if field.kind == "integers":
        return _packed(data[at:stop], message, field)
    kind, size = ("<f8", 8) if field.kind == "doubles" else ("<f4", 4)
    if (stop - at) % size:
        raise _broken(message, field.name, "truncated")
    values = np.frombuffer(data, kind, (stop - at) // size, at)
    return float(values[0]) if field.kind == "float" else values


def _run(data: bytes, at: int, end: int, message: Message, field: Field) -> tuple[Any, int]:
    """All values of a repeated field that is not packed: tag, value, tag, value, …"""
    if field.kind in ("bytes", "message"):
        spans, at = _spans(data, at, end, message, field)
        if field.of is None:
            return [data[start:stop] for start, stop in spans], at
        return [_read(data, start, stop, field.of) for start, stop in spans], at
    if field.kind == "float":
        return _floats(data, at, end)
    if end - at <= _SHORT_BYTES:
        return _few_integers(data, at, end, message)
    return _integers(data, at, end, message, field)


def _spans(
    data: bytes, at: int, end: int, message: Message, field: Field
) -> tuple[list[tuple[int, int]], int]:
    """Where each value of a run begins and ends; they are counted before any is looked into."""
    tag, spans = data[at], []
    while at < end and data[at] == tag:
        if at + 1 < end and data[at + 1] < 0x80:  # nearly all of them: one byte of length
            size, at = data[at + 1], at + 2
        else:
            size, at = _varint(data, at + 1, end, message)
        spans.append((at, at + size))
        at += size
    if at > end:
        raise _broken(message, field.name, "truncated")
    if len(spans) > field.most:
        raise _broken(message, field.name, "too many")
    return spans, at


def _floats(data: bytes, at: int, end: int) -> tuple[Any, int]:
    pairs = np.frombuffer(data, np.uint8, (end - at) // 5 * 5, at).reshape(-1, 5)
    other = pairs[:, 0] != data[at]
    count = int(other.argmax()) if other.any() else len(pairs)
    return pairs[:count, 1:].copy().view("<f4")[:, 0], at + 5 * count


def _few_integers(data: bytes, at: int, end: int, message: Message) -> tuple[Any, int]:
    tag, values = data[at], []
    while at < end and data[at] == tag:
        value, at = _varint(data, at + 1, end, message, 10)
        values.append(value)
    return np.array(values, np.uint64).view(np.int64), at


def _integers(data: bytes, at: int, end: int, message: Message, field: Field) -> tuple[Any, int]:
    tag, parts = data[at], []
    while at < end and data[at] == tag:
        window = np.frombuffer(data, np.uint8, min(WINDOW_BYTES, end - at), at)
        short = _of_one_byte(window, tag)
        if len(short) >= _SHORT_BYTES:
            parts.append(short)
            at += 2 * len(short)
            continue
        stops = np.flatnonzero(window < 0x80)
        tags, stops = stops[0::2], stops[1::2]
        tags = tags[: len(stops)]
        starts = np.concatenate([[0], stops[:-1] + 1])[: len(stops)]
        wrong = (tags != starts) | (window[tags] != tag)
        count = int(wrong.argmax()) if wrong.any() else len(stops)
        if not count:
            raise _broken(message, field.name, "truncated")
        parts.append(_decoded(window, tags[:count] + 1, stops[:count], message, field))
        at += int(stops[count - 1]) + 1
    return np.concatenate(parts), at


def _of_one_byte(window: np.ndarray, tag: int) -> np.ndarray:
    """The values below 128 that a run begins with: most of a forest's numbers are that small."""
    pairs = window[: len(window) // 2 * 2].reshape(-1, 2)
    fits = (pairs[:, 0] == tag) & (pairs[:, 1] < 0x80)
    count = len(fits) if fits.all() else int(fits.argmin())
    return pairs[:count, 1].astype(np.int64)


def _packed(data: bytes, message: Message, field: Field) -> np.ndarray:
    every = np.frombuffer(data, np.uint8)
    stops = np.flatnonzero(every < 0x80)
    if len(every) and every[-1] >= 0x80:
        raise _broken(message, field.name, "truncated")
    starts = np.concatenate([[0], stops[:-1] + 1]) if len(stops) else stops
    return _decoded(every, starts, stops, message, field)


def _decoded(
    every: np.ndarray, starts: np.ndarray, stops: np.ndarray, message: Message, field: Field
) -> np.ndarray:
    """Varints from their first to their last byte as int64."""
    lengths = stops - starts + 1
    longest = int(lengths.max(initial=0))
    if longest > 10:
        raise _broken(message, field.name, "integer too long")
    values = (every[starts] & 0x7F).astype(np.uint64)
    for step in range(1, longest):
        more = np.flatnonzero(lengths > step)
        digits = (every[starts[more] + step] & 0x7F).astype(np.uint64)
        values[more] |= digits << np.uint64(7 * step)
    signed: np.ndarray = values.view(np.int64)
    return signed


def _varint(data: bytes, at: int, end: int, message: Message, longest: int = 5) -> tuple[int, int]:
    """One varint; tags and lengths have five bytes at most, as every reader agrees."""
    value = 0
    for shift in range(0, 7 * longest, 7):
        if at >= end:
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= 2**64 or (byte == 0 and shift):  # a longer way to write the same number
                break
            return value, at
    raise _broken(message, "?", "truncated or too long")


def _not_allowed(message: Message, number: int) -> LuodiError:
    name = message.refused.get(number, str(number))
    return LuodiError("release.graph_field", message=message.name, field=name)


def _broken(message: Message, field: str, fault: str) -> LuodiError:
    return LuodiError("release.graph_bytes", message=message.name, field=field, fault=fault)
