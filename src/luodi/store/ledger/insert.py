"""Rows that are added and stay: releases, predictions, alarms."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from luodi.core.errors import LuodiError
from luodi.store.ledger import audit
from luodi.store.ledger.rows import (
    TEXT_LENGTH,
    Alarm,
    Prediction,
    Release,
    json_text,
    moment,
    plain_text,
)
from luodi.store.ledger.schema import alarms, predictions, releases, reviews
from luodi.store.ledger.trouble import breaks_a_rule

News = Callable[[Alarm, Sequence[Alarm]], bool]
"""Whether an alarm says what those of its release that are known, oldest first, do not say."""


def add_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows in one statement, which is much faster than one for each.

    A server is given all of them as one parameter, in JSON.
    """
    if not rows:
        return
    names = list(rows[0])  # our own names: nothing from outside stands in the statement
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    if connection.dialect.name == "postgresql":
        taken = f"json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
        statement = text(f"{into} SELECT {', '.join(names)} FROM {taken}")
        connection.execute(statement, {"rows": json.dumps(rows, allow_nan=False)})
    else:
        values = ", ".join(f":{name}" for name in names)
        raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        raw.executemany(f"{into} VALUES ({values})", rows)


def add_releases(connection: Connection, added: Sequence[Release]) -> list[bool]:
    """Add releases; one that is known already stays as it is.

    Returns:
        For each, whether it is new.
    """
    new = []
    for release in added:
        known = select(releases.c.digest).where(releases.c.digest == release.digest)
        new.append(connection.execute(known).first() is None)
        if new[-1]:
            row = {
                "digest": plain_text(release.digest, "digest"),
                "name": plain_text(release.name, "name"),
                "blob": plain_text(release.blob, "blob"),
                "added_at": release.added_at,
                "about": json_text(release.about, "about"),
            }
            connection.execute(insert(releases).values(**row))
            details = {"name": release.name, "blob": release.blob}
            audit.append(connection, [audit.Event("luodi", "add", release.digest, details)])
    return new


def known_releases(connection: Connection, name: str | None) -> list[Release]:
    """The releases of one task or of all, oldest first."""
    asked = select(releases).order_by(releases.c.added_at, releases.c.digest)
    if name is not None:
        asked = asked.where(releases.c.name == name)
    return [
        Release(row.digest, row.name, row.blob, json.loads(row.about), row.added_at)
        for row in connection.execute(asked)
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """The row of an answer, and the one in the review queue if it is to wait there."""

    row: dict[str, Any]
    review: dict[str, Any] | None = None


def prepared(prediction: Prediction) -> Answer:
    """What is to be written of an answer.

    Raises:
        LuodiError: ``ledger.text``, ``ledger.long``, ``ledger.moment`` for what a database cannot
            hold.
    """
    row = _prediction_row(prediction)
    if prediction.action != "review":
        return Answer(row)
    if not math.isfinite(prediction.urgency):
        raise LuodiError("ledger.text", field="urgency")
    expires_at = prediction.expires_at
    review = {
        "id": prediction.id,
        "state": "waiting",
        "urgency": prediction.urgency,
        "queued_at": prediction.at,
        "expires_at": None if expires_at is None else moment(expires_at, prediction.id),
    }
    return Answer(row, review)


def _prediction_row(prediction: Prediction) -> dict[str, Any]:
    probability = prediction.probability
    if probability is not None and not math.isfinite(probability):
        raise LuodiError("ledger.text", field="probability")
    return {
        "id": plain_text(prediction.id, "id"),
        "release": plain_text(prediction.release, "release"),
        "at": moment(prediction.at, prediction.id),
        "decision": plain_text(prediction.decision, "decision", TEXT_LENGTH),
        "probability": probability,
        "action": plain_text(prediction.action, "action"),
        "record": json_text(prediction.record, "record"),
        "details": json_text(prediction.details, "details"),
    }


def add_predictions(connection: Connection, answers: Sequence[Answer]) -> list[None]:
    """Add answers, and those for a person to the review queue.

    Raises:
        LuodiError: ``ledger.prediction`` when a name is taken or a release unknown.
    """
    try:
        add_rows(connection, predictions, [answer.row for answer in answers])
    except (DBAPIError, sqlite3.Error) as error:
        if breaks_a_rule(error):
            raise LuodiError("ledger.prediction") from None
        raise
    waiting = [answer for answer in answers if answer.review]
    if waiting:
        wanted = {answer.row["release"] for answer in waiting}
        asked = select(releases.c.digest, releases.c.name).where(releases.c.digest.in_(wanted))
        names = {row.digest: row.name for row in connection.execute(asked)}
        queued = [{**(one.review or {}), "name": names[one.row["release"]]} for one in waiting]
        add_rows(connection, reviews, queued)
    return [None for _ in answers]


def add_alarms(
    connection: Connection, raised: Sequence[Alarm], *, news: News | None = None
) -> list[bool]:
    """Add alarms.

    Args:
        connection: A connection in a transaction that writes.
        raised: The alarms.
        news: Which of them to add; None for all. Others who watch the same wait meanwhile.

    Returns:
        For each, whether it was added.

    Raises:
        LuodiError: ``ledger.release_unknown``.
    """
    about = {alarm.release for alarm in raised}
    found = connection.scalars(select(releases.c.digest).where(releases.c.digest.in_(about)))
    if missing := about - set(found):
        raise LuodiError("ledger.release_unknown", digest=min(missing))
    if news is None:
        connection.execute(insert(alarms), [_alarm_row(alarm) for alarm in raised])
        return [True for _ in raised]
    audit.hold(connection)  # nobody else raises between our look and our change
    added = []
    for alarm in raised:
        added.append(news(alarm, _known_alarms(connection, alarm.release)))
        if added[-1]:
            connection.execute(insert(alarms).values(**_alarm_row(alarm)))
    return added


def _alarm_row(alarm: Alarm) -> dict[str, Any]:
    return {
        "at": moment(alarm.at, alarm.code),
        "release": alarm.release,
        "code": plain_text(alarm.code, "code"),
        "severity": plain_text(alarm.severity, "severity"),
        "evidence": json_text(alarm.evidence, "evidence"),
    }


def _known_alarms(connection: Connection, release: str) -> list[Alarm]:
    """The alarms of a release, oldest first."""
    asked = select(alarms).where(alarms.c.release == release)
    return [
        Alarm(row.release, row.code, row.severity, json.loads(row.evidence), row.at)
        for row in connection.execute(asked.order_by(alarms.c.at, alarms.c.number))
    ]
