"""The review queue: answers that wait for a person, the most urgent first.

An answer enters it when it is kept with the action ``review``. It leaves when somebody answers or
skips it, when its truth comes another way, when its time is over, or when it is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, or_, select, update

from luodi.core.errors import LuodiError
from luodi.store.ledger import outcomes
from luodi.store.ledger.audit import hold
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome, Receipt, Review, plain_text
from luodi.store.ledger.schema import predictions, reviews

if TYPE_CHECKING:
    from luodi.store.ledger.ledger import Ledger

LEASE_S = 900.0


@dataclass(frozen=True, slots=True)
class _Asking:
    name: str
    actor: str
    count: int
    lease_us: int


def taking(
    ledger: Ledger, name: str, actor: str, count: int = 1, lease_s: float = LEASE_S
) -> Future[list[Any]]:
    """``take`` without waiting: the future's one item is the list of ``Review``.

    Raises:
        LuodiError: ``ledger.text``, ``ledger.long``; as ``Ledger.write``.
    """
    asking = _Asking(name, plain_text(actor, "actor"), count, int(lease_s * 1_000_000))
    return ledger.write(_take, [asking])


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
        LuodiError: as ``taking``.
    """
    taken: list[Review] = taking(ledger, name, actor, count, lease_s).result()[0]
    return taken


def give_back(ledger: Ledger, taken: Sequence[Review]) -> None:
    """Let answers wait for anybody again before their lease is over.

    Those that were answered or skipped meanwhile, or are somebody else's by now, stay as they are.

    Raises:
        LuodiError: as ``Ledger.write``.
    """
    if taken:
        ledger.write(_give_back, taken).result()


def answering(ledger: Ledger, outcome: Outcome) -> Future[list[Any]]:
    """``answer`` without waiting: the future's one item is the ``Receipt``.

    Raises:
        LuodiError: as ``Ledger.keep_outcomes``; the future raises ``ledger.review_unknown``.
    """
    return ledger.write(_answer, [outcomes.checked(outcome)])


def answer(ledger: Ledger, outcome: Outcome) -> Receipt:
    """Keep what a person saw as an outcome; ``source`` says who that was.

    Returns:
        As ``Ledger.keep_outcomes``: the truth may have come another way before.

    Raises:
        LuodiError: ``ledger.review_unknown``; as ``Ledger.keep_outcomes``.
    """
    receipt: Receipt = answering(ledger, outcome).result()[0]
    return receipt


def skipping(ledger: Ledger, name: str, actor: str) -> Future[list[Any]]:
    """``skip`` without waiting: the future's one item says whether it is skipped now.

    Raises:
        LuodiError: ``ledger.text``, ``ledger.long``; as ``Ledger.write``; the future raises
            ``ledger.review_unknown``.
    """
    return ledger.write(_skip, [(plain_text(name, "id"), plain_text(actor, "actor"))])


def skip(ledger: Ledger, name: str, actor: str) -> bool:
    """Let an answer wait no more, without a truth.

    Args:
        ledger: Where it waits.
        name: The id of the answer.
        actor: Who skips it.

    Returns:
        Whether it is skipped now; one that was answered stays so.

    Raises:
        LuodiError: ``ledger.review_unknown``.
    """
    skipped: bool = skipping(ledger, name, actor).result()[0]
    return skipped


def waiting(ledger: Ledger) -> dict[str, int]:
    """How many answers wait, by task; most first, and a task of which none waits is left out."""
    open_ = or_(reviews.c.expires_at.is_(None), reviews.c.expires_at > now_us())
    count = func.count()
    asked = (
        select(reviews.c.name, count)
        .where(reviews.c.state == "waiting", open_)
        .group_by(reviews.c.name)
        .order_by(count.desc(), reviews.c.name)
    )
    with ledger.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(asked)}


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
        until = now + asking.lease_us
        mine = reviews.c.id.in_([row.id for row in rows])
        taken = {"taken_by": asking.actor, "taken_until": until}
        connection.execute(update(reviews).where(mine).values(**taken))
        given.append([_review(row, until) for row in rows])
    return given


def _give_back(connection: Connection, given: Sequence[Review]) -> list[None]:
    hold(connection)
    free = {"taken_by": None, "taken_until": None}
    for one in given:
        # the end of a lease is its name: whoever took it later has another one
        mine = (reviews.c.id == one.id) & (reviews.c.taken_until == one.taken_until)
        still = mine & (reviews.c.state == "waiting")
        connection.execute(update(reviews).where(still).values(**free))
    return [None for _ in given]


def _review(row: Row[Any], taken_until: int) -> Review:
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
        taken_until,
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


def _skip(connection: Connection, asked: Sequence[tuple[str, str]]) -> list[bool]:
    hold(connection)
    skipped = []
    for name, actor in asked:
        skipped.append(_state(connection, name) != "answered")
        if skipped[-1]:
            _close(connection, name, "skipped", actor)
    return skipped


def _state(connection: Connection, name: str) -> str:
    found: str | None = connection.scalar(select(reviews.c.state).where(reviews.c.id == name))
    if found is None:
        raise LuodiError("ledger.review_unknown", id=name)
    return found


def _close(connection: Connection, name: str, state: str, actor: str) -> None:
    done = {"state": state, "closed_at": now_us(), "closed_by": actor}
    connection.execute(update(reviews).where(reviews.c.id == name).values(**done))
