"""A server that is slow, strange or set up carelessly neither hangs a ledger nor weakens it."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from sqlalchemy import create_engine, make_url, text

from luodi.core.errors import LuodiError
from luodi.store.ledger import forget, reviews
from luodi.store.ledger import server as ours
from luodi.store.ledger.address import database
from luodi.store.ledger.audit import Event
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome, Release
from postgresql import made_on
from unit.store.ledger.made import FIRST, WHY, answer

pytest.importorskip("pg8000")
NOWHERE = "postgresql://me@127.0.0.1:1/plant"


def code_of(work) -> str:
    with pytest.raises(LuodiError) as caught:
        work()
    return caught.value.code


def told(address: str, *statements: str) -> None:
    """Run statements as the one who looks after the server."""
    engine = create_engine(
        make_url(address).set(drivername="postgresql+pg8000"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(ours, "CONNECT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        port = silent.getsockname()[1]
        assert code_of(lambda: Ledger(f"postgresql://me@127.0.0.1:{port}/x")) == (
            "ledger.unreachable"
        )
        assert time.monotonic() - started < 5


def test_a_server_that_stops_answering_is_given_up(server, monkeypatch):
    monkeypatch.setattr(ours, "ANSWER_S", 0.5)
    with Ledger(made_on(server)) as ledger:
        started = time.monotonic()

        def sleep():
            with ledger.reading() as connection:
                connection.execute(text("SELECT pg_sleep(20)"))

        assert code_of(sleep) == "ledger.unreachable"
        assert time.monotonic() - started < 10
        assert ledger.releases() == []  # and no late answer is taken for this one


def test_connections_that_the_server_has_ended_are_made_anew_without_a_word(server, caplog):
    address = made_on(server)
    with Ledger(address) as ledger:
        for number in (1, 2):
            assert ledger.note(Event("me", "look", "x", {})).number == number
            assert ledger.releases() == []
            told(
                address,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
    assert caplog.records == []


def test_a_lock_that_another_one_keeps_is_given_up_and_harms_nothing(server, monkeypatch):
    monkeypatch.setattr(ours, "LOCK_S", 1)
    with Ledger(made_on(server)) as ledger:
        engine = ledger._database.reading
        with engine.connect() as other:
            other.execute(text("SELECT pg_advisory_lock(:key)"), {"key": 0x6C756F6469})
            event = Event("me", "look", "x", {})
            assert code_of(lambda: ledger.note(event)) == "ledger.unreachable"
            other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": 0x6C756F6469})
        assert ledger.note(event).number == 1


def test_a_server_that_acknowledges_before_it_syncs_is_told_to_sync(server):
    address = made_on(server)
    name = make_url(address).database
    told(server, f"ALTER DATABASE {name} SET synchronous_commit = off")
    opened = database(address)
    ask = text("SHOW synchronous_commit")
    with opened.transaction() as connection:
        assert connection.scalar(ask) == "on"
    with opened.transaction(synced=False) as connection:
        assert connection.scalar(ask) == "off"
    with opened.transaction() as connection:
        assert connection.scalar(ask) == "on"
    opened.close()
    told(server, f"ALTER DATABASE {name} SET synchronous_commit = remote_apply")
    opened = database(address)
    with opened.transaction() as connection:
        assert connection.scalar(ask) == "remote_apply"  # who wants more gets it
    opened.close()


def test_a_database_that_cannot_hold_every_text_is_refused(server):
    encoding = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    told(server, f"CREATE DATABASE western {encoding}")
    address = server.removesuffix("/postgres") + "/western"
    assert code_of(lambda: Ledger(address)) == "ledger.encoding"


def test_a_password_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "from outside")
    assert database(NOWHERE).writing.url.password == "from outside"
    inside = database(NOWHERE.replace("me@", "me:inside@"))
    assert inside.writing.url.password == "inside"


def test_an_error_never_shows_a_row(server):
    with Ledger(made_on(server)) as ledger, pytest.raises(LuodiError) as caught:
        ledger.keep_predictions([answer(record={"name": "Li Wei"})]).result()
    assert caught.value.code == "ledger.prediction" and "Li Wei" not in str(caught.value)
    assert "Li Wei" not in "".join(map(str, caught.value.args))


def test_two_who_write_and_forget_together_do_not_lock_each_other_out(server):
    address = made_on(server)
    with Ledger(address) as first, Ledger(address) as second:
        first.add_release(Release(FIRST, "press", blob=FIRST))
        wrong: list[Exception] = []

        def work(ledger):
            try:
                for _ in range(15):
                    made = [answer(action="review") for _ in range(20)]
                    ledger.keep_predictions(made).result()
                    ledger.keep_outcomes([Outcome(one.id, "ok") for one in made[:9]]).result()
                    reviews.take(ledger, "press", "me", count=5)
                    forget.before(ledger, 1 << 51, WHY)
            except LuodiError as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(one,)) for one in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == [] and len(first.frame("predictions")) == 600
        first.verify_audit()
