"""kill -9 at any moment, with the ledger on PostgreSQL: of who writes, and of the server itself.

Processes end here, the power stays: the server's own syncs are off.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

import postgresql
from chaos.kills import LONGEST_S, kept_by, killed, last_move, made
from chaos.victim import FIRST, SECOND
from luodi.core.errors import LuodiError
from luodi.store.home import Home
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id
from promise import count

KILLS = count(4, 100)
SERVER_KILLS = count(2, 100)
BACK_S = 60.0
AMCHECK = "SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"
CHECKED = (
    "SELECT bt_index_check(pg_index.indexrelid, true) FROM pg_index"
    " JOIN pg_class ON pg_class.oid = pg_index.indexrelid"
    " WHERE pg_class.relnamespace = CAST('public' AS regnamespace)"
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 here")


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    """A server of these tests' own, for they kill it."""
    pytest.importorskip("pg8000")
    try:
        with postgresql.running() as started:
            yield started
    except RuntimeError as reason:
        pytest.skip(str(reason))


@pytest.fixture
def folder(server, tmp_path):
    address = postgresql.made_on(server.address)
    if not postgresql.told(address, AMCHECK):
        pytest.skip("PostgreSQL's extension amcheck is not installed")
    postgresql.told(address, "CREATE EXTENSION amcheck")
    return made(tmp_path / "home", address)


def check_indexes(home: Home) -> None:
    """Read every index beside its table; the server raises where they differ."""
    with home.ledger.reading() as connection:
        assert len(connection.execute(text(CHECKED)).all()) > 10


@pytest.mark.promise(
    "kill -9 of who writes to PostgreSQL: nothing acknowledged lost, none half done"
)
def test_no_acknowledged_row_is_lost(folder, promise):
    acknowledged: dict[str, set[str]] = {"answer": set(), "outcome": set()}
    for seed in range(KILLS):
        for kind, name in killed(folder, "write", seed):
            acknowledged[kind].add(name)
        with Home.open(folder) as home:
            kept = kept_by(home)
            assert all(acknowledged[kind] <= kept[kind] for kind in kept)
            home.verify_audit()
    with Home.open(folder) as home:
        check_indexes(home)
    print(f"{KILLS} kills, {sum(map(len, acknowledged.values()))} acknowledged, 0 lost")
    assert len(acknowledged["answer"]) >= KILLS // 2
    promise(KILLS)


@pytest.mark.promise(
    "kill -9 of who writes to PostgreSQL: nothing acknowledged lost, none half done"
)
def test_a_promotion_is_never_half_done(folder, promise):
    moves = 0
    for seed in range(KILLS):
        said = killed(folder, "move", seed)
        moves += len(said)
        with Home.open(folder) as home:
            last = last_move(home)
        if said:
            assert last >= int(said[-1][1])
    print(f"{KILLS} kills, {moves} moves acknowledged, 0 half done, 0 lost")
    assert moves >= KILLS // 2
    promise(KILLS)


@dataclass
class Told:
    """What one who writes was told; others look at it meanwhile.

    Attributes:
        acknowledged: Ids of the answers and of the outcomes that were acknowledged.
        moved: The number of the last move that was.
        refused: The codes of the errors.
        odd: What came besides, which nobody should meet.
    """

    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    moved: int = 0
    refused: list[str] = field(default_factory=list)
    odd: list[BaseException] = field(default_factory=list)

    def note(self, kind: str, ids: set[str]) -> None:
        """Note what was acknowledged."""
        self.acknowledged = {**self.acknowledged, kind: self.acknowledged.get(kind, ids) | ids}


def write_on(ledger: Ledger, told: Told, ended: threading.Event) -> None:
    """Answers, outcomes and moves, whatever becomes of the server."""
    while not ended.is_set():
        try:
            _write(ledger, told)
        except LuodiError as error:
            told.refused.append(error.code)
            time.sleep(0.01)
        except BaseException as error:
            told.odd.append(error)
            return


def _write(ledger: Ledger, told: Told) -> None:
    rows = [Prediction(new_id(), FIRST, "ok", {"a": i}) for i in range(20)]
    ledger.keep_predictions(rows).result()
    told.note("answer", {one.id for one in rows})
    receipts = ledger.keep_outcomes([Outcome(one.id, "ok") for one in rows]).result()
    told.note("outcome", {one.id for one in receipts if one.code is None})
    number = told.moved + 1
    digest = SECOND if number % 2 else FIRST
    ledger.promote("press", digest, Reason("a test", str(number)))
    told.moved = number


def is_acknowledged_again(told: Told, thread: threading.Thread) -> bool:
    """Whether who writes is soon acknowledged something new."""
    before, end = told.moved, time.monotonic() + BACK_S
    while told.moved == before and thread.is_alive() and time.monotonic() < end:
        time.sleep(0.01)
    return told.moved > before


def once_back(look: Callable[[], Any]) -> Any:
    """What one sees once the server is back: who writes may be told of a row before it goes."""
    end = time.monotonic() + BACK_S
    while True:
        try:
            return look()
        except LuodiError as error:
            assert error.code == "ledger.unreachable" and time.monotonic() < end
            time.sleep(0.05)


def kill_and_start(server: postgresql.Server) -> None:
    server.kill()
    server.start()


KILL = {"server": kill_and_start, "backend": postgresql.Server.kill_backend}


@pytest.mark.promise("kill -9 of PostgreSQL itself during writes: nothing acknowledged lost")
@pytest.mark.parametrize("which", KILL)
def test_who_writes_is_told_so_and_goes_on_once_the_server_is_back(
    server, folder, which, promise, caplog
):
    told, ended = Told(), threading.Event()
    with Home.open(folder) as home:
        thread = threading.Thread(target=write_on, args=(home.ledger, told, ended))
        thread.start()
        try:
            for seed in range(SERVER_KILLS):
                assert is_acknowledged_again(told, thread), (told.odd, told.refused[-3:])
                time.sleep(random.Random(seed).uniform(0.0, LONGEST_S))
                KILL[which](server)
                assert is_acknowledged_again(told, thread), (told.odd, told.refused[-3:])
                acknowledged, moved = told.acknowledged, told.moved
                kept = once_back(lambda: kept_by(home))
                assert all(acknowledged[kind] <= kept[kind] for kind in kept)
                assert moved <= once_back(lambda: last_move(home))
        finally:
            ended.set()
            thread.join()
        assert not told.odd and set(told.refused) == {"ledger.unreachable"}
        assert caplog.records == [], "the error says it all"
        check_indexes(home)
    print(f"{SERVER_KILLS} kills of a {which}, {told.moved} moves acknowledged, 0 lost")
    promise(SERVER_KILLS)
