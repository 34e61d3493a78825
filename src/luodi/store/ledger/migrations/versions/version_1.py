"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _releases()
    _predictions()
    _outcomes()
    _reviews()
    _records()


def _releases() -> None:
    op.create_table(
        "releases",
        sa.Column("digest", sa.Text, primary_key=True),
        _text("name"),
        _text("blob"),
        _moment("added_at"),
        _text("about"),
    )
    op.create_table(
        "aliases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("alias", sa.Text, primary_key=True),
        _release("release"),
        _moment("since"),
    )
    op.create_table(
        "alias_history",
        _number(),
        _moment("at"),
        _text("name"),
        _text("alias"),
        _release("before", null=True),
        _release("after", null=True),
        _text("actor"),
        _text("reason"),
    )


def _predictions() -> None:
    op.create_table(
        "predictions",
        sa.Column("id", sa.Text, primary_key=True),
        _release("release"),
        _moment("at"),
        _text("decision"),
        sa.Column("probability", sa.Double, nullable=True),
        _text("action"),
        _text("record"),
        _text("details"),
        _moment("forgotten_at", null=True),
    )
    op.create_index("ix_predictions_at", "predictions", ["at"])
    op.create_index("ix_predictions_release_predictions_at", "predictions", ["release", "at"])


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        _prediction(key=True),
        _release("release"),
        _text("truth"),
        _moment("at"),
        _moment("received_at"),
        _text("source"),
    )
    op.create_index("ix_outcomes_received_at", "outcomes", ["received_at"])
    window = ["release", "received_at"]
    op.create_index("ix_outcomes_release_outcomes_received_at", "outcomes", window)
    op.create_table(
        "outcomes_set_aside",
        _number(),
        _text("id"),
        _text("truth"),
        _moment("at"),
        _moment("received_at"),
        _text("source"),
        _text("code"),
    )
    op.create_index("ix_outcomes_set_aside_id", "outcomes_set_aside", ["id"])
    op.create_table(
        "outcomes_corrected",
        _number(),
        _prediction(key=False),
        _text("truth"),
        _moment("at"),
        _moment("received_at"),
        _text("source"),
        _moment("replaced_at"),
        _text("actor"),
        _text("reason"),
    )
    op.create_index("ix_outcomes_corrected_id", "outcomes_corrected", ["id"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        _prediction(key=True),
        _text("name"),
        _text("state"),
        sa.Column("urgency", sa.Double, nullable=False),
        _moment("queued_at"),
        _moment("expires_at", null=True),
        _text("taken_by", null=True),
        _moment("taken_until", null=True),
        _text("closed_by", null=True),
        _moment("closed_at", null=True),
    )
    order: list[str | sa.TextClause] = ["name", "state", sa.text("urgency DESC"), "id"]
    op.create_index("ix_reviews_next", "reviews", order)
    op.create_index("ix_reviews_state_reviews_expires_at", "reviews", ["state", "expires_at"])


def _records() -> None:
    op.create_table(
        "alarms",
        _number(),
        _moment("at"),
        _release("release"),
        _text("code"),
        _text("severity"),
        _text("evidence"),
    )
    op.create_index("ix_alarms_at", "alarms", ["at"])
    op.create_table(
        "tokens",
        sa.Column("digest", sa.Text, primary_key=True),
        _text("role"),
        _text("label"),
        _moment("created_at"),
        _moment("revoked_at", null=True),
    )
    _audit()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        _moment("at"),
        _text("actor"),
        _text("action"),
        _text("subject"),
        _text("details"),
        _text("previous"),
        _text("hash"),
    )
    audited = sa.ForeignKey("audit.number")
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger, audited, primary_key=True, autoincrement=False),
        _moment("at"),
        _text("hash"),
        _text("signature"),
        _text("public_key"),
    )


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("number", kind, primary_key=True)


def _prediction(*, key: bool) -> sa.Column[str]:
    """The id of an answer, which is the key of a table or not."""
    named = sa.ForeignKey("predictions.id")
    return sa.Column("id", sa.Text, named, primary_key=key, nullable=False)


def _release(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, sa.ForeignKey("releases.digest"), nullable=null)
