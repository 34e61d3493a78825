"""Every test of this folder that asks for a ledger runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Release
from luodi.store.ledger.schema import metadata
from postgresql import made_on
from unit.store.ledger.made import FIRST, OTHER, SECOND, answer


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path) -> str:
    """An empty database, without any tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    return made_on(request.getfixturevalue("server"))


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    Ledger(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgresql_with_tables(server) -> str:
    address = made_on(server)
    Ledger(address).close()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared(request, tmp_path) -> str:
    """A database with all tables and no rows; making the tables each time would take long."""
    if request.param == "sqlite":
        path = tmp_path / "ledger.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_with_tables"), path)
        return f"sqlite:///{path}"
    address = request.getfixturevalue("postgresql_with_tables")
    engine = create_engine(address.replace("postgresql:", "postgresql+pg8000:"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS kept, signed"))
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
    engine.dispose()
    return address


@pytest.fixture
def ledger(prepared) -> Iterator[Ledger]:
    with Ledger(prepared) as opened:
        for digest, name in ((FIRST, "press"), (SECOND, "press"), (OTHER, "oven")):
            opened.add_release(Release(digest, name, blob=digest[::-1], about={"size": 1}))
        yield opened


@pytest.fixture
def asked(ledger) -> Callable[..., str]:
    """Keeps one more answer and gives its name."""

    def ask(**settings) -> str:
        made = answer(**settings)
        ledger.keep_predictions([made]).result()
        return made.id

    return ask


@pytest.fixture
def tamper(ledger) -> Callable[..., None]:
    """Runs a statement as somebody would who has the file or the password."""

    def run(*statements: str) -> None:
        with ledger._database.writing.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    return run
