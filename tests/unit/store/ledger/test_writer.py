"""Rows that wait together are committed together; nothing is acknowledged before, nothing lost."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from luodi.core.errors import LuodiError
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome, Release
from luodi.store.ledger.writer import Writer
from postgresql import made_on
from unit.store.ledger.made import FIRST, answer, at_commit


@pytest.fixture
def commits(ledger) -> list[None]:
    """Grows by one with each commit."""
    seen: list[None] = []
    at_commit(ledger, lambda: seen.append(None))
    return seen


@pytest.fixture
def gate(ledger):
    """Holds the writer until it is opened, so that rows must wait together."""
    opened, reached = threading.Event(), threading.Event()

    def wait(connection, items):
        reached.set()
        assert opened.wait(10)
        return list(items)

    ledger._writer.submit(wait, [None])
    assert reached.wait(10)
    yield opened
    opened.set()


def test_rows_that_wait_together_are_committed_together(ledger, commits, gate):
    futures = [ledger.keep_predictions([answer()]) for _ in range(128)]
    gate.set()
    for future in futures:
        future.result()
    assert len(commits) == 3  # the one that held the gate, and two groups of 64
    assert len(ledger.frame("predictions")) == 128


def test_no_answer_is_acknowledged_before_its_commit(ledger, commits):
    at_commit(ledger, lambda: seen.append(future.done()))
    seen: list[bool] = []
    with ledger._writer._changed:  # the writer cannot begin before the future has its name
        future = _queued(ledger)
    future.result()
    assert seen == [False] and ledger.frame("predictions").height == 1


def _queued(ledger):
    from luodi.store.ledger import insert

    return ledger._writer.submit(insert.add_predictions, [insert.prepared(answer())])


def test_a_wrong_row_does_not_harm_those_that_wait_with_it(ledger, gate):
    right = [ledger.keep_predictions([answer()]) for _ in range(5)]
    wrong = ledger.keep_predictions([answer(release="sha256:none")])
    more = ledger.keep_outcomes([Outcome("nobody", "x")])
    gate.set()
    assert [future.result() for future in right] == [[None]] * 5
    assert more.result()[0].code == "ledger.outcome_unknown"
    with pytest.raises(LuodiError) as caught:
        wrong.result()
    assert caught.value.code == "ledger.prediction"
    assert len(ledger.frame("predictions")) == 5


def test_more_rows_than_may_wait_are_refused_and_the_others_are_kept(prepared):
    with Ledger(prepared, gather_s=0.5, waiting_rows=20) as ledger:
        ledger.add_release(Release(FIRST, "press", blob=FIRST))
        first = ledger.keep_predictions([answer() for _ in range(15)])
        with pytest.raises(LuodiError) as caught:
            ledger.keep_predictions([answer() for _ in range(15)])
        assert caught.value.code == "ledger.busy"
        assert caught.value.facts == {"waiting": 15, "limit": 20}
        first.result()
        ledger.keep_predictions([answer() for _ in range(100)]).result()  # alone it may be large
        assert len(ledger.frame("predictions")) == 115


def test_closing_writes_what_waits_and_then_takes_no_more(prepared):
    ledger = Ledger(prepared, gather_s=60)
    release = ledger._writer.submit(lambda c, items: list(items), [1])
    ledger.close()
    assert release.result() == [1]
    with pytest.raises(LuodiError) as caught:
        ledger.keep_outcomes([Outcome("a", "b")])
    assert caught.value.code == "ledger.closed"


def test_a_client_that_stops_waiting_takes_nothing_back(ledger, gate):
    future = ledger.keep_predictions([answer()])
    assert not future.cancel()
    gate.set()
    future.result()
    ledger.keep_predictions([answer()]).result()
    assert len(ledger.frame("predictions")) == 2


def broken(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("disk trouble")
    cause.sqlite_errorcode = code
    return OperationalError("COMMIT", None, cause)


def test_after_a_failed_sync_nothing_more_is_acknowledged(ledger, gate):
    waiting = ledger.keep_predictions([answer()])

    failing = [broken(sqlite3.SQLITE_IOERR_FSYNC)]

    def fail():
        if failing:
            raise failing.pop()

    at_commit(ledger, fail)
    gate.set()
    for ask in (waiting.result, lambda: ledger.keep_predictions([answer()])):
        with pytest.raises(LuodiError) as caught:
            ask()
        assert caught.value.code == "ledger.dead"
    assert ledger.frame("predictions").is_empty()


def test_a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_room(tmp_path):
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        ledger.add_release(Release(FIRST, "press", blob=FIRST))
        limit(ledger, pages=60)
        kept = 0
        with pytest.raises(LuodiError) as caught:
            for _ in range(200):
                ledger.keep_predictions([answer(record={"x": "x" * 3000})]).result()
                kept += 1
        assert caught.value.code == "ledger.full"
        with pytest.raises(LuodiError):
            ledger.keep_predictions([answer(record={"x": "x" * 100_000})]).result()
        assert len(ledger.frame("predictions")) == kept > 5
        limit(ledger, pages=100_000)
        ledger.keep_predictions([answer()]).result()
        assert len(ledger.frame("predictions")) == kept + 1
        with ledger.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def limit(ledger: Ledger, pages: int) -> None:
    def set_pages(connection, items):
        return [connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar()]

    assert ledger._writer.submit(set_pages, [None]).result() == [pages]


def test_a_server_that_went_away_and_came_back_is_used_again(server):
    with Ledger(made_on(server)) as ledger:
        ledger.add_release(Release(FIRST, "press", blob=FIRST))
        name = ledger._database.writing.url.database
        killed = (
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"  # and waits until it is
            f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )
        with ledger._database.reading.connect() as connection:
            connection.execute(text(killed))
        ledger.keep_predictions([answer()]).result()
        assert len(ledger.frame("predictions")) == 1


def test_a_writer_that_was_never_used_closes(tmp_path):
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        Writer(ledger._database).close()
