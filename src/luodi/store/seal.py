"""The signing key of this user, and signatures with it."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError, needs
from luodi.store import disk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = "signing.key"
PUBLIC_KEY = "signing.pub"


@dataclass(frozen=True, slots=True)
class Signature:
    """An Ed25519 signature: 64 bytes, and the 32 bytes of the public key that checks it."""

    value: bytes
    public_key: bytes


def key_folder() -> Path:
    """Where the key lives: ``LUODI_KEY_DIR``, else this user's folder for settings.

    Always outside the project, so that a key is not committed or copied along with it.

    Raises:
        LuodiError: ``store.key_unreadable`` when this user has no home folder.
    """
    if chosen := os.environ.get("LUODI_KEY_DIR"):
        return Path(chosen)
    named = {"win32": "APPDATA", "darwin": ""}.get(sys.platform, "XDG_CONFIG_HOME")
    if chosen := os.environ.get(named):
        return Path(chosen) / "luodi"
    usual = {"win32": "AppData/Roaming", "darwin": "Library/Application Support"}
    try:
        return Path.home() / usual.get(sys.platform, ".config") / "luodi"
    except RuntimeError:
        reason = "this user has no home folder"
        raise LuodiError("store.key_unreadable", file=KEY, reason=reason) from None


def sign(message: bytes) -> Signature:
    """Sign with this user's key, which is made on first use.

    Raises:
        LuodiError: ``store.key_shared`` when others may read the key, ``store.key_broken`` when
            the file holds no Ed25519 key, ``environment.disk`` when none can be written.
    """
    key = _key()
    return Signature(key.sign(message), key.public_key().public_bytes_raw())


def public_key() -> bytes:
    """This user's public key, 32 bytes; the pair is made on first use.

    Raises:
        LuodiError: as ``sign``.
    """
    return _key().public_key().public_bytes_raw()


def _key() -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise needs("cryptography", "train") from None
    path = key_folder() / KEY
    try:
        written = _read_private(path)
    except FileNotFoundError:
        return _make(path)
    try:
        key = serialization.load_pem_private_key(written, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise LuodiError("store.key_broken", file=KEY)
    return key


def _read_private(path: Path) -> bytes:
    """The key file, through one handle, so that what was checked is what is read."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name != "nt" and mode & 0o077:
                raise LuodiError("store.key_shared", file=KEY, mode=f"{mode:04o}")
            return file.read(10_000)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise LuodiError("store.key_unreadable", file=KEY, reason=error.strerror) from None


def _make(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    disk.make_folder(path.parent, mode=0o700)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    if not disk.put_new(path, private):
        return _key()
    disk.put(path.with_name(PUBLIC_KEY), public, mode=0o644)
    return key
