"""What came true, and one clear answer to each way in which it can be odd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from luodi.core.errors import LuodiError
from luodi.store.ledger.audit import hold
from luodi.store.ledger.insert import add_rows
from luodi.store.ledger.rows import Outcome, Receipt, now_us, plain_text
from luodi.store.ledger.schema import outcomes, outcomes_set_aside, predictions

SKEW_US = 5 * 60 * 1_000_000
"""How far two clocks may be apart before one of them counts as wrong."""
LAST_US = 253_402_300_800_000_000  # the end of the year 9999
_AT_ONCE = 200


def checked(outcome: Outcome) -> Outcome:
    """The outcome, if a database can hold it.

    Raises:
        LuodiError: ``ledger.text``, ``ledger.moment``.
    """
    for field in ("id", "truth", "source"):
        plain_text(getattr(outcome, field), field)
    if not 0 <= outcome.at < LAST_US:
        raise LuodiError("ledger.moment", id=outcome.id)
    return outcome


def keep(connection: Connection, items: Sequence[Outcome]) -> list[Receipt]:
    """Keep outcomes: those that hold count, the others are set aside with the reason.

    Returns:
        A receipt for each.
    """
    hold(connection)
    received, receipts = now_us(), []
    for start in range(0, len(items), _AT_ONCE):
        receipts += _keep(connection, items[start : start + _AT_ONCE], received)
    return receipts


def _keep(connection: Connection, items: Sequence[Outcome], received: int) -> list[Receipt]:
    ids = {outcome.id for outcome in items}
    asked = select(predictions.c.id, predictions.c.at).where(predictions.c.id.in_(ids))
    made = {row.id: row.at for row in connection.execute(asked)}
    told = select(outcomes.c.id, outcomes.c.truth).where(outcomes.c.id.in_(ids))
    truths = {row.id: row.truth for row in connection.execute(told)}
    codes, counting, odd = [], [], {}
    for outcome in items:
        code = _odd(outcome, made.get(outcome.id), truths.get(outcome.id), received)
        codes.append(code)
        if code is None:
            truths[outcome.id] = outcome.truth
            counting.append(_row(outcome, received))
        elif code != "ledger.outcome_same":
            row = _row(outcome, received) | {"code": code}
            odd[outcome.id, outcome.truth, outcome.at, code] = row
    add_rows(connection, outcomes, counting)
    add_rows(connection, outcomes_set_aside, _unseen(connection, odd))
    return [Receipt(outcome.id, code) for outcome, code in zip(items, codes, strict=True)]


def _odd(outcome: Outcome, made_at: int | None, truth: str | None, received: int) -> str | None:
    """What is odd about an outcome; None when it simply counts."""
    if made_at is None:
        return "ledger.outcome_unknown"
    if outcome.at > received + SKEW_US:
        return "ledger.outcome_future"
    if outcome.at < made_at - SKEW_US:
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
    """Of the odd outcomes, those that were not set aside before: trying again adds nothing."""
    if not odd:
        return []
    table = outcomes_set_aside.c
    ids = {row["id"] for row in odd.values()}
    found = select(table.id, table.truth, table.at, table.code).where(table.id.in_(ids))
    seen = {tuple(row) for row in connection.execute(found)}
    return [row for key, row in odd.items() if key not in seen]
