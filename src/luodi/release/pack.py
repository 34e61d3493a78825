"""Join what was built and judged into one release file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.manifest import MANIFEST, SEAL, Manifest, canonical_json
from luodi.runtime import archive, container, load
from luodi.runtime.seal import envelope, statement, to_sign
from luodi.store import disk, seal

if TYPE_CHECKING:
    from luodi.core.task import Task
    from luodi.core.values import Artifact, Verdict

READABLE = 0o644


def pack(
    task: Task,
    artifact: Artifact,
    verdict: Verdict,
    provenance: Mapping[str, Any],
    *,
    card: Mapping[str, Any],
    sign: bool = True,
    force: bool = False,
) -> bytes:
    """The bytes of a release; they are loaded once to see that they hold.

    The same artifact, card and provenance always give the same bytes.

    Args:
        task: The task.
        artifact: What will answer.
        verdict: What the judge said of it.
        provenance: What it was built from, with what and when; JSON data.
        card: What the card shows; JSON data.
        sign: Whether to sign with this user's key.
        force: Pack although a gate failed.

    Raises:
        LuodiError: ``release.gate_failed``; ``release.not_json`` when a part is not finite JSON
            data; ``store.*`` from signing; ``release.*`` when what was packed does not hold.
    """
    failed = [gate.name for gate in verdict.gates if not gate.passed]
    if failed and not force:
        raise LuodiError("release.gate_failed", gates=", ".join(failed))
    parts = {
        "codec.json": artifact.codec,
        "golden.json": artifact.golden,
        "reference.json": artifact.reference,
        "plan.json": artifact.plan,
        "card.json": card,
        "provenance.json": provenance,
    }
    contents = {name: _json(name, value) for name, value in parts.items()}
    contents["model.onnx"] = artifact.model
    modality = str(artifact.codec["format"]).partition("/")[0]
    packed = assemble(Manifest.of(task.name, task.goal, modality, contents), contents, sign=sign)
    load.load(packed)
    return packed


def assemble(manifest: Manifest, contents: Mapping[str, bytes], *, sign: bool = True) -> bytes:
    """The bytes of a release from its manifest and contents, sealed.

    Args:
        manifest: The manifest.
        contents: Every member but manifest and seal.
        sign: Whether to sign with this user's key.

    Raises:
        LuodiError: ``store.*`` from signing.
    """
    key = seal.public_key() if sign else None
    payload = statement(manifest, key)
    signature = seal.sign(to_sign(payload)).value if sign else None
    sealed = envelope(payload, key, signature)
    return archive.encode({MANIFEST: manifest.to_bytes(), **contents, SEAL: sealed})


def digest_of(packed: bytes) -> str:
    """The digest of a packed release, ``sha256:…``."""
    return container.open_release(packed).manifest.digest


def write(path: str | os.PathLike[str], packed: bytes) -> Path:
    """Write a release file: whole or not at all.

    Raises:
        LuodiError: ``environment.disk``.
    """
    return disk.put(path, packed, mode=READABLE)


def _json(member: str, value: Mapping[str, Any]) -> bytes:
    try:
        return canonical_json(value)
    except (TypeError, ValueError):
        raise LuodiError("release.not_json", member=member) from None
