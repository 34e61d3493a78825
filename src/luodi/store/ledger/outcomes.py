"""What came true, and one clear answer to each way in which it can be odd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from luodi.core.manifest import canonical_json, sha256
from luodi.store.ledger.audit import Event, append, hold
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.insert import add_rows
from luodi.store.ledger.rows import (
    TEXT_LENGTH,
    Outcome,
    Reason,
    Receipt,
    moment,
    plain_text,
)
from luodi.store.ledger.schema import (
    outcomes,
    outcomes_corrected,
    outcomes_set_aside,
    predictions,
    reviews,
)

SKEW_US = 5 * 60 * 1_000_000
"""How far two clocks may be apart before one of them counts as wrong."""
SOURCE_LENGTH = 1_000  # the name of a file may be as long as that
_AT_ONCE = 200


def checked(outcome: Outcome) -> Outcome:
    """The outcome, if a database can hold it.

    Raises:
        LuodiError: ``ledger.text``, ``ledger.long``, ``ledger.moment``.
    """
    plain_text(outcome.id, "id")
    plain_text(outcome.truth, "truth", TEXT_LENGTH)
    plain_text(outcome.source, "source", SOURCE_LENGTH)
    moment(outcome.at, outcome.id)
    return outcome


def keep(
    connection: Connection, items: Sequence[Outcome], *, disputed: bool = True
) -> list[Receipt]:
    """Keep outcomes: those that hold count, the others are set aside with the reason.

    Args:
        connection: A connection in a transaction that writes.
        items: The outcomes.
        disputed: Whether those that contradict a truth are set aside too.

    Returns:
        A receipt for each.
    """
    hold(connection)
    received, receipts = now_us(), []
    for start in range(0, len(items), _AT_ONCE):
        receipts += _keep(connection, items[start : start + _AT_ONCE], received, disputed)
    return receipts


def _keep(
    connection: Connection, items: Sequence[Outcome], received: int, disputed: bool
) -> list[Receipt]:
    ids = {outcome.id for outcome in items}
    answer = (predictions.c.id, predictions.c.at, predictions.c.release)
    asked = select(*answer).where(predictions.c.id.in_(ids))
    made: dict[str, Any] = {row.id: row for row in connection.execute(asked)}
    told = select(outcomes.c.id, outcomes.c.truth).where(outcomes.c.id.in_(ids))
    truths = {row.id: row.truth for row in connection.execute(told)}
    codes, counting = [], []
    odd: dict[tuple[str, str, str], dict[str, Any]] = {}
    for outcome in items:
        code = _odd(outcome, made.get(outcome.id), truths.get(outcome.id), received)
        codes.append(code)
        if code is None:
            truths[outcome.id] = outcome.truth
            counting.append(_row(outcome, received) | {"release": made[outcome.id].release})
        elif code != "ledger.outcome_same" and (disputed or code != "ledger.outcome_contradicts"):
            row = _row(outcome, received) | {"code": code}
            odd.setdefault((outcome.id, outcome.truth, code), row)
    add_rows(connection, outcomes, counting)
    _no_longer_wait(connection, counting)
    add_rows(connection, outcomes_set_aside, _unseen(connection, odd))
    return [Receipt(outcome.id, code) for outcome, code in zip(items, codes, strict=True)]


def correct(connection: Connection, items: Sequence[tuple[Outcome, Reason]]) -> list[Receipt]:
    """Let each outcome be the one that counts; what counted until now is kept as it was.

    The audit tells who did it, why, and the digests of both truths: it is never erased, so it
    holds no truth itself.

    Returns:
        A receipt for each; odd outcomes are set aside as in ``keep``.
    """
    hold(connection)
    return [_correct(connection, outcome, reason) for outcome, reason in items]


def _correct(connection: Connection, outcome: Outcome, reason: Reason) -> Receipt:
    (receipt,) = keep(connection, [outcome], disputed=False)
    if receipt.code != "ledger.outcome_contradicts":
        return receipt
    here = outcomes.c.id == outcome.id
    kept = (outcomes.c[name] for name in ("id", "truth", "at", "received_at", "source"))
    old = connection.execute(select(*kept).where(here)).one()._mapping
    received = now_us()
    noted = {
        "replaced_at": received,
        "actor": plain_text(reason.actor, "actor"),
        "reason": plain_text(reason.reason, "reason", TEXT_LENGTH),
    }
    add_rows(connection, outcomes_corrected, [{**old, **noted}])
    connection.execute(update(outcomes).where(here).values(**_row(outcome, received)))
    details = {
        "reason": reason.reason,
        "before": truth_digest(outcome.id, old["truth"]),
        "after": truth_digest(outcome.id, outcome.truth),
        **({"evidence": dict(reason.details)} if reason.details else {}),
    }
    append(connection, [Event(reason.actor, "correct", outcome.id, details)])
    return Receipt(outcome.id)


def truth_digest(name: str, truth: str) -> str:
    """What the audit holds of a truth: it shows whether a row is the one that was meant."""
    return f"sha256:{sha256(canonical_json([name, truth]))}"


def _no_longer_wait(connection: Connection, counting: Sequence[dict[str, Any]]) -> None:
    """Whose truth is known needs no person to look at it."""
    if counting:
        sources = {row["id"]: row["source"] for row in counting}
        waiting = reviews.c.id.in_(sources) & (reviews.c.state == "waiting")
        for name in connection.scalars(select(reviews.c.id).where(waiting)).all():
            done = {"state": "answered", "closed_at": now_us(), "closed_by": sources[name]}
            connection.execute(update(reviews).where(reviews.c.id == name).values(**done))


def _odd(outcome: Outcome, made: Row[Any] | None, truth: str | None, received: int) -> str | None:
    """What is odd about an outcome; None when it simply counts."""
    if made is None:
        return "ledger.outcome_unknown"
    if outcome.at > received + SKEW_US:
        return "ledger.outcome_future"
    if outcome.at < made.at - SKEW_US:
        return "ledger.outcome_early"
    if truth is None:
        return None
    return "ledger.outcome_same" if truth == outcome.truth else "ledger.outcome_contradicts"


def _row(outcome: Outcome, received: int) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "truth": outcome.truth,
        "at": outcome.at,
        "received_at": received,
        "source": outcome.source,
    }


def _unseen(connection: Connection, odd: dict[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the odd outcomes, those that were not set aside before: trying again adds nothing.

    Their moment tells none from another: who does not know it is given that of each try.
    """
    if not odd:
        return []
    table = outcomes_set_aside.c
    ids = {row["id"] for row in odd.values()}
    found = select(table.id, table.truth, table.code).where(table.id.in_(ids))
    seen = {tuple(row) for row in connection.execute(found)}
    return [row for key, row in odd.items() if key not in seen]
