"""A release file as checked members in memory: read once, never extracted, never read again."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from luodi.core.errors import LuodiError
from luodi.core.manifest import MANIFEST, SEAL, Manifest, read_json, sha256
from luodi.runtime import archive, seal
from luodi.runtime.seal import Signer

Source = str | os.PathLike[str] | bytes
Watch = Callable[[str], AbstractContextManager[None]]

LIMIT_MB = 512
JSON_LIMIT_MB = 32
# Without this a pipe of that name would hold the reader for ever.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Members(NamedTuple):
    """The content of a release whose size, form, seal and digests hold.

    Attributes:
        manifest: The table of contents.
        signer: Who sealed it.
        model: The ONNX bytes; nothing has looked into them yet.
        json: The other contents by member name, as JSON data.
        size: Size of the file in bytes.
    """

    manifest: Manifest
    signer: Signer
    model: bytes
    json: Mapping[str, Mapping[str, Any]]
    size: int


def unwatched(step: str) -> AbstractContextManager[None]:
    """A watcher of steps that does nothing."""
    return nullcontext()


def open_release(source: Source, *, key: Source | None = None, watch: Watch = unwatched) -> Members:
    """Read a release and check all that can be checked without looking into the graph.

    Args:
        source: A file, or the bytes themselves.
        key: The public key that must have signed it: a file or bytes, PEM or raw. Without one
            the signature proves that nothing was changed, not who made it.
        watch: Called with the name of each step; what it returns is entered around the step.

    Raises:
        LuodiError: ``release.*``; the steps are size, structure, signature and digests.
    """
    with watch("size"):
        data = read_bytes(source)
    with watch("structure"):
        members = archive.decode(data)
        for name in members:
            if name.endswith(".json") and len(members[name]) > JSON_LIMIT_MB * 2**20:
                raise LuodiError("release.member_too_large", member=name, limit_mb=JSON_LIMIT_MB)
        manifest = Manifest.from_bytes(members[MANIFEST])
    with watch("signature"):
        demanded = None if key is None else seal.read_key(key)
        signer = seal.check(members[SEAL], manifest, demanded)
    with watch("digests"):
        for name, entry in manifest.members.items():
            if len(members[name]) != entry.size or sha256(members[name]) != entry.sha256:
                raise LuodiError("release.digest", member=name)
        names = [name for name in manifest.members if name.endswith(".json")]
        json = {name: read_json(members[name], name) for name in names}
    return Members(manifest, signer, members["model.onnx"], json, len(data))


def read_bytes(source: str | os.PathLike[str] | bytes, limit_mb: int = LIMIT_MB) -> bytes:
    """The bytes of a release, read once.

    Args:
        source: A file, or the bytes themselves.
        limit_mb: Largest size in MiB.

    Raises:
        LuodiError: ``release.not_found``, ``release.unreadable`` or ``release.too_large``.
    """
    limit = limit_mb * 2**20
    data = bytes(source) if isinstance(source, bytes) else _read_file(os.fspath(source), limit)
    if len(data) > limit:
        raise LuodiError("release.too_large", limit_mb=limit_mb)
    return data


def _read_file(path: str, limit: int) -> bytes:
    name = os.path.basename(path)
    try:
        handle = os.open(path, _OPEN_FLAGS)
    except FileNotFoundError:
        raise LuodiError("release.not_found", source=name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be a file's"
        raise LuodiError("release.unreadable", source=name, reason=reason) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(None, "it is not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(limit + 1)
    except OSError as error:
        raise LuodiError("release.unreadable", source=name, reason=error.strerror) from None
    finally:
        os.close(handle)
