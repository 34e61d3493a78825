"""What a ledger holds, as frames of polars (and so of Arrow)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import Connection, Double, Select, Text, func, select

from luodi.core.errors import LuodiError, needs
from luodi.store.ledger.schema import (
    alarms,
    alias_history,
    audit,
    outcomes,
    outcomes_corrected,
    outcomes_set_aside,
    predictions,
    releases,
    reviews,
)

if TYPE_CHECKING:
    import polars as pl

What = Literal[
    "predictions", "outcomes", "set aside", "corrected", "reviews", "alarms", "audit", "history"
]
_ROWS, _BYTES = 50_000, 2**26
"""A frame has at most so many rows, and its texts at most about so many bytes."""
_LONG = ("record", "details")
_AHEAD, _AHEAD_LONG = 5_000, 64
"""Rows that are fetched at a time, and with columns whose texts may hold images."""
MOMENTS = ("_at", "_until")


@dataclass(frozen=True, slots=True)
class Cut:
    """Which rows of a part are wanted.

    Attributes:
        name: Only of this task; not for ``audit`` and ``set aside``, which belong to none.
        release: Only of the release with this digest, likewise and not for ``history``.
        since: From this moment on, in microseconds since 1970 in UTC. For outcomes it is the
            moment in which they were received, for those corrected when they were replaced, for
            reviews when they were queued.
        until: Before this moment.
    """

    name: str | None = None
    release: str | None = None
    since: int | None = None
    until: int | None = None


EVERYTHING = Cut()


def batches(
    connection: Connection, what: What, cut: Cut = EVERYTHING, columns: Collection[str] = ()
) -> Iterator[pl.DataFrame]:
    """What the ledger holds, in order of time, in frames; at least one.

    A frame has at most 50,000 rows, and fewer where records are images: memory holds one frame.

    Args:
        connection: A connection that reads.
        what: Which part. Outcomes come with the answer that they belong to; ``set aside`` are
            those that do not count, ``corrected`` those that counted once.
        cut: Which of its rows.
        columns: Which of its columns, for records are long; all when none is named.

    Raises:
        LuodiError: ``ledger.part`` when there is no such part; ``environment.missing_package``.
    """
    try:
        import polars as pl
    except ImportError:
        raise needs("polars", "train") from None
    query = asked(what, cut)
    if columns:
        wanted = (column for column in query.selected_columns if column.name in columns)
        query = query.with_only_columns(*wanted, maintain_column_froms=True)
    schema = {column.name: _kind(column) for column in query.selected_columns}
    long = [place for place, name in enumerate(schema) if name in _LONG]
    ahead = _AHEAD_LONG if long else _AHEAD
    with connection.execute(query.execution_options(yield_per=ahead)) as rows:
        for part in _cut(rows, long):
            yield _dated(pl.DataFrame(part, schema=schema, orient="row"))


def _cut(rows: Iterable[Any], long: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in parts of at most so many rows and bytes of text; the last one may be empty.

    Args:
        rows: The rows.
        long: Places of the texts that are counted.
    """
    part: list[tuple[Any, ...]] = []
    held, first = 0, True
    for row in rows:
        size = sum(len(row[place] or "") for place in long)
        if part and (len(part) >= _ROWS or held + size > _BYTES):
            yield part
            part, held, first = [], 0, False
        part.append(tuple(row))
        held += size
    if part or first:
        yield part


def frame(connection: Connection, what: What, cut: Cut = EVERYTHING) -> pl.DataFrame:
    """All of ``batches`` in one frame."""
    parts = list(batches(connection, what, cut))
    import polars as pl

    return pl.concat(parts)


def count(connection: Connection, what: What, cut: Cut = EVERYTHING) -> int:
    """How many rows a part of the ledger has, without reading them.

    Raises:
        LuodiError: ``ledger.part``.
    """
    query = asked(what, cut).order_by(None)
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def asked(what: What, cut: Cut) -> Select[Any]:
    """The query for a part of the ledger.

    Raises:
        LuodiError: ``ledger.part``.
    """
    if what not in get_args(What):
        known = ", ".join(get_args(What))
        raise LuodiError("ledger.part", seen=ascii(what)[:40], known=known)
    part = _parts()[what]
    query = part.query
    if cut.name is not None and part.name is not None:
        # by the digests and not by the name of a joined row: so an index finds the rows in time
        theirs = select(releases.c.digest).where(releases.c.name == cut.name)
        query = query.where(
            part.name == cut.name if part.release is None else part.release.in_(theirs)
        )
    if cut.release is not None and part.release is not None:
        query = query.where(part.release == cut.release)
    if cut.since is not None:
        query = query.where(part.moment >= cut.since)
    if cut.until is not None:
        query = query.where(part.moment < cut.until)
    return query


@dataclass(frozen=True, slots=True)
class _Part:
    """What is asked for one part, its moment, and the columns with its task and its release."""

    query: Select[Any]
    moment: Any
    name: Any = None
    release: Any = None


def _parts() -> dict[str, _Part]:
    return {
        "predictions": _predictions(),
        "outcomes": _outcomes(),
        "set aside": _Part(
            select(outcomes_set_aside).order_by(outcomes_set_aside.c.number),
            outcomes_set_aside.c.received_at,
        ),
        "corrected": _corrected(),
        "reviews": _reviews(),
        "alarms": _alarms(),
        "audit": _Part(select(audit).order_by(audit.c.number), audit.c.at),
        "history": _Part(
            select(alias_history).order_by(alias_history.c.number),
            alias_history.c.at,
            alias_history.c.name,
        ),
    }


_ANSWER = (
    releases.c.name,
    predictions.c.release,
    predictions.c.decision,
    predictions.c.probability,
    predictions.c.action,
    predictions.c.record,
    predictions.c.details,
    predictions.c.forgotten_at,
)


def _predictions() -> _Part:
    made = predictions.c
    query = select(made.id, made.at, *_ANSWER).join_from(predictions, releases)
    return _Part(query.order_by(made.at, made.id), made.at, releases.c.name, made.release)


def _outcomes() -> _Part:
    came, made = outcomes.c, predictions.c
    truth = (came.id, came.at, came.received_at, came.truth, came.source)
    query = (
        select(*truth, made.at.label("predicted_at"), *_ANSWER)
        .join_from(outcomes, predictions)
        .join(releases)
        .order_by(came.received_at, came.id)
    )
    return _Part(query, came.received_at, releases.c.name, came.release)


def _corrected() -> _Part:
    old = outcomes_corrected
    query = (
        select(old.c.number, releases.c.name, predictions.c.release, *list(old.c)[1:])
        .join_from(old, predictions)
        .join(releases)
        .order_by(old.c.number)
    )
    return _Part(query, old.c.replaced_at, releases.c.name, predictions.c.release)


def _reviews() -> _Part:
    query = (
        select(reviews.c.id, predictions.c.release, *list(reviews.c)[1:])
        .join_from(reviews, predictions)
        .order_by(reviews.c.queued_at, reviews.c.id)
    )
    return _Part(query, reviews.c.queued_at, reviews.c.name, predictions.c.release)


def _alarms() -> _Part:
    rung = alarms.c
    query = select(rung.number, rung.at, releases.c.name, *list(rung)[2:])
    query = query.join_from(alarms, releases).order_by(rung.number)
    return _Part(query, rung.at, releases.c.name, rung.release)


def _kind(column: Any) -> Any:
    import polars as pl

    kinds = {Text: pl.String(), Double: pl.Float64()}
    return kinds.get(type(column.type), pl.Int64())


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    moments = [name for name in frame.columns if name == "at" or name.endswith(MOMENTS)]
    return frame.with_columns(pl.col(moments).cast(pl.Datetime("us", "UTC")))
