"""The review queue: answers that wait for a person, the most urgent first.

An answer enters it when it is kept with the action ``review``. It leaves when somebody answers or
skips it, when its truth comes another way, when its time is over, or when it is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, or_, select, update

from luodi.core.errors import LuodiError
from luodi.store.ledger import outcomes
from luodi.store.ledger.audit import hold
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome, Receipt, plain_text
from luodi.store.ledger.schema import predictions, reviews

if TYPE_CHECKING:
    from luodi.store.ledger.ledger import Ledger

LEASE_S = 900.0


@dataclass(frozen=True, slots=True)
class Review:
    """One answer for a person to look at.

    Attributes:
        id: The answer.
        release: Digest of the release that gave it.
        at: When it was given, in microseconds since 1970 in UTC.
        decision: What was decided.
        probability: Its probability, if there is one.
        record: The record as it was asked about.
        details: Everything else that was answered.
        urgency: How much it is worth to look.
        expires_at: When nobody need look any more.
    """

    id: str
    release: str
    at: int
    decision: str
    probability: float | None
    record: Mapping[str, Any]
    details: Mapping[str, Any]
    urgency: float
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class _Asking:
    name: str
    actor: str
    count: int
    lease_us: int


def take(
    ledger: Ledger, name: str, actor: str, count: int = 1, lease_s: float = LEASE_S
) -> list[Review]:
    """The next answers to look at; nobody else is given them until the lease is over.

    Args:
        ledger: Where they wait.
        name: The task's name.
        actor: Who will look.
        count: How many at most.
        lease_s: How long they are this person's; then they wait for anybody again.

    Raises:
        LuodiError: as ``Ledger.write``.
    """
    asking = _Asking(name, plain_text(actor, "actor"), count, int(lease_s * 1_000_000))
    taken: list[Review] = ledger.write(_take, [asking]).result()[0]
    return taken


def answer(ledger: Ledger, outcome: Outcome) -> Receipt:
    """Keep what a person saw as an outcome; ``source`` says who that was.

    Returns:
        As ``Ledger.keep_outcomes``: the truth may have come another way before.

    Raises:
        LuodiError: ``ledger.review_unknown``; as ``Ledger.keep_outcomes``.
    """
    receipt: Receipt = ledger.write(_answer, [outcomes.checked(outcome)]).result()[0]
    return receipt


def skip(ledger: Ledger, name: str, actor: str) -> None:
    """Let an answer wait no more, without a truth; one that was answered stays so.

    Args:
        ledger: Where it waits.
        name: The id of the answer.
        actor: Who skips it.

    Raises:
        LuodiError: ``ledger.review_unknown``.
    """
    who = (plain_text(name, "id"), plain_text(actor, "actor"))
    ledger.write(_skip, [who]).result()


def states(ledger: Ledger, name: str) -> dict[str, int]:
    """How many answers of a task are ``waiting``, ``answered``, ``skipped`` and ``expired``."""
    state, count = reviews.c.state, func.count()
    with ledger.reading() as connection:
        asked = select(state, count).where(reviews.c.name == name).group_by(state)
        found = {row[0]: row[1] for row in connection.execute(asked)}
        late = (reviews.c.name == name) & (state == "waiting") & _is_over(now_us())
        over = connection.scalar(select(count).select_from(reviews).where(late)) or 0
    known = dict.fromkeys(("waiting", "answered", "skipped", "expired"), 0) | found
    return known | {"waiting": known["waiting"] - over, "expired": known["expired"] + over}


def next_ones(name: str, now: int, count: int) -> Any:
    """The query for the answers that come next; its order is that of an index."""
    free = or_(reviews.c.taken_until.is_(None), reviews.c.taken_until <= now)
    return (
        select(predictions, reviews.c.urgency, reviews.c.expires_at)
        .join_from(reviews, predictions)
        .where(reviews.c.name == name, reviews.c.state == "waiting", free)
        .order_by(reviews.c.urgency.desc(), reviews.c.id)
        .limit(count)
    )


def _is_over(now: int) -> Any:
    return reviews.c.expires_at <= now


def _take(connection: Connection, askings: Sequence[_Asking]) -> list[list[Review]]:
    hold(connection)
    now = now_us()
    late = (reviews.c.state == "waiting") & _is_over(now)
    connection.execute(update(reviews).where(late).values(state="expired", closed_at=now))
    given = []
    for asking in askings:
        rows = connection.execute(next_ones(asking.name, now, asking.count)).all()
        taken = {"taken_by": asking.actor, "taken_until": now + asking.lease_us}
        mine = reviews.c.id.in_([row.id for row in rows])
        connection.execute(update(reviews).where(mine).values(**taken))
        given.append([_review(row) for row in rows])
    return given


def _review(row: Row[Any]) -> Review:
    return Review(
        row.id,
        row.release,
        row.at,
        row.decision,
        row.probability,
        json.loads(row.record),
        json.loads(row.details),
        row.urgency,
        row.expires_at,
    )


def _answer(connection: Connection, given: Sequence[Outcome]) -> list[Receipt]:
    hold(connection)
    for outcome in given:
        _state(connection, outcome.id)
    receipts = outcomes.keep(connection, given)
    for outcome, receipt in zip(given, receipts, strict=True):
        if receipt.counts and _state(connection, outcome.id) != "answered":
            _close(connection, outcome.id, "answered", outcome.source)
    return receipts


def _skip(connection: Connection, asked: Sequence[tuple[str, str]]) -> list[None]:
    hold(connection)
    for name, actor in asked:
        if _state(connection, name) != "answered":
            _close(connection, name, "skipped", actor)
    return [None for _ in asked]


def _state(connection: Connection, name: str) -> str:
    found: str | None = connection.scalar(select(reviews.c.state).where(reviews.c.id == name))
    if found is None:
        raise LuodiError("ledger.review_unknown", id=name)
    return found


def _close(connection: Connection, name: str, state: str, actor: str) -> None:
    done = {"state": state, "closed_at": now_us(), "closed_by": actor}
    connection.execute(update(reviews).where(reviews.c.id == name).values(**done))
