"""The audit: every row holds the hash of the one before, so that no row can change unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from luodi.core.errors import LuodiError, needs
from luodi.core.manifest import canonical_json, sha256
from luodi.store import seal
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import json_text, plain_text
from luodi.store.ledger.schema import audit, audit_seals

START = "0" * 64
_LOCK = 0x6C756F6469  # any number, as long as all of luodi use the same
_HASHED = ("number", "at", "actor", "action", "subject", "details", "previous")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: whoever notes it down can tell later whether rows are gone.

    Attributes:
        number: Number of the last row; 0 for an empty chain.
        hash: Its hash, 64 hexadecimal digits.
    """

    number: int = 0
    hash: str = START


EMPTY = Head()


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done.

    Attributes:
        actor: A person or a part of luodi.
        action: What was done, such as ``promote``.
        subject: To what, such as a release digest.
        details: The reasons, JSON data; no records of people, for this is never erased.
    """

    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


def hold(connection: Connection) -> None:
    """Let no other process append until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def append(connection: Connection, events: Sequence[Event]) -> list[Head]:
    """Append rows to the chain.

    Returns:
        The head after each.
    """
    hold(connection)
    last, heads = head(connection), []
    for event in events:
        row = {
            "number": last.number + 1,
            "at": now_us(),
            "actor": plain_text(event.actor, "actor"),
            "action": plain_text(event.action, "action"),
            "subject": plain_text(event.subject, "subject"),
            "details": json_text(event.details, "details"),
            "previous": last.hash,
        }
        last = Head(last.number + 1, _hash(row))
        connection.execute(insert(audit).values(**row, hash=last.hash))
        heads.append(last)
    return heads


def head(connection: Connection) -> Head:
    """The end of the chain as it is now."""
    newest = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    found = connection.execute(newest).first()
    return Head(found.number, found.hash) if found else Head()


def sign(connection: Connection, signatures: Sequence[None]) -> list[Head]:
    """Sign the head with this user's key; each item only asks for one signature.

    Raises:
        LuodiError: as ``store.seal.sign``.
    """
    hold(connection)
    last = head(connection)
    signed = select(audit_seals.c.number).where(audit_seals.c.number == last.number)
    if last.number and not connection.execute(signed).first():
        at = now_us()
        signature = seal.sign(_signed(last, at))
        row = {
            "number": last.number,
            "at": at,
            "hash": last.hash,
            "signature": signature.value.hex(),
            "public_key": signature.public_key.hex(),
        }
        connection.execute(insert(audit_seals).values(**row))
    return [last for _ in signatures]


def verify(connection: Connection, known: Head | None = None, key: bytes | None = None) -> Head:
    """Check every hash, every signature, and that nothing is missing.

    Args:
        connection: A connection that reads.
        known: A head that was noted elsewhere. Without one, and without a signed head, rows cut
            off at the end cannot be told from rows that never were.
        key: The 32 bytes of the public key that must have signed; None accepts any key.

    Returns:
        The head.

    Raises:
        LuodiError: ``ledger.chain`` with the number of the first row that is wrong;
            ``ledger.unsigned`` when a key is given and nothing is signed;
            ``environment.missing_package`` when a signature cannot be checked.
    """
    # known heads by number; the chain must pass through each of them
    wanted = {known.number: known.hash} if known and known.number else {}
    seals = connection.execute(select(audit_seals)).all()
    for row in seals:
        if not _is_signed(row, key) or wanted.get(row.number, row.hash) != row.hash:
            raise LuodiError("ledger.chain", number=row.number)
        wanted[row.number] = row.hash
    asked = select(audit).order_by(audit.c.number).execution_options(yield_per=10_000)
    with connection.execute(asked) as rows:  # else whoever keeps the error keeps this moment too
        last = walk(rows, wanted)
    if key is not None and last.number and not seals:
        raise LuodiError("ledger.unsigned")
    return last


def walk(rows: Iterable[Any], wanted: Mapping[int, str], start: Head = EMPTY) -> Head:
    """Check that rows follow each other, and pass through the heads that are known.

    Args:
        rows: Rows of the audit, in the order of their numbers.
        wanted: Known hashes by number.
        start: The head before the first row.

    Returns:
        The head after the last row.

    Raises:
        LuodiError: ``ledger.chain``.
    """
    last = start
    for row in rows:
        holds = row.number == last.number + 1 and row.previous == last.hash
        holds = holds and row.hash == _hash({name: getattr(row, name) for name in _HASHED})
        if not holds or wanted.get(row.number, row.hash) != row.hash:
            raise LuodiError("ledger.chain", number=last.number + 1)
        last = Head(row.number, row.hash)
    if any(number > last.number for number in wanted):
        raise LuodiError("ledger.chain", number=last.number + 1)
    return last


def _hash(row: Mapping[str, Any]) -> str:
    return sha256(canonical_json([row[name] for name in _HASHED]))


def _signed(head: Head, at: int) -> bytes:
    said = {"luodi": "audit head", "number": head.number, "hash": head.hash, "at": at}
    return canonical_json(said)


def _is_signed(row: Row[Any], key: bytes | None) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise needs("cryptography", "train") from None
    try:
        public = bytes.fromhex(row.public_key)
        if key is not None and public != key:
            return False
        signature = bytes.fromhex(row.signature)
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature, _signed(Head(row.number, row.hash), row.at)
        )
    except (ValueError, InvalidSignature):
        return False
    return True
