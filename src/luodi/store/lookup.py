"""Small questions to the ledger that are asked again and again."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from luodi.store.ledger.clock import now_us
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome
from luodi.store.ledger.schema import outcomes, predictions, releases, reviews

_AT_ONCE = 200


def releases_of(ledger: Ledger, ids: Collection[str]) -> dict[str, str]:
    """The digest of the release that gave each of these answers; unknown ids are left out.

    Raises:
        LuodiError: ``ledger.unreachable``.
    """
    found: dict[str, str] = {}
    listed = sorted(ids)
    with ledger.reading() as connection:
        for start in range(0, len(listed), _AT_ONCE):
            some = predictions.c.id.in_(listed[start : start + _AT_ONCE])
            asked = select(predictions.c.id, predictions.c.release).where(some)
            found.update({row.id: row.release for row in connection.execute(asked)})
    return found


def outcome_of(ledger: Ledger, name: str) -> Outcome | None:
    """The outcome that counts for an answer; None where none is known.

    Args:
        ledger: The ledger.
        name: The id of the answer.
    """
    asked = select(outcomes.c.id, outcomes.c.truth, outcomes.c.at, outcomes.c.source)
    with ledger.reading() as connection:
        row = connection.execute(asked.where(outcomes.c.id == name)).first()
    return None if row is None else Outcome(row.id, row.truth, row.at, row.source)


def waiting_record(ledger: Ledger, name: str) -> dict[str, Any] | None:
    """The record of an answer that waits for a person; None where none of that name does.

    Args:
        ledger: The ledger.
        name: The id of the answer.
    """
    over = reviews.c.expires_at <= now_us()
    asked = (
        select(predictions.c.record)
        .join(reviews, reviews.c.id == predictions.c.id)
        .where(reviews.c.id == name, reviews.c.state == "waiting", over.isnot(True))
    )
    with ledger.reading() as connection:
        record = connection.scalar(asked)
    return None if record is None else dict(json.loads(record))


def reviews_since(ledger: Ledger, name: str, since: int) -> list[int]:
    """Moments of a task's answers that were sent to a human since then, oldest first.

    Args:
        ledger: The ledger.
        name: The task.
        since: Microseconds since 1970 in UTC.
    """
    asked = (
        select(predictions.c.at)
        .join(releases, releases.c.digest == predictions.c.release)
        .where(releases.c.name == name, predictions.c.at >= since)
        .where(predictions.c.action == "review")
        .order_by(predictions.c.at)
    )
    with ledger.reading() as connection:
        return [row.at for row in connection.execute(asked)]


def known_outcomes(ledger: Ledger, name: str, until: int) -> int:
    """How many answers of a task that were asked for until a moment have a truth that counts.

    Args:
        ledger: The ledger.
        name: The task.
        until: Microseconds since 1970 in UTC.
    """
    asked = (
        select(func.count())
        .select_from(outcomes)
        .join(predictions, predictions.c.id == outcomes.c.id)
        .join(releases, releases.c.digest == predictions.c.release)
        .where(releases.c.name == name, predictions.c.at <= until)
        .where(predictions.c.forgotten_at.is_(None))
    )
    with ledger.reading() as connection:
        return connection.scalar(asked) or 0
