"""What is larger than memory allows is sampled evenly and told, or refused; never cut."""

import gzip
import sqlite3

import polars as pl
import pytest

from luodi.modalities.tabular.read import memory
from unit.modalities.tabular.read.readings import evidence
from unit.modalities.tabular.read.workbook import write_excel

ROWS = 20_000
TEXT = "n,y\n" + "".join(f"{n},{n % 2}\n" for n in range(ROWS))


def write_plain(path):
    path.write_text(TEXT)


def write_packed(path):
    path.write_bytes(gzip.compress(TEXT.encode()))


def write_wide(path):
    path.write_text(TEXT, encoding="utf-16")


def write_chinese(path):
    path.write_text(TEXT.replace("n,y", "n,y", 1) + "", encoding="gb18030")


def write_parquet(path):
    pl.DataFrame({"n": range(ROWS), "y": [n % 2 for n in range(ROWS)]}).write_parquet(path)


def write_lines(path):
    path.write_text("".join(f'{{"n": {n}, "y": {n % 2}}}\n' for n in range(ROWS)))


WRITERS = {
    "a.csv": write_plain,
    "a.csv.gz": write_packed,
    "b.csv": write_wide,
    "c.csv": write_chinese,
    "a.parquet": write_parquet,
    "a.jsonl": write_lines,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_sample_is_even_and_told(table, tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    data = table(path, memory_bytes=path.stat().st_size)
    assert ROWS * 0.05 < len(data) < ROWS * 0.9
    told = evidence(data, "read.sampled")
    assert told["rows"] == len(data)
    assert data.table["n"].mean() == pytest.approx(ROWS / 2, rel=0.02)
    assert data.table["n"].is_sorted()
    assert (data.table["y"] == "1").mean() == pytest.approx(0.5, abs=0.02)


def test_the_sample_is_the_same_every_time(table, tmp_path):
    write_plain(tmp_path / "a.csv")
    digests = {table(tmp_path / "a.csv", memory_bytes=1e5).digest for _ in range(2)}
    assert len(digests) == 1


def test_an_answer_of_a_database_is_sampled(table, tmp_path, monkeypatch):
    from luodi.modalities.tabular.read import database

    monkeypatch.setattr(database, "_BATCH_ROWS", 1000)
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (n integer, y integer)")
        connection.executemany("insert into t values (?, ?)", [(n, n % 2) for n in range(ROWS)])
    address = f"sqlite:{path}"
    data = table(path, source=address, query="select * from t", memory_bytes=1e6)
    assert evidence(data, "read.sampled")["percent"] == 25
    assert data.table["n"].mean() == pytest.approx(ROWS / 2, rel=0.02)


def test_what_cannot_be_sampled_is_refused(refused, write, tmp_path):
    book = write_excel(tmp_path / "a.xlsx", [["a", "y"], [1, 0], [2, 1]])
    assert refused(book, memory_bytes=100).code == "read.too_large"
    text = '[{"a": 1, "y": 0}, {"a": 2, "y": 1}]'
    assert refused(text, name="a.json", memory_bytes=10).code == "read.too_large"


def test_a_ragged_line_is_found_in_what_is_sampled_too(refused, tmp_path):
    (tmp_path / "a.csv").write_text(TEXT + "7\n" * 50)
    assert refused(tmp_path / "a.csv", memory_bytes=1e5).code == "read.ragged"


def test_the_limit_is_a_share_of_the_memory_that_is_free():
    assert 0 < memory.limit() < 2**50
