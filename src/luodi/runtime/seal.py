"""The seal of a release: who vouches for exactly these members.

Its form is that of OpenSSF model signing: a DSSE envelope around an in-toto statement that lists
the digest of every member. It says, by the public key inside, that nothing was changed since the
signature; *who* signed is only proven when the reader demands a key that they already trust.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import Any, NamedTuple

from luodi.core.errors import LuodiError, needs
from luodi.core.manifest import MANIFEST, SEAL, Manifest, canonical_json, read_json, sha256

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:luodi:release:v1"
# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) is this and the 32 bytes of the key.
_SPKI = bytes.fromhex("302a300506032b6570032100")
_PEM = (b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----")


class Signer(NamedTuple):
    """Who sealed a release.

    Attributes:
        fingerprint: ``sha256:…`` of the public key; None for a release without signature.
        verified: Whether the signature was checked; it is not where ``cryptography`` is missing.
        demanded: Whether the reader demanded this very key.
    """

    fingerprint: str | None
    verified: bool
    demanded: bool = False


def statement(manifest: Manifest, public_key: bytes | None) -> bytes:
    """What is signed: an in-toto statement (v1) about the members of a release.

    Args:
        manifest: The manifest.
        public_key: The 32 bytes of the signer's key; None for a release without signature.
    """
    digests = {MANIFEST: sha256(manifest.to_bytes())}
    digests |= {name: entry.sha256 for name, entry in manifest.members.items()}
    key = None if public_key is None else base64.b64encode(public_key).decode()
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": n, "digest": {"sha256": d}} for n, d in digests.items()],
            "predicateType": PREDICATE_TYPE,
            "predicate": {"release": manifest.digest, "ed25519": key},
        }
    )


def to_sign(payload: bytes) -> bytes:
    """The bytes that the signature is over: DSSE's pre-authentication encoding, version 1."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope(payload: bytes, public_key: bytes | None, signature: bytes | None) -> bytes:
    """The seal: payload and signature, as canonical JSON."""
    signatures = []
    if public_key is not None and signature is not None:
        sig = base64.b64encode(signature).decode()
        signatures = [{"keyid": fingerprint(public_key), "sig": sig}]
    return canonical_json(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": signatures,
        }
    )


def fingerprint(public_key: bytes) -> str:
    """``sha256:…`` of a public key as ``openssl pkey -pubin -outform DER | sha256sum`` shows it."""
    return "sha256:" + sha256(_SPKI + public_key)


def check(sealed: bytes, manifest: Manifest, demanded: bytes | None = None) -> Signer:
    """Who sealed this manifest.

    Args:
        sealed: The member ``seal.json``.
        manifest: The manifest that it must be about.
        demanded: The public key (32 bytes) that must have signed.

    Raises:
        LuodiError: ``release.seal`` when it is about something else or malformed,
            ``release.signature`` when the signature is wrong, ``release.unsigned`` or
            ``release.other_signer`` when a key is demanded and another or none has signed.
    """
    public_key, signature = _opened(sealed)
    if envelope(statement(manifest, public_key), public_key, signature) != sealed:
        raise LuodiError("release.seal")
    if public_key is None or signature is None:
        if demanded is not None:
            raise LuodiError("release.unsigned", wanted=fingerprint(demanded))
        return Signer(None, verified=False)
    signer = fingerprint(public_key)
    if demanded is not None and demanded != public_key:
        raise LuodiError("release.other_signer", seen=signer, wanted=fingerprint(demanded))
    verified = _verify(public_key, signature, statement(manifest, public_key), demanded is not None)
    return Signer(signer, verified, demanded is not None)


def read_key(key: str | os.PathLike[str] | bytes) -> bytes:
    """The 32 bytes of a public key, from a file or from bytes, PEM or raw.

    Raises:
        LuodiError: ``release.key`` when it is not an Ed25519 public key.
    """
    data = key if isinstance(key, bytes) else _read_key_file(key)
    if len(data) == 32:
        return data
    lines = data.strip().split(b"\n")
    if (lines[0].strip(), lines[-1].strip()) == _PEM:
        data = _decoded(b"".join(line.strip() for line in lines[1:-1]))
    if len(data) != len(_SPKI) + 32 or not data.startswith(_SPKI):
        raise LuodiError("release.key")
    return data[len(_SPKI) :]


def _read_key_file(path: str | os.PathLike[str]) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(10_000)
    except OSError:
        raise LuodiError("release.key") from None


def _opened(sealed: bytes) -> tuple[bytes | None, bytes | None]:
    """Public key and signature; everything else of the envelope follows from the manifest."""
    try:
        outer = read_json(sealed, SEAL)
        predicate = read_json(_decoded(outer["payload"]), SEAL)["predicate"]
        key = None if predicate["ed25519"] is None else _decoded(predicate["ed25519"])
        signature = _decoded(outer["signatures"][0]["sig"]) if outer["signatures"] else None
    except (KeyError, TypeError, IndexError, AttributeError):
        raise LuodiError("release.seal") from None
    lengths = (None if part is None else len(part) for part in (key, signature))
    if tuple(lengths) not in ((32, 64), (None, None)):
        raise LuodiError("release.seal")
    return key, signature


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise LuodiError("release.seal") from None


def _verify(public_key: bytes, signature: bytes, payload: bytes, demanded: bool) -> bool:
    """Whether the signature was checked; without ``cryptography`` only a demand is an error."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        if demanded:
            raise needs("cryptography", "train") from None
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, to_sign(payload))
    except (InvalidSignature, ValueError):
        raise LuodiError("release.signature") from None
    return True
