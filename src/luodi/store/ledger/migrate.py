"""Bring a database to the newest tables."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from luodi.core.errors import LuodiError
from luodi.store.ledger.audit import hold
from luodi.store.ledger.database import Database
from luodi.store.ledger.schema import VERSION

SCRIPTS = Path(__file__).parent / "migrations"


def version(connection: Connection) -> str | None:
    """Which version the tables have; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def to_newest(database: Database) -> None:
    """Bring the tables to the newest version in one transaction; those that have it stay.

    Raises:
        LuodiError: ``ledger.version`` when a newer luodi made them; ``ledger.encoding`` when the
            server cannot hold every text.
    """
    with database.transaction() as connection:
        hold(connection)
        if version(connection) != VERSION:
            _check_encoding(connection)
            upgrade(connection)


def _check_encoding(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise LuodiError("ledger.encoding", seen=encoding)


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest version, in the transaction of this connection.

    Raises:
        LuodiError: ``ledger.version`` when a newer luodi made them.
    """
    # alembic is only loaded where there is something to change: serving starts without it
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise LuodiError(
            "ledger.version", seen=str(version(connection))[:20], known=VERSION
        ) from None
