"""A ledger opens with the newest tables, set up to be durable, or says why it cannot."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from luodi.core.errors import LuodiError
from luodi.store.ledger import migrate
from luodi.store.ledger.address import database
from luodi.store.ledger.audit import Event
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Release
from luodi.store.ledger.schema import VERSION, metadata
from unit.store.ledger.made import FIRST


def test_the_versions_lead_to_the_tables_that_the_code_knows(address):
    Ledger(address).close()
    opened = database(address)
    with opened.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert migrate.version(connection) == VERSION
    opened.close()


def test_the_code_knows_the_newest_version():
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_tables_of_a_newer_luodi_are_refused_and_left_alone(ledger, tamper, prepared):
    tamper("UPDATE alembic_version SET version_num = '999'")
    with pytest.raises(LuodiError) as caught:
        Ledger(prepared)
    assert (caught.value.code, caught.value.facts["seen"]) == ("ledger.version", "999")
    assert len(ledger.releases()) == 3
    tamper(f"UPDATE alembic_version SET version_num = '{VERSION}'")


def test_anupgrade_that_stops_half_way_leaves_nothing(address, monkeypatch):
    upgrade = migrate.upgrade

    def stopped(connection):
        upgrade(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrate, "upgrade", stopped)
    with pytest.raises(KeyboardInterrupt):
        Ledger(address)
    opened = database(address)
    with opened.reading.connect() as connection:
        assert inspect(connection).get_table_names() == []
    opened.close()
    monkeypatch.undo()
    Ledger(address).close()


def test_several_that_open_a_new_ledger_together_agree(address):
    opened = []
    threads = [threading.Thread(target=lambda: opened.append(Ledger(address))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.releases() for one in opened] == [[], []]
    for one in opened:
        one.close()


def test_two_ledgers_on_one_database_write_one_chain(ledger, prepared):
    before = ledger.verify_audit().number
    with Ledger(prepared) as second:
        both = (ledger, second)

        def note(one):
            for i in range(20):
                one.note(Event("me", "look", str(i), {}))

        threads = [threading.Thread(target=note, args=(one,)) for one in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert second.verify_audit() == ledger.verify_audit()
        assert ledger.verify_audit().number == before + 40


def test_readers_cannot_write(ledger):
    with pytest.raises(LuodiError), ledger.reading() as connection:
        connection.execute(text("DELETE FROM releases"))
    assert len(ledger.releases()) == 3


def test_what_was_written_is_there_after_opening_again(prepared):
    with Ledger(prepared) as ledger:
        ledger.add_release(Release(FIRST, "press", blob=FIRST))
    with Ledger(prepared) as ledger:
        assert [one.digest for one in ledger.releases()] == [FIRST]


SETTINGS = {
    "journal_mode": "wal",
    "busy_timeout": 10_000,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "mmap_size": 0,
}


def test_sqlite_is_durable_private_and_does_not_trust_its_file(tmp_path):
    file = tmp_path / "ledger.sqlite"
    opened = database(f"sqlite:///{file}")
    with opened.transaction() as connection:
        ask = {name: f"PRAGMA {name}" for name in (*SETTINGS, "synchronous", "secure_delete")}
        seen = {name: connection.exec_driver_sql(sql).scalar() for name, sql in ask.items()}
    assert seen == SETTINGS | {"synchronous": 2, "secure_delete": 1}
    with opened.transaction(synced=False) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    with opened.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with opened.reading.connect() as connection:
        seen = {name: connection.exec_driver_sql(ask[name]).scalar() for name in SETTINGS}
        assert seen == SETTINGS
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql("CREATE TABLE x (y)")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}
    opened.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://me:secret@host/x",
        "postgresql+psycopg2://me:secret@host/x",
        "postgresql://me:secret@host/x?sslmode=allow",
        "postgresql://me@host:secret/x",
        "postgresql://me:a/secret@host:secret/x",
        "postgresql://[::secret/x",
        "sqlite:///secret\0",
        "postgresql://me:secret@host/x?options=secret",
    ],
)
def test_an_address_that_is_not_understood_is_refused_without_telling_it(address):
    with pytest.raises(LuodiError) as caught:
        Ledger(address)
    assert caught.value.code == "ledger.address" and "secret" not in caught.value.text()


def test_a_server_that_is_not_there_is_told_without_its_password():
    pytest.importorskip("pg8000")
    with pytest.raises(LuodiError) as caught:
        Ledger("postgresql://me:secret@127.0.0.1:1/plant")
    assert caught.value.code == "ledger.unreachable" and "secret" not in str(caught.value)


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_a_way_that_cannot_be_encrypted_is_not_taken_when_it_must_be(server, mode):
    with pytest.raises(LuodiError) as caught:
        Ledger(f"{server}?sslmode={mode}")
    assert caught.value.code == "ledger.unreachable"


def test_a_database_that_is_not_there_is_told(server):
    with pytest.raises(LuodiError) as caught:
        Ledger(server.replace("/postgres", "/nowhere"))
    assert caught.value.code == "ledger.unreachable"


def test_a_closed_ledger_is_one_file(tmp_path):
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        assert ledger.releases() == []
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.sqlite", "ledger.sqlite.lock"}


def test_a_missing_driver_names_the_pip_command(monkeypatch):
    monkeypatch.setattr("luodi.store.ledger.server.find_spec", lambda name: None)
    with pytest.raises(LuodiError) as caught:
        Ledger("postgresql://me@127.0.0.1:1/plant")
    assert "luodi[postgresql]" in caught.value.text()


@pytest.mark.parametrize("package", ["polars", "cryptography"])
def test_what_needs_another_library_names_the_pip_command(tmp_path, monkeypatch, package):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.note(Event("me", "look", "x", {}))
        ledger.sign_audit()
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)
        work = {"polars": lambda: ledger.frame("audit"), "cryptography": ledger.verify_audit}
        with pytest.raises(LuodiError) as caught:
            work[package]()
        assert caught.value.code == "environment.missing_package"


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(LuodiError) as caught:
        Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    assert caught.value.code == "ledger.dead"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LuodiError) as caught:
        Ledger(f"sqlite:///{tmp_path}/no/ledger.sqlite")
    assert caught.value.code == "environment.disk"


def test_opening_a_ledger_that_is_up_to_date_loads_no_migration_library(tmp_path):
    address = f"sqlite:///{tmp_path}/ledger.sqlite"
    Ledger(address).close()
    program = (
        "import sys; from luodi.store.ledger.ledger import Ledger; Ledger(sys.argv[1]).close();"
        "print(sorted({'alembic', 'polars', 'cryptography'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, address]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_password_is_hidden_where_an_engine_is_shown():
    pytest.importorskip("pg8000")
    opened = database("postgresql://me:secret@127.0.0.1:1/plant")
    assert "secret" not in repr(opened)
