"""Which release is in use: every change is one transaction with its history and its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, delete, insert, select

from luodi.core.errors import LuodiError
from luodi.store.ledger import audit
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import TEXT_LENGTH, Alias, Reason, plain_text
from luodi.store.ledger.schema import alias_history, aliases, releases

Kind = Literal["promote", "roll back", "challenge", "withdraw"]


@dataclass(frozen=True, slots=True)
class Move:
    """A change of what is in use.

    Attributes:
        kind: ``promote`` makes a release the champion and the old champion the previous one;
            ``roll back`` swaps champion and previous; ``challenge`` names a challenger and
            ``withdraw`` takes the name away.
        name: The task's name.
        reason: Who and why.
        digest: The release that is promoted or challenges.
        instead: The champion that the mover has seen; another one by now makes the move fail.
    """

    kind: Kind
    name: str
    reason: Reason
    digest: str | None = None
    instead: str | None = None


def held(connection: Connection, name: str) -> dict[Alias, str]:
    """The release that each alias of a task stands for."""
    asked = select(aliases.c.alias, aliases.c.release).where(aliases.c.name == name)
    return {cast(Alias, row.alias): row.release for row in connection.execute(asked)}


def make(connection: Connection, moves: Sequence[Move]) -> list[dict[Alias, str]]:
    """Make moves; one that changes nothing, such as a promotion tried again, leaves no trace.

    Returns:
        The aliases after each.

    Raises:
        LuodiError: ``ledger.release_unknown``, ``ledger.release_other`` when it belongs to
            another task, ``ledger.no_previous``, ``ledger.moved``.
    """
    audit.hold(connection)  # nobody else moves between our look and our change
    return [_make(connection, move) for move in moves]


def _make(connection: Connection, move: Move) -> dict[Alias, str]:
    before = held(connection, move.name)
    if move.instead not in (None, before.get("champion")):
        raise LuodiError("ledger.moved", name=move.name)
    after = _after(connection, move, before)
    if after != before:
        at = now_us()
        for alias in sorted({*before, *after}):
            if before.get(alias) != after.get(alias):
                _point(connection, move, alias, before.get(alias), after.get(alias), at)
        details = {
            "name": move.name,
            "reason": move.reason.reason,
            "before": before,
            "after": after,
            **({"evidence": dict(move.reason.details)} if move.reason.details else {}),
        }
        subject = move.digest or after.get("champion", "")
        event = audit.Event(move.reason.actor, move.kind, subject, details)
        audit.append(connection, [event])
    return after


def _after(connection: Connection, move: Move, before: Mapping[Alias, str]) -> dict[Alias, str]:
    after = dict(before)
    if move.kind == "withdraw":
        after.pop("challenger", None)
    elif move.kind == "roll back":
        if not {"champion", "previous"} <= set(before):
            raise LuodiError("ledger.no_previous", name=move.name)
        after["champion"], after["previous"] = before["previous"], before["champion"]
    else:
        digest = _known(connection, move)
        if move.kind == "challenge":
            after["challenger"] = digest
        elif digest != before.get("champion"):
            after["champion"] = digest
            if "champion" in before:
                after["previous"] = before["champion"]
    if after.get("challenger") == after.get("champion"):
        after.pop("challenger", None)  # nobody challenges itself
    return after


def _known(connection: Connection, move: Move) -> str:
    digest = move.digest or ""
    asked = select(releases.c.name).where(releases.c.digest == digest)
    name = connection.scalar(asked)
    if name is None:
        raise LuodiError("ledger.release_unknown", digest=digest)
    if name != move.name:
        raise LuodiError("ledger.release_other", digest=digest, seen=name, wanted=move.name)
    return digest


def _point(
    connection: Connection,
    move: Move,
    alias: Alias,
    before: str | None,
    after: str | None,
    at: int,
) -> None:
    """Let an alias stand for another release, and note it."""
    here = (aliases.c.name == move.name) & (aliases.c.alias == alias)
    connection.execute(delete(aliases).where(here))
    if after is not None:
        row = {"name": move.name, "alias": alias, "release": after, "since": at}
        connection.execute(insert(aliases).values(**row))
    noted: dict[str, Any] = {
        "at": at,
        "name": move.name,
        "alias": alias,
        "before": before,
        "after": after,
        "actor": plain_text(move.reason.actor, "actor"),
        "reason": plain_text(move.reason.reason, "reason", TEXT_LENGTH),
    }
    connection.execute(insert(alias_history).values(**noted))
