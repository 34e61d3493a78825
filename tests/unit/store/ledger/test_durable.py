"""A failed sync is never passed over, a full disk is no end, and the log of SQLite stays small."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from luodi.core.errors import LuodiError
from luodi.store.ledger import address, database
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Release
from unit.store.ledger.made import FIRST, answer


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        opened.add_release(Release(FIRST, "press", blob=FIRST))
        yield opened


def code_of(work) -> str:
    with pytest.raises(LuodiError) as caught:
        work()
    return caught.value.code


def trouble(code: int):
    """What carries the log over, failing as the disk would make it fail."""

    def fail(*_):
        error = sqlite3.OperationalError("disk trouble")
        error.sqlite_errorcode = code
        raise error

    return fail


def test_sqlite_never_carries_its_log_over_by_itself_where_a_failed_sync_would_be_silent(ledger):
    with ledger._database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0


def test_a_failed_sync_of_the_log_s_end_stops_the_ledger(ledger, monkeypatch):
    monkeypatch.setattr(ledger._database, "_carry", trouble(sqlite3.SQLITE_IOERR_FSYNC))
    many = [answer() for _ in range(database.CARRY_ROWS)]
    ledger.keep_predictions(many).result()  # this was committed and synced before
    work = ledger.keep_predictions
    with pytest.raises(LuodiError) as caught:
        for _ in range(3):
            work([answer()]).result()
    assert caught.value.code == "ledger.dead"
    assert len(ledger.frame("predictions")) == len(many)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE])
def test_a_disk_too_full_to_carry_the_log_over_harms_nothing(ledger, monkeypatch, code):
    monkeypatch.setattr(ledger._database, "_carry", trouble(code))
    for _ in range(3):
        ledger.keep_predictions([answer() for _ in range(database.CARRY_ROWS)]).result()
    monkeypatch.undo()
    ledger.keep_predictions([answer()]).result()
    assert len(ledger.frame("predictions")) == 3 * database.CARRY_ROWS + 1


@pytest.mark.parametrize(("rows", "size"), [(20_000, 10), (120, 400_000)])
def test_the_log_stays_small_however_much_is_written(ledger, monkeypatch, rows, size):
    largest, at_once = 0, max(1, 2_000_000 // (size + 200) // 20)
    for _ in range(0, rows, at_once):
        made = [answer(record={"x": "x" * size}) for _ in range(at_once)]
        ledger.keep_predictions(made).result()
        largest = max(largest, ledger._database._log_size())
    assert 0 < largest < 2 * database.LOG_BYTES
    assert ledger.file.stat().st_size > rows * size / 2


FILLED = """
import resource, sys
from luodi.core.errors import LuodiError
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome, Prediction, Release, new_id
first = "sha256:" + 64 * "a"
with Ledger(sys.argv[1]) as ledger:
    ledger.add_release(Release(first, "press", blob=first))
    made = [Prediction(new_id(), first, "ok", {}) for _ in range(50)]
    ledger.keep_predictions(made).result()
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    kept, codes = 50, set()
    for _ in range(300):
        try:
            ledger.keep_predictions([Prediction(new_id(), first, "ok", {"x": "x" * 5000})]).result()
            kept += 1
        except LuodiError as error:
            codes.add(error.code)
    try:
        ledger.keep_outcomes([Outcome(one.id, "y" * 9000) for one in made]).result()
    except LuodiError as error:
        codes.add("outcome " + error.code)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    ledger.keep_outcomes([Outcome(one.id, "y" * 9000) for one in made]).result()
    print(sorted(codes), kept == len(ledger.frame("predictions")), len(ledger.frame("outcomes")))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no resource limits here")
def test_a_limit_on_the_size_of_files_is_a_full_disk_and_over_when_it_is_raised(tmp_path):
    command = [sys.executable, "-B", "-c", FILLED, f"sqlite:///{tmp_path}/ledger.sqlite"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == "['ledger.full', 'outcome ledger.full'] True 50", done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_process_is_refused_and_does_not_hang(ledger):
    child = os.fork()
    if child == 0:
        try:
            codes = [code_of(lambda: ledger.keep_predictions([answer()])), code_of(ledger.releases)]
            ledger.close()
            os._exit(0 if set(codes) == {"ledger.forked"} else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    ledger.keep_predictions([answer()]).result()


def test_a_file_that_another_program_keeps_locked_is_told(tmp_path, monkeypatch):
    file = tmp_path / "ledger.sqlite"
    Ledger(file).close()
    settings = ("busy_timeout=100", *address.EVERY[1:])
    monkeypatch.setattr(address, "EVERY", settings)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert code_of(lambda: Ledger(file)) == "ledger.unreachable"
        other.execute("ROLLBACK")
    Ledger(file).close()


def test_trouble_of_whoever_reads_is_not_told_as_trouble_of_the_ledger(ledger):
    with pytest.raises(FileNotFoundError), ledger.reading():
        Path("no such file").read_bytes()
    assert len(ledger.releases()) == 1


def test_an_error_of_sqlite_never_quotes_a_row(ledger):
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError) as caught, ledger._database.writing.begin() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("Li Wei",))
    assert "Li Wei" not in str(caught.value)
