"""Forgetting what was asked: the records go; what figures and the audit need stays.

Of a forgotten answer the record, the details and all outcomes that were set aside are erased. Its
id, release, moment, decision, probability and truth stay, so that quality can be followed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from luodi.store.ledger import audit
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Reason, moment, plain_text
from luodi.store.ledger.schema import outcomes_set_aside, predictions, releases, reviews

if TYPE_CHECKING:
    from luodi.store.ledger.ledger import Ledger

AT_ONCE = 2_000
"""How many answers are forgotten in one transaction; others can write between two."""


@dataclass(frozen=True, slots=True)
class _Span:
    since: int
    until: int
    name: str | None
    reason: Reason


def by_id(ledger: Ledger, names: Sequence[str], reason: Reason) -> int:
    """Forget answers by their ids.

    Args:
        ledger: Where they are.
        names: The ids; those that nobody knows, or that were forgotten before, are passed over.
        reason: Who wants it and why; it must not hold what is to be forgotten.

    Returns:
        How many were forgotten. From then on the file holds nothing of them, unless somebody was
        reading it that long. Backups made before still do, and a server keeps old rows until it
        has vacuumed.

    Raises:
        LuodiError: as ``Ledger.write``.
    """
    wanted, count = [plain_text(name, "id") for name in names], 0
    for start in range(0, len(wanted), AT_ONCE):
        part = (wanted[start : start + AT_ONCE], reason)
        count += ledger.write(_by_id, [part]).result()[0]
    ledger.empty_log()
    return count


def before(ledger: Ledger, until: int, reason: Reason, name: str | None = None) -> int:
    """Forget all answers given before a moment.

    Args:
        ledger: Where they are.
        until: The moment, in microseconds since 1970 in UTC.
        reason: Who wants it and why.
        name: Only those of this task. Outcomes for answers that nobody knows belong to no task;
            they are erased when all are meant.

    Returns:
        How many were forgotten, as in ``by_id``.

    Raises:
        LuodiError: ``ledger.moment``; as ``Ledger.write``.
    """
    since, count, found = 0, 0, AT_ONCE
    while found == AT_ONCE:
        span = _Span(since, moment(until, "until"), name, reason)
        found, since = ledger.write(_before, [span]).result()[0]
        count += found
    ledger.empty_log()
    return count


def _by_id(connection: Connection, parts: Sequence[tuple[list[str], Reason]]) -> list[int]:
    audit.hold(connection)
    counts = []
    for names, reason in parts:
        asked = select(predictions.c.id).where(predictions.c.id.in_(names), _is_kept())
        found = connection.scalars(asked).all()
        _erase(connection, found)
        connection.execute(_set_aside(outcomes_set_aside.c.id.in_(names)))
        events = [_event(reason, name, {}) for name in sorted(found)]
        audit.append(connection, events)
        counts.append(len(found))
    return counts


def _before(connection: Connection, spans: Sequence[_Span]) -> list[tuple[int, int]]:
    audit.hold(connection)
    return [_one_span(connection, span) for span in spans]


def _one_span(connection: Connection, span: _Span) -> tuple[int, int]:
    asked = select(predictions.c.id, predictions.c.at).where(
        predictions.c.at >= span.since, predictions.c.at < span.until, _is_kept()
    )
    if span.name is not None:
        theirs = select(releases.c.digest).where(releases.c.name == span.name)
        asked = asked.where(predictions.c.release.in_(theirs))
    rows = connection.execute(asked.order_by(predictions.c.at).limit(AT_ONCE)).all()
    _erase(connection, [row.id for row in rows])
    if span.name is None and len(rows) < AT_ONCE:  # the last part
        connection.execute(_set_aside(outcomes_set_aside.c.received_at < span.until))
    if rows:
        details = {"before": span.until, "count": len(rows)}
        audit.append(connection, [_event(span.reason, span.name or "", details)])
    return len(rows), rows[-1].at if rows else span.until


def _is_kept() -> ColumnElement[bool]:
    return predictions.c.forgotten_at.is_(None)


def _erase(connection: Connection, names: Sequence[str]) -> None:
    now = now_us()
    empty = {"record": "{}", "details": "{}", "forgotten_at": now}
    connection.execute(update(predictions).where(predictions.c.id.in_(names)).values(**empty))
    waiting = reviews.c.id.in_(names) & (reviews.c.state == "waiting")
    connection.execute(update(reviews).where(waiting).values(state="expired", closed_at=now))
    connection.execute(_set_aside(outcomes_set_aside.c.id.in_(names)))


def _set_aside(which: ColumnElement[bool]) -> Any:
    return delete(outcomes_set_aside).where(which)


def _event(reason: Reason, subject: str, details: dict[str, Any]) -> audit.Event:
    said = {"reason": reason.reason, **details}
    return audit.Event(plain_text(reason.actor, "actor"), "forget", subject, said)
