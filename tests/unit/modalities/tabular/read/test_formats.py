"""The same records are the same dataset, whatever file or database they come from."""

import json
import sqlite3
from contextlib import ExitStack
from datetime import datetime

import polars as pl
import pytest

import postgresql
from luodi.core.errors import LuodiError
from luodi.modalities.tabular.read import database, sources
from luodi.modalities.tabular.read.raw import Options
from unit.modalities.tabular.read.readings import codes, evidence, kinds
from unit.modalities.tabular.read.workbook import write_excel

NAMES = ["number", "whole", "word", "truth", "moment", "empty", "y"]
ROWS = [
    [1.5, 3, "北京", True, "2024-03-05 01:02:03", None, 0],
    [-2.25, 0, 'x, "y"', False, "2024-03-20 00:00:00", None, 1],
    [None, 7, None, True, None, None, 1],
    [4.0, None, "NA", None, "2024-12-31 23:59:59", None, 0],
]


def as_csv(path):
    pl.DataFrame(ROWS, schema=NAMES, orient="row", strict=False).write_csv(path)


def as_semicolons(path):
    frame = pl.DataFrame(ROWS, schema=NAMES, orient="row", strict=False)
    text = frame.with_columns(pl.col("number").cast(pl.String).str.replace(".", ",", literal=True))
    path.write_bytes(text.write_csv(separator=";", line_terminator="\r\n").encode("utf-16"))


def as_parquet(path):
    frame = pl.DataFrame(ROWS, schema=NAMES, orient="row", strict=False)
    frame.with_columns(pl.col("moment").str.to_datetime()).write_parquet(path)


def as_lines(path):
    path.write_text("\n".join(json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS))


def as_array(path):
    path.write_text(json.dumps([dict(zip(NAMES, row, strict=True)) for row in ROWS], indent=1))


def as_excel(path):
    write_excel(path, [NAMES, *ROWS])


WRITERS = {
    "b.tsv.data": as_semicolons,
    "a.parquet": as_parquet,
    "a.jsonl": as_lines,
    "a.json": as_array,
    "a.xlsx": as_excel,
}


@pytest.mark.parametrize("name", WRITERS)
def test_the_digest_does_not_depend_on_the_format(table, tmp_path, name):
    as_csv(tmp_path / "a.csv")
    WRITERS[name](tmp_path / name)
    plain, other = table(tmp_path / "a.csv"), table(tmp_path / name)
    assert kinds(other) == kinds(plain)
    assert other.table.equals(plain.table)
    assert (other.digest, other.labels) == (plain.digest, plain.labels)


def test_what_was_read_is_what_was_written(table, tmp_path):
    as_csv(tmp_path / "a.csv")
    read = table(tmp_path / "a.csv").table
    assert read["number"].to_list() == [1.5, -2.25, None, 4.0]
    assert read["word"].to_list() == ["北京", 'x, "y"', None, None]
    assert read["truth"].to_list() == ["true", "false", "true", None]
    assert read["moment"][0] == datetime(2024, 3, 5, 1, 2, 3)


@pytest.mark.parametrize(
    "text",
    ["a,b,y\n1,u,0\n2,v,0\n3,w,1\n", "a,b,y\n1,u,0\n2,v,1\n3,,1\n", "a,c,y\n1,u,0\n2,v,1\n3,w,1\n"],
)
def test_the_digest_depends_on_every_value_and_name(table, text):
    assert table(text).digest != table("a,b,y\n1,u,0\n2,v,1\n3,w,1\n").digest


def test_the_digest_depends_on_the_kind(table):
    text = "a,y\n1,0\n2,1\n"
    assert table(text).digest != table(text, columns={"a": "category"}).digest


def test_only_the_first_sheet_is_read_and_that_is_told(table, tmp_path):
    path = write_excel(tmp_path / "a.xlsx", [["a", "y"], [1, 0], [2, 1]], ["First", "Second"])
    assert evidence(table(path), "read.sheets")["read"] == "First"


def test_a_sheet_without_a_header_gets_given_names(table, tmp_path):
    path = write_excel(tmp_path / "a.xlsx", [[1, 0], [2, 1]])
    assert table(path, header=["a", "y"]).table["a"].to_list() == [1, 2]


def test_repeated_names_in_a_sheet_are_an_error(refused, tmp_path):
    path = write_excel(tmp_path / "a.xlsx", [["a", "a", "y"], [1, 2, 0]])
    assert refused(path).code == "read.repeated_columns"


@pytest.mark.parametrize(("rows", "code"), [([], "read.empty"), ([["a", "y"]], "read.header_only")])
def test_a_sheet_without_records_is_an_error(refused, tmp_path, rows, code):
    assert refused(write_excel(tmp_path / "a.xlsx", rows)).code == code


def test_empty_typed_files_are_an_error(refused, tmp_path):
    pl.DataFrame({"a": [], "y": []}).write_parquet(tmp_path / "a.parquet")
    assert refused(tmp_path / "a.parquet").code == "read.header_only"
    assert refused("[]", name="a.json").code == "read.header_only"


def test_a_json_field_of_several_types_is_text(table):
    data = table('{"a": 1, "y": 0}\n{"a": "x", "y": 1}\n{"a": 2.5, "y": 1}\n', name="a.ndjson")
    assert data.table["a"].to_list() == ["1", "x", "2.5"]


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "plant 1.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a real, b text, y integer)")
        connection.executemany("insert into t values (?, ?, ?)", [(1.5, "u", 0), (2, None, 1)])
    return path


def test_a_database_answers_a_query(table, base):
    data = table(base, source=f"sqlite:{base}", query="select * from t order by a;")
    assert data.table["a"].to_list() == [1.5, 2]
    assert data.digest == table("a,b,y\n1.5,u,0\n2,,1\n").digest
    assert data.source == "sqlite:plant 1.db"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (None, "read.query_missing"),
        ("  ", "read.query_missing"),
        ("delete from t", "read.query_not_select"),
        ("-- note\n/* more */ drop table t", "read.query_not_select"),
        ("select * from nowhere", "read.database"),
        ("select 1; delete from t", "read.database"),
        ("with x as (select 1) delete from t", "read.database"),
        ("select a from t where 1 = 0", "read.header_only"),
        ("select a, a from t", "read.repeated_columns"),
    ],
)
def test_a_query_that_is_no_reading_is_an_error(refused, base, query, code):
    assert refused(base, source=f"sqlite:{base}", query=query).code == code
    with sqlite3.connect(base) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (2,)


def test_a_query_cannot_make_a_file(refused, base, tmp_path):
    refused(
        base, source=f"sqlite:{base}", query=f"with x as (select 1) attach '{tmp_path}/new.db' as n"
    )
    assert not (tmp_path / "new.db").exists()


def test_a_database_that_is_none_is_an_error(refused, write, tmp_path):
    path = write("hello", "a.db")
    assert refused(path, source=f"sqlite:{path}", query="select 1").code == "read.database"
    absent = tmp_path / "none.db"
    assert refused(path, source=f"sqlite:{absent}", query="select 1").code == "read.not_found"
    assert not absent.exists()


def test_a_query_over_a_file_is_refused_not_forgotten(refused):
    assert refused("a,y\n1,0\n2,1\n", query="select 1").code == "read.query_unused"


def test_a_database_file_without_its_prefix_is_explained(refused, base):
    assert refused(base).code == "read.needs_query"


@pytest.fixture(scope="module")
def server():
    """The address of a PostgreSQL server with a table of many types."""
    dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
    with ExitStack() as stack:
        try:
            address = stack.enter_context(postgresql.running()).address
        except RuntimeError as error:
            pytest.skip(str(error))
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(
                """create table luodi_test as select i as id, (i * 0.25)::numeric(10, 3) as weight,
                timestamp '2024-01-01' + i * interval '1 hour' as at, i % 2 = 0 as ok,
                (array['红', 'b'])[1 + i % 2] as kind, array[1, i] as pair, i % 3 as y
                from generate_series(1, 300) i"""
            )
            connection.commit()
        yield address


def test_postgresql_is_read_with_its_types(table, server):
    query = "select id, weight, at, ok, kind, pair, y from luodi_test order by id"
    data = table(server, source=server, query=query)
    found = {c.name: c.kind for c in data.columns}
    assert found["weight"] == "number" and found["at"] == "time" and found["kind"] == "category"
    assert data.table["weight"][3] == 1.0
    assert "read.nested" in codes(data)
    small = table(server, source=server, query=query, memory_bytes=8_000)
    assert 0 < len(small) < 300 and "read.sampled" in codes(small)


@pytest.mark.parametrize(
    "query",
    ["with x as (delete from luodi_test returning *) select * from x", "select * from nowhere"],
)
def test_postgresql_only_reads_and_says_what_it_could_not(refused, server, query):
    assert refused(server, source=server, query=query).code == "read.database"


def test_a_server_that_is_not_there_is_told_without_its_password(refused):
    pytest.importorskip("adbc_driver_postgresql")
    address = "postgresql://me:secret@127.0.0.1:1/plant"
    error = refused(address, source=address, query="select 1 as y")
    assert error.code == "read.database" and "secret" not in error.text()


def test_batches_of_a_server_are_sampled_alike_whatever_their_size():
    def batches(size):
        return (pl.DataFrame({"n": range(i, i + size)}) for i in range(0, 4000, size))

    options = Options(memory=20_000)
    (one, part), (other, _) = (
        database._gathered(batches(size), "s", options) for size in (50, 800)
    )
    assert part < 1 and one.equals(other)
    assert one["n"].mean() == pytest.approx(2000, rel=0.05)
    with pytest.raises(LuodiError) as caught:
        database._gathered(batches(50), "s", Options(memory=20_000, sample=False))
    assert caught.value.code == "read.too_large"


def test_types_of_a_server_s_own_are_read_as_what_was_sent():
    import pyarrow as pa

    opaque = pa.opaque(pa.string(), "numeric", "PostgreSQL")
    sent = pa.ExtensionArray.from_storage(opaque, pa.array(["1.5", None]))
    frame = database._stored(pl.DataFrame(pa.table({"weight": sent})))
    assert frame.schema == {"weight": pl.String}


def test_postgresql_without_its_driver_names_the_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    source = sources.identify("postgresql://me:secret@host:5432/plant")
    with pytest.raises(LuodiError) as caught:
        database.postgresql(source, Options(query="select 1"))
    assert caught.value.code == "environment.missing_package"
    assert "luodi[sql]" in caught.value.text()
    assert source.label == "postgresql://host/plant"


def test_several_files_are_one_below_the_other(table, write):
    first = write("a,Torque [Nm],y\n1,u,0\n2,v,1\n", "1.csv")
    second = write("Ａ ,torque[nm],y\n3,w,0\n", "2.csv")
    data = table(first, source=[str(first), str(second)])
    assert data.table["a"].to_list() == [1, 2, 3]
    assert data.table["Torque [Nm]"].to_list() == ["u", "v", "w"]
    assert codes(data).count("read.renamed") == 2
    assert data.source == "1.csv, 2.csv"


def test_a_column_that_one_file_lacks_is_told(table, write):
    first, second = write("a,b,y\n1,2,0\n", "1.csv"), write("a,y\n3,1\n", "2.csv")
    data = table(first, source=[str(first), str(second)])
    assert data.table["b"].to_list() == [2, None]
    assert evidence(data, "read.missing_column") == {"column": "b", "source": "2.csv"}


def test_files_of_different_formats_go_together(table, write, tmp_path):
    first = write("a,b,y\n1,x,0\n", "1.csv")
    pl.DataFrame({"a": [2], "b": [7], "y": [1]}).write_parquet(tmp_path / "2.parquet")
    data = table(first, source=[str(first), str(tmp_path / "2.parquet")])
    assert data.table["a"].to_list() == [1, 2]
    assert data.table["b"].to_list() == ["x", "7"]


def test_fields_of_json_lines_keep_the_order_of_the_file(table, tmp_path):
    fields = [f"field {n * 37 % 40}" for n in range(40)]
    records = [{**dict.fromkeys(fields, n), "y": n % 2} for n in range(6)]
    records[-1] |= {"late b": 1, "late a": 2}
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records))
    assert table(path).table.columns == [*fields, "y", "late b", "late a"]
