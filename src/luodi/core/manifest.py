"""What a release holds: its members, their digests, and the one digest that names the release."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from luodi.core.errors import LuodiError

SCHEMA = 1
MANIFEST = "manifest.json"
SEAL = "seal.json"
ANSWERS = ("model.onnx", "codec.json", "golden.json", "reference.json", "plan.json")
CONTENTS = (*ANSWERS, "card.json", "provenance.json")
MEMBERS = (MANIFEST, *CONTENTS, SEAL)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WORD = re.compile(r"[a-z]{1,32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ONE_FORM = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
_KEYS = {"schema", "name", "goal", "modality", "members", "digest"}


def canonical_json(value: Any) -> bytes:
    """JSON in its one form: sorted keys, no spaces, UTF-8, finite numbers only.

    Raises:
        ValueError: a number is not finite, or a text is not valid Unicode.
        TypeError: the value is not JSON data.

    Example:
        >>> canonical_json({"b": 1.0, "a": "é"}).decode()
        '{"a":"é","b":1.0}'
    """
    return _ONE_FORM.encode(value).encode()


def read_json(data: bytes, member: str) -> dict[str, Any]:
    """The object that canonical JSON bytes stand for.

    Writing the value again must give the same bytes. That one rule refuses repeated keys, NaN,
    overflow, escapes that hide something, white space and bytes after the end.

    Raises:
        LuodiError: ``release.json`` when the bytes are not canonical JSON of an object.
    """
    try:
        value = json.loads(data)
        if not isinstance(value, dict) or canonical_json(value) != data:
            raise ValueError
    except (ValueError, RecursionError):
        raise LuodiError("release.json", member=member) from None
    return value


def sha256(data: bytes) -> str:
    """SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


class Entry(NamedTuple):
    """Digest (64 hexadecimal digits) and size (bytes) of one member."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """The table of contents of a release.

    Attributes:
        name: The task's name.
        goal: The task's goal, such as ``classify``.
        modality: The kind of data, such as ``tabular``.
        members: Digest and size of each member but the manifest and the seal.
    """

    name: str
    goal: str
    modality: str
    members: Mapping[str, Entry]

    @classmethod
    def of(cls, name: str, goal: str, modality: str, contents: Mapping[str, bytes]) -> Manifest:
        """The manifest of these contents, which must be exactly the known members."""
        entries = {key: Entry(sha256(contents[key]), len(contents[key])) for key in CONTENTS}
        return cls(name, goal, modality, entries)

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over what decides the answers.

        Card and provenance are left out: they hold times and measurements, which differ between
        two builds of the same data. The seal covers them too.
        """
        answers = {key: self.members[key].sha256 for key in ANSWERS}
        return "sha256:" + sha256(canonical_json({**self._head(), "members": answers}))

    def _head(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "name": self.name,
            "goal": self.goal,
            "modality": self.modality,
        }

    def to_bytes(self) -> bytes:
        """The manifest as canonical JSON."""
        members = {key: {"sha256": e.sha256, "size": e.size} for key, e in self.members.items()}
        return canonical_json({**self._head(), "members": members, "digest": self.digest})

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """The manifest that these bytes stand for.

        Raises:
            LuodiError: ``release.json``, ``release.schema`` or ``release.manifest``.
        """
        value = read_json(data, MANIFEST)
        schema = value.get("schema")
        if type(schema) is not int or schema != SCHEMA:
            raise LuodiError("release.schema", seen=ascii(schema)[:20], known=SCHEMA)
        _check("keys", set(value) == _KEYS)
        for key, pattern in (("name", _NAME), ("goal", _WORD), ("modality", _WORD)):
            text = value[key]
            _check(key, isinstance(text, str) and pattern.fullmatch(text) is not None)
        manifest = cls(value["name"], value["goal"], value["modality"], _entries(value["members"]))
        _check("digest", manifest.digest == value["digest"])
        return manifest


def _entries(members: Any) -> dict[str, Entry]:
    _check("members", isinstance(members, dict) and set(members) == set(CONTENTS))
    for key, entry in members.items():
        _check(key, isinstance(entry, dict) and set(entry) == {"sha256", "size"})
        digest, size = entry["sha256"], entry["size"]
        _check(key, isinstance(digest, str) and _SHA256.fullmatch(digest) is not None)
        _check(key, type(size) is int and size >= 0)
    return {key: Entry(members[key]["sha256"], members[key]["size"]) for key in CONTENTS}


def _check(field: str, holds: bool) -> None:
    if not holds:
        raise LuodiError("release.manifest", field=field)
