"""A release is made known to a home, found again there, and put into use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError
from luodi.runtime.container import read_bytes
from luodi.runtime.load import load
from luodi.store.ledger.rows import Alias, Reason, Release

if TYPE_CHECKING:
    from luodi.store.home import Home


ALIASES: tuple[Alias, ...] = ("champion", "previous", "challenger")
FEWEST_DIGITS = 8


def added(home: Home, file: Path, key: Path | None = None) -> Release:
    """Verify a release file and make it known to a home; again is fine.

    Args:
        home: The home.
        file: The release.
        key: The public key that must have signed it.

    Returns:
        The release as the home knows it.

    Raises:
        LuodiError: ``release.*`` from the first check that fails; ``environment.disk``.
    """
    data = read_bytes(file)
    loaded = load(data, key=key)
    about = {"goal": loaded.goal, "signer": loaded.signer.fingerprint, "bytes": len(data)}
    return home.add(data, loaded.digest, loaded.name, about)


def found(home: Home, name: str, digest: str | None = None, key: Path | None = None) -> Release:
    """A release that a home knows.

    Args:
        home: The home.
        name: The task's name.
        digest: The release digest or at least its first eight digits, with or without
            ``sha256:``; the challenger when None.
        key: The public key that must have signed it.

    Raises:
        LuodiError: ``release.unknown_name``, ``release.no_challenger``, ``release.unknown_digest``;
            with a key as ``added``.
    """
    known = home.ledger.releases(name)
    if not known:
        names = sorted({release.name for release in home.ledger.releases()})
        raise LuodiError("release.unknown_name", name=name, known=", ".join(names) or "-")
    if digest is None:
        digest = home.ledger.aliases(name).get("challenger")
        if digest is None:
            raise LuodiError("release.no_challenger", name=name)
    digits = digest.removeprefix("sha256:")
    matching = [release for release in known if release.digest.startswith(f"sha256:{digits}")]
    if len(matching) != 1 or len(digits) < FEWEST_DIGITS:
        cases = len(matching)
        raise LuodiError("release.unknown_digest", name=name, digest=digest[:80], cases=cases)
    if key is not None:
        load(home.blobs.get(matching[0].blob), key=key)
    return matching[0]


def promoted(home: Home, release: Release, reason: Reason) -> dict[str, str | None]:
    """Make a known release the champion of its task, in one transaction.

    Returns:
        The task's ``name`` and the digests of ``champion``, ``previous`` and ``challenger``.

    Raises:
        LuodiError: as ``Ledger.promote``.
    """
    held = home.ledger.promote(release.name, release.digest, reason)
    return in_use(release.name, held)


def rolled_back(home: Home, name: str, reason: Reason) -> dict[str, str | None]:
    """Let champion and previous change places, in one transaction.

    Returns:
        As ``promoted``.

    Raises:
        LuodiError: ``ledger.no_previous``.
    """
    return in_use(name, home.ledger.roll_back(name, reason))


def in_use(name: str, held: Mapping[Alias, str]) -> dict[str, str | None]:
    """A task's name with the digest of each alias, None where it stands for nothing."""
    return {"name": name, **{alias: held.get(alias) for alias in ALIASES}}
