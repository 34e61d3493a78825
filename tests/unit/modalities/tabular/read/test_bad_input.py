"""Whatever is wrong with a source is one clear error, never a parser's traceback."""

import os
import random
import time

import pytest

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.read import columns_of, frame
from unit.modalities.tabular.read.readings import kinds


def test_a_file_that_is_not_there_names_its_neighbour(refused, write, tmp_path):
    write("a,y\n1,0\n", "sensors.csv")
    error = refused(tmp_path / "sensor.csv")
    assert (error.code, error.facts["nearest"]) == ("read.not_found", "sensors.csv")


def test_a_folder_is_no_file(refused, tmp_path):
    assert refused(tmp_path).code == "read.folder"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(refused, write):
    path = write("a,y\n1,0\n")
    path.chmod(0)
    assert refused(path).code == "read.not_permitted"


def test_a_refusal_of_the_system_is_told(refused, write, monkeypatch):
    from pathlib import Path

    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = write("a,y\n1,0\n")
    monkeypatch.setattr(Path, "open", deny)
    assert refused(path).code == "read.not_permitted"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file(refused, content):
    assert refused(content).code == "read.empty"


@pytest.mark.parametrize("content", ["a,y", "a,y\n", "a,y\n\n\n", "a;b;y\r\n"])
def test_a_header_without_records(refused, content):
    assert refused(content).code == "read.header_only"


@pytest.mark.parametrize(
    ("content", "line", "fields"),
    [
        ("a,b,y\n1,2,0\n3,4\n5,6,1\n", 3, 2),
        ("a,b,y\n1,2,0\n3,4,1,9\n5,6,1\n", 3, 4),
        ('a,b,y\n"1\n1",2,0\n3,4\n5,6,1\n', 4, 2),
        ("a b y\n1 2 0\n3 4 0\n5 6\n", 4, 2),
        ("a,y\n1,2,0\n3,4,1\n", 2, 3),
    ],
)
def test_ragged_lines_name_the_line(refused, content, line, fields):
    delimiter = " " if content.startswith("a b") else None
    error = refused(content, delimiter=delimiter)
    assert (error.code, error.facts["line"], error.facts["fields"]) == ("read.ragged", line, fields)


def test_a_ragged_line_far_down_is_found(refused):
    rows = [f"{n},{n},{n % 2}" for n in range(5000)]
    rows[4000] = "7,8"
    error = refused("a,b,y\n" + "\n".join(rows) + "\n")
    assert (error.code, error.facts["line"]) == ("read.ragged", 4002)


def test_a_quote_that_nothing_closes(refused):
    error = refused('a,y\nu,0\n"v,1\nw,0\n')
    assert (error.code, error.facts["line"]) == ("read.open_quote", 3)


@pytest.mark.parametrize("size", [100, 10_000])
def test_binary_content(refused, size):
    content = random.Random(1).randbytes(size)
    assert refused(b"\x00\x01\x02" + content).code == "read.binary"


@pytest.mark.parametrize("magic", [b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"PK\x03\x04xx"])
def test_other_archives_are_named(refused, magic):
    assert refused(magic + b"\x00" * 100).code == "read.packed"


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.csv.gz"])
def test_damaged_files(refused, name):
    start = {
        "a.parquet": b"PAR1",
        "a.xlsx": b"PK\x03\x04[Content_Types].xml",
        "a.csv.gz": b"\x1f\x8b\x08\x00",
    }
    assert refused(start[name] + b"broken" * 50, name=name).code == "read.unreadable"


@pytest.mark.parametrize(
    ("content", "name", "line"),
    [
        ('{"a": 1, "y": 0}\n{"a": \n', "a.jsonl", 2),
        ('{"a": 1, "y": 0}\n[1, 2]\n', "a.jsonl", 2),
        ('[{"a": 1},\n {"a" 2}]', "a.json", 2),
        ("[1, 2, 3]", "a.json", 1),
        ("[" * 100_000, "a.json", 1),
    ],
)
def test_broken_json_names_the_line(refused, content, name, line):
    error = refused(content, name=name)
    assert (error.code, error.facts["line"]) == ("read.not_json", line)


def test_repeated_names(refused):
    error = refused("a,b,a,y\n1,2,3,0\n4,5,6,1\n")
    assert error.code == "read.repeated_columns"
    assert "'a'" in error.facts["columns"]


def test_too_few_names(refused):
    error = refused("1,2,0\n3,4,1\n", header=["a", "y"])
    assert (error.code, error.facts["given"], error.facts["found"]) == ("read.header_count", 2, 3)


def test_a_delimiter_of_two_characters(refused):
    assert refused("a::y\n1::0\n", delimiter="::").code == "read.delimiter"


def test_ten_thousand_columns_take_seconds_not_minutes(table):
    width = 10_000
    names = ",".join(f"column number {n}" for n in range(width))
    row = ",".join(str(n % 7) if n % 100 else "u" for n in range(width - 1)) + ","
    start = time.monotonic()
    data = table(f"{names},y\n{row}u,0\n{row}v,1\n{row}u,1\n")
    assert len(data.columns) == width
    assert kinds(data)["column number 9999"] == "category"
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("seed", range(200))
def test_damaged_text_never_gives_a_parsers_error(write, seed):
    """Truncated, duplicated and flipped bytes: a table or an error with a code."""
    chance = random.Random(seed)
    text = 'a,b,"c c",d\n1,2024-01-05,"x, ""y""",文\n2,05/06/2024,"z\nz",1.5\n3,,NA,"1,5"\n'
    content = bytearray(
        text.encode(chance.choice(["utf-8", "gb18030", "utf-16"])) * chance.choice([1, 3])
    )
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(content))
        content[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    try:
        columns_of(frame(write(bytes(content))))
    except LuodiError as error:
        assert error.exit == 3
        assert error.text()
