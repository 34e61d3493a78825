"""What a ledger holds, as frames of polars (and so of Arrow)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import Connection, Select, Text, select

from luodi.core.errors import LuodiError
from luodi.store.ledger.schema import (
    Number,
    alarms,
    alias_history,
    audit,
    outcomes,
    outcomes_set_aside,
    predictions,
    releases,
)

if TYPE_CHECKING:
    import polars as pl

What = Literal["predictions", "outcomes", "set aside", "alarms", "audit", "history"]
_ROWS = 50_000
_MOMENTS = ("at", "received_at", "predicted_at")


def batches(
    connection: Connection,
    what: What,
    *,
    name: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Iterator[pl.DataFrame]:
    """What the ledger holds, in order of time, in frames of at most 50,000 rows; at least one.

    Args:
        connection: A connection that reads.
        what: Which part. Outcomes come with the answer that they belong to.
        name: Only of this task; not for ``audit`` and ``set aside``, which belong to none.
        since: From this moment on, in microseconds since 1970 in UTC. For outcomes it is the
            moment in which they were received.
        until: Before this moment.

    Raises:
        LuodiError: ``ledger.part`` when there is no such part.
    """
    import polars as pl

    asked, schema = _asked(what, name, since, until)
    rows = connection.execute(asked.execution_options(yield_per=_ROWS))
    empty = True
    for part in rows.partitions():
        empty = False
        yield _dated(pl.DataFrame([tuple(row) for row in part], schema=schema, orient="row"))
    if empty:
        yield _dated(pl.DataFrame(schema=schema))


def frame(
    connection: Connection,
    what: What,
    *,
    name: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> pl.DataFrame:
    """All of ``batches`` in one frame."""
    import polars as pl

    return pl.concat(list(batches(connection, what, name=name, since=since, until=until)))


def _asked(
    what: What, name: str | None, since: int | None, until: int | None
) -> tuple[Select[Any], dict[str, Any]]:
    import polars as pl

    if what not in get_args(What):
        raise LuodiError("ledger.part", seen=what, known=", ".join(get_args(What)))
    query, moment, owner = _parts()[what]
    if name is not None and owner is not None:
        query = query.where(owner == name)
    if since is not None:
        query = query.where(moment >= since)
    if until is not None:
        query = query.where(moment < until)
    types = {Text: pl.String(), type(Number): pl.Int64()}
    schema = {
        column.name: types.get(type(column.type), pl.Int64())
        if column.name != "probability"
        else pl.Float64()
        for column in query.selected_columns
    }
    return query, schema


def _parts() -> dict[str, tuple[Select[Any], Any, Any]]:
    """For each part: what is asked, its moment, and the column with the task's name."""
    made, came, rung = predictions.c, outcomes.c, alarms.c
    answers = (releases.c.name, made.release, made.decision, made.probability, made.action)
    asked = (made.record, made.details)
    return {
        "predictions": (
            select(made.id, made.at, *answers, *asked)
            .join_from(predictions, releases)
            .order_by(made.at, made.id),
            made.at,
            releases.c.name,
        ),
        "outcomes": (
            select(
                came.id,
                came.at,
                came.received_at,
                came.truth,
                came.source,
                made.at.label("predicted_at"),
                *answers,
                *asked,
            )
            .join_from(outcomes, predictions)
            .join(releases)
            .order_by(came.received_at, came.id),
            came.received_at,
            releases.c.name,
        ),
        "set aside": (
            select(outcomes_set_aside).order_by(outcomes_set_aside.c.number),
            outcomes_set_aside.c.received_at,
            None,
        ),
        "alarms": (
            select(rung.number, rung.at, releases.c.name, *list(rung)[2:])
            .join_from(alarms, releases)
            .order_by(rung.number),
            rung.at,
            releases.c.name,
        ),
        "audit": (select(audit).order_by(audit.c.number), audit.c.at, None),
        "history": (
            select(alias_history).order_by(alias_history.c.number),
            alias_history.c.at,
            alias_history.c.name,
        ),
    }


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    moments = [name for name in _MOMENTS if name in frame.columns]
    return frame.with_columns(pl.col(moments).cast(pl.Datetime("us", "UTC")))
