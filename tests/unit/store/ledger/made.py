"""What tests of the ledger put into it."""

from __future__ import annotations

from itertools import count

from sqlalchemy import create_engine, text

from luodi.store.ledger.rows import Prediction, Reason, new_id

FIRST, SECOND, OTHER = (f"sha256:{letter * 64}" for letter in "abc")
WHY = Reason("a test", "to see")
NUMBERS = count()


def answer(**settings) -> Prediction:
    """An answer of the first release, but for what is said otherwise."""
    usual = {"id": new_id(), "release": FIRST, "decision": "ok", "record": {"a": 1}}
    return Prediction(**usual | settings)


def made_on(server: str) -> str:
    """The address of a new database on a server of PostgreSQL."""
    name = f"ledger_{next(NUMBERS)}"
    engine = create_engine(
        server.replace("postgresql:", "postgresql+pg8000:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.removesuffix("/postgres") + f"/{name}"
