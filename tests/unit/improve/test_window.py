"""How much of the past is kept is decided by the newest records, and by chance never."""

from __future__ import annotations

import json

import pytest

from luodi.core.task import Task
from luodi.improve.window import ALL, FEWEST, Memory, chosen, kept, memories
from luodi.loop.pipeline import examined
from luodi.modalities import modality
from unit.improve import world

TABLES = modality("tabular")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("press")
    world.records(900, 1).write_csv(folder / "press.csv")
    task = Task.load(json.loads(json.dumps(world.task(folder))))
    parts, _ = examined(task, lambda event: None)
    return task, parts


def back(own, table):
    task, parts = own
    rows, truths = table.drop("failed").to_dicts(), table["failed"].to_list()
    return TABLES.returned(parts.train, rows, truths, [0] * len(rows), task)


def test_memories_reach_from_everything_to_a_few_of_the_newest():
    listed = list(memories(1000, 600))
    assert listed[0] == ALL and listed[1] == Memory(0.25)
    assert [memory.own for memory in listed[2:]] == [0.2, 0.0, 0.0]
    assert [round(memory.back * 600) for memory in listed[2:]] == [600, 400, 200]
    assert len({memory.name for memory in listed}) == len(listed)
    assert list(memories(100, FEWEST // 4)) == [ALL, Memory(0.25)]


def test_what_a_memory_keeps_is_the_newest_and_in_order(own):
    new = back(own, world.records(300, 2))
    _, parts = own
    newest = kept(Memory(0.0, True, 0.5), parts.train, new, TABLES, 0)
    assert newest.table.equals(new.table.tail(150))
    both = kept(Memory(0.5, True), parts.train, new, TABLES, 0)
    half = round(len(parts.train) * 0.5)
    assert both.table.equals(parts.train.table.tail(half).vstack(new.table))
    assert len(kept(Memory(0.25), parts.train, new, TABLES, 0)) == 180 + 300


def test_the_same_world_keeps_all_and_another_world_lets_go(own):
    task, parts = own
    same = chosen(parts.train, back(own, world.records(600, 3)), task, TABLES, parts.by)
    assert same.memory == ALL
    other = back(own, world.records(600, 4, concept=True))
    found = chosen(parts.train, other, task, TABLES, parts.by)
    assert found.memory != ALL and found.scores[found.memory.name] > found.scores["all"]
    few = back(own, world.records(50, 5))
    assert chosen(parts.train, few, task, TABLES, parts.by).scores == {}


def test_records_of_service_are_laid_as_the_tasks_own(own):
    task, parts = own
    rows = [
        {"torque": "41,5", "heat": 18, "grade": "L", "more": "x"},
        {"torque": None, "heat": "１９.５", "failed": "no"},
    ]
    got = TABLES.returned(parts.train, rows, ["yes", "no"], [0, 0], task)
    assert got.table.schema == parts.train.table.schema and got.columns == parts.train.columns
    assert got.table["failed"].to_list() == ["yes", "no"]
    assert got.table["heat"].to_list() == [18.0, 19.5]
    assert got.table["grade"].to_list() == ["L", None]
    together = TABLES.joined([parts.train, got])
    assert len(together) == len(parts.train) + 2 and together.digest != parts.train.digest
