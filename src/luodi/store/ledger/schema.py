"""The tables of a ledger, the same on SQLite and PostgreSQL.

Moments are whole microseconds since 1970 in UTC. JSON is canonical text, so that both databases
give back what was put, byte for byte.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, Table, Text

VERSION = "1"
"""The newest revision in ``migrations/versions``; a test holds the two together."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(column_0_N_label)s",
    }
)
# SQLite numbers rows by itself only in a column that it calls INTEGER; it holds 64 bits there.
Number = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _moment(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _number() -> Column[int]:
    return Column("number", Number, primary_key=True)


def _release(name: str = "release", *, null: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey("releases.digest"), nullable=null)


releases = Table(
    "releases",
    metadata,
    Column("digest", Text, primary_key=True),
    _text("name"),
    _text("blob"),
    _moment("added_at"),
    _text("about"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("alias", Text, primary_key=True),
    _release(),
    _moment("since"),
)

alias_history = Table(
    "alias_history",
    metadata,
    _number(),
    _moment("at"),
    _text("name"),
    _text("alias"),
    _release("before", null=True),
    _release("after", null=True),
    _text("actor"),
    _text("reason"),
)

predictions = Table(
    "predictions",
    metadata,
    Column("id", Text, primary_key=True),
    _release(),
    _moment("at"),
    _text("decision"),
    Column("probability", Double, nullable=True),
    _text("action"),
    _text("record"),
    _text("details"),
    _moment("forgotten_at", null=True),
)
Index(None, predictions.c.at)
Index(None, predictions.c.release, predictions.c.at)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Text, ForeignKey("predictions.id"), primary_key=True),
    # that of the answer: without it here, a window of one release would be looked for among all
    # answers that it ever gave
    _release(),
    _text("truth"),
    _moment("at"),
    _moment("received_at"),
    _text("source"),
)
Index(None, outcomes.c.received_at)
Index(None, outcomes.c.release, outcomes.c.received_at)

outcomes_set_aside = Table(
    "outcomes_set_aside",
    metadata,
    _number(),
    _text("id"),
    _text("truth"),
    _moment("at"),
    _moment("received_at"),
    _text("source"),
    _text("code"),
)
Index(None, outcomes_set_aside.c.id)

outcomes_corrected = Table(
    "outcomes_corrected",
    metadata,
    _number(),
    Column("id", Text, ForeignKey("predictions.id"), nullable=False),
    _text("truth"),
    _moment("at"),
    _moment("received_at"),
    _text("source"),
    _moment("replaced_at"),
    _text("actor"),
    _text("reason"),
)
Index(None, outcomes_corrected.c.id)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Text, ForeignKey("predictions.id"), primary_key=True),
    _text("name"),
    _text("state"),
    Column("urgency", Double, nullable=False),
    _moment("queued_at"),
    _moment("expires_at", null=True),
    _text("taken_by", null=True),
    _moment("taken_until", null=True),
    _text("closed_by", null=True),
    _moment("closed_at", null=True),
)
# in the order in which the next ones are asked for
Index("ix_reviews_next", reviews.c.name, reviews.c.state, reviews.c.urgency.desc(), reviews.c.id)
Index(None, reviews.c.state, reviews.c.expires_at)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    _text("role"),
    _text("label"),
    _moment("created_at"),
    _moment("revoked_at", null=True),
)

alarms = Table(
    "alarms",
    metadata,
    _number(),
    _moment("at"),
    _release(),
    _text("code"),
    _text("severity"),
    _text("evidence"),
)
Index(None, alarms.c.at)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("details"),
    _text("previous"),
    _text("hash"),
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("number", BigInteger, ForeignKey("audit.number"), primary_key=True, autoincrement=False),
    _moment("at"),
    _text("hash"),
    _text("signature"),
    _text("public_key"),
)
