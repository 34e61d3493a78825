"""A large ledger opens at once, and what the loop asks again and again is found by an index."""

from __future__ import annotations

import os
import re
import time

import pytest
from sqlalchemy import select

from luodi.store.ledger import forget, frames, reviews, schema
from luodi.store.ledger.address import database
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.migrate import to_newest
from unit.store.ledger.made import FIRST, OTHER, SECOND

ROWS = int(os.environ.get("LUODI_LEDGER_ROWS", "100000"))
DAY_US = 86_400_000_000

# The same answers, one a second, of three releases; every tenth waits or has an outcome.
FILL = f"""
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {ROWS})
INSERT INTO predictions SELECT printf('%032x', i), CASE i % 3 WHEN 0 THEN '{FIRST}' WHEN 1 THEN
  '{SECOND}' ELSE '{OTHER}' END, i * 1000000, 'ok', 0.5, 'accept',
  printf('{{"a":%d,"b":"%s"}}', i, hex(zeroblob(40))), '{{}}', NULL FROM n
"""
EVERY_TENTH = "FROM predictions WHERE at % 10000000 = 0"


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    file = tmp_path_factory.mktemp("large") / "ledger.sqlite"
    with Ledger(file) as ledger:
        fill = [
            *(
                f"INSERT INTO releases VALUES ('{digest}', '{name}', '{digest}', 0, '{{}}')"
                for digest, name in ((FIRST, "press"), (SECOND, "press"), (OTHER, "oven"))
            ),
            FILL,
            f"INSERT INTO outcomes SELECT id, release, 'ok', at, at, '' {EVERY_TENTH}",
            "INSERT INTO reviews SELECT id, 'press', CASE at % 20000000 WHEN 0 THEN 'waiting' ELSE"
            f" 'answered' END, at % 7, at, at, NULL, NULL, NULL, NULL {EVERY_TENTH}",
        ]
        ledger.write(lambda c, items: [c.exec_driver_sql(one) and None for one in items], fill)
        ledger.empty_log()
        yield ledger


def plan(ledger: Ledger, query) -> str:
    compiled = query.compile(ledger._database.reading, compile_kwargs={"literal_binds": True})
    with ledger.reading() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    return "; ".join(row[3] for row in rows)


WINDOW = {"since": 10 * 1_000_000, "until": 600 * 1_000_000}


@pytest.mark.parametrize(
    ("what", "cut", "index"),
    [
        (
            "predictions",
            frames.Cut(release=FIRST, **WINDOW),
            "ix_predictions_release_predictions_at (release=? AND at>? AND at<?)",
        ),
        ("predictions", frames.Cut(**WINDOW), "ix_predictions_at (at>? AND at<?)"),
        ("predictions", frames.Cut(name="press", **WINDOW), "AND at>? AND at<?)"),
        ("outcomes", frames.Cut(**WINDOW), "ix_outcomes_received_at (received_at>?"),
        (
            "outcomes",
            frames.Cut(release=FIRST, **WINDOW),
            "ix_outcomes_release_outcomes_received_at (release=? AND received_at>?",
        ),
        ("outcomes", frames.Cut(name="press", **WINDOW), "received_at>? AND received_at<?)"),
        ("alarms", frames.Cut(**WINDOW), "ix_alarms_at (at>? AND at<?)"),
    ],
)
def test_a_window_of_time_is_found_by_an_index(large, what, cut, index):
    said = plan(large, frames.asked(what, cut))
    assert index in said, said
    assert not re.search(r"SCAN (?!releases)", said), said  # there are few releases


def test_what_waits_for_a_person_is_found_in_its_order(large):
    said = plan(large, reviews.next_ones("press", 0, 5))
    assert "ix_reviews_next (name=? AND state=?)" in said, said
    assert "SCAN" not in said and "TEMP B-TREE" not in said, said


def test_what_is_asked_for_by_its_id_is_found_at_once(large):
    names = ["a", "b"]
    for table in (schema.predictions, schema.outcomes, schema.reviews, schema.outcomes_corrected):
        said = plan(large, select(table).where(table.c.id.in_(names)))
        assert "SEARCH" in said and "SCAN" not in said, said


def test_nothing_is_read_through_when_a_ledger_is_opened(large, tmp_path):
    started = time.perf_counter()
    with Ledger(large.file) as again:
        opened_s = time.perf_counter() - started
        again.aliases("press")
        answered_s = time.perf_counter() - started
    print(f"{ROWS} answers: open after {opened_s:.3f} s, first answer after {answered_s:.3f} s")
    assert opened_s < 0.5 and answered_s < 0.7


def test_opening_asks_the_tables_nothing_but_their_version(large):
    from sqlalchemy import event

    opened, asked = database(large.file), []
    event.listen(
        opened.writing, "before_cursor_execute", lambda *sent: asked.append(sent[2].lower())
    )
    to_newest(opened)
    opened.close()
    tables = [name for name in schema.metadata.tables if any(name in one for one in asked)]
    assert asked and tables == []


def test_the_monitor_s_questions_take_milliseconds(large):
    middle = ROWS // 2 * 1_000_000
    started = time.perf_counter()
    window = {"since": middle, "until": middle + 600 * 1_000_000}
    assert len(large.frame("predictions", release=FIRST, **window)) == 200
    assert len(large.frame("predictions", name="press", **window)) == 400
    assert len(large.frame("outcomes", name="press", **window)) == 40
    took_s = time.perf_counter() - started
    print(f"three windows of 600 s among {ROWS} answers: {took_s:.3f} s")
    assert took_s < 1.0


def test_forgetting_in_parts_lets_others_write_in_between(large):
    assert ROWS > 10 * forget.AT_ONCE
    with large.reading() as connection:
        ids = connection.scalars(select(schema.predictions.c.id).limit(5)).all()
    from unit.store.ledger.made import WHY

    assert forget.by_id(large, ids, WHY) == 5
    assert forget.before(large, 3 * forget.AT_ONCE * 1_000_000, WHY) == 3 * forget.AT_ONCE - 5
