"""Delimited text is read as it is written, whoever wrote it."""

import gzip
import random

import polars as pl
import pytest

from luodi.modalities.tabular.read import delimited
from unit.modalities.tabular.read.readings import codes, evidence, kinds


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", "   "])
def test_the_delimiter_is_found(table, delimiter):
    lines = ["x1,x2,y", "1,a,0", "2.5,b,1", "3,a,0"]
    data = table("\n".join(line.replace(",", delimiter) for line in lines) + "\n")
    assert data.table["x1"].to_list() == [1, 2.5, 3]
    assert kinds(data) == {"x1": "number", "x2": "category"}


def test_a_named_delimiter_wins(table):
    data = table("a;b^y;z\n1;2^0;0\n3;4^1;1\n", target="y;z", delimiter="^")
    assert data.table.columns == ["a;b", "y;z"]


def test_blanks_inside_values_do_not_split_them(table):
    data = table("Heart rate,y\nvery high,1\nlow,0\n")
    assert data.table["Heart rate"].to_list() == ["very high", "low"]


def test_delimiters_and_line_breaks_inside_quotes_belong_to_the_value(table):
    data = table('a,"b\nb",y\n"1,5\nand ""more""",x,0\nplain,z,1\n')
    assert data.table["a"].to_list() == ['1,5\nand "more"', "plain"]
    assert data.table.columns[1] == "b\nb"


def test_quotes_after_a_blank_are_quotes(table):
    data = table('a, b, y\n"x, y", "u, v", 0\n"z", "w", 1\n')
    assert data.table["b"].to_list() == ["u, v", "w"]


def test_stray_quotes_inside_a_value_are_kept(table):
    data = table('a,y\n5" pipe,0\n"5" pipe,1\n')
    assert data.table["a"][0] == '5" pipe'
    assert len(data) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(table, end):
    data = table(end.join(["a,y", "1,0", "2,1", ""]))
    assert data.table["a"].to_list() == [1, 2]
    assert data.table["y"].to_list() == ["0", "1"]


def test_white_space_around_values_and_names_goes(table):
    data = table(" a , b ,y\n 1 , u ,0\n2 ,  v,1\n")
    assert data.table["a"].to_list() == [1, 2]
    assert data.table["b"].to_list() == ["u", "v"]


def test_blanks_at_the_ends_of_lines_are_no_fields(table):
    data = table("1 2 0  \n 3 4 1 \n5 6 0\n", target="column_3", header=False)
    assert data.table.shape == (3, 3)


def test_names_can_be_given_for_a_file_without_a_header(table):
    data = table("1,u,0\n2,v,1\n", header=["a", "b", "y"])
    assert data.table.columns == ["a", "b", "y"]
    assert len(data) == 2


def test_given_names_that_stand_in_the_file_are_its_header(table):
    data = table("A,b,y\n1,u,0\n2,v,1\n", header=["a", "b", "y"])
    assert len(data) == 2


def test_a_file_without_a_header_gets_names_by_place(table):
    data = table("1,u,0\n2,v,1\n", target="column_3", header=False)
    assert data.table.columns == ["column_1", "column_2", "column_3"]


def test_a_header_that_looks_like_a_record_is_doubted(table):
    assert "read.header_doubt" in codes(table("39,77516,13,y\n50,83311,13,0\n38,215646,9,1\n"))
    assert "read.header_doubt" not in codes(table("a,b,c,y\n50,83311,13,0\n38,215646,9,1\n"))


def test_lines_before_the_header_that_are_none_are_skipped_and_told(table):
    data = table("Report of 2024\nwritten by hand,,,\na,b,c,y\n1,2,3,0\n4,5,6,1\n7,8,9,1\n")
    assert data.table.columns == ["a", "b", "c", "y"]
    assert evidence(data, "read.skipped_lines")["lines"] == 2


def test_a_spreadsheets_hint_at_the_delimiter_is_no_header(table):
    data = table("sep=;\na;y\n1;0\n2;1\n")
    assert data.table.columns == ["a", "y"]


def test_blank_lines_are_no_records(table):
    data = table("a,y\n1,0\n\n2,1\n\n\n")
    assert len(data) == 2
    assert evidence(data, "read.blank_rows")["rows"] == 1


def test_a_missing_value_in_the_last_column_is_not_a_short_line(table):
    data = table("y,a,b\n0,1,\n1,2,x\n0,3,\n")
    assert data.table["b"].to_list() == [None, "x", None]


def test_a_packed_file_is_unpacked(table, tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,y\n1,0\n2,1\n"))
    assert table(path).table["a"].to_list() == [1, 2]


@pytest.mark.parametrize("name", ["a.data", "a", "a.unknown"])
def test_an_unknown_ending_does_not_matter(table, name):
    assert table("a,y\n1,0\n2,1\n", name=name).table["a"].to_list() == [1, 2]


def test_a_column_without_a_name_is_called_by_its_place(table):
    data = table(",a,y\n0,1,0\n1,2,1\n")
    assert data.table.columns[0] == "column_1"
    assert "read.unnamed" in codes(data)


def test_words_after_the_first_records_do_not_stop_the_reading(table):
    rows = "".join(f"{n},{n % 2}\n" for n in range(1000))
    data = table("a,y\n" + rows + "oops,1\n")
    assert data.table["a"].null_count() == 1
    assert len(data) == 1001


def test_a_large_plain_file_is_read_where_it_lies_with_the_same_result(table, monkeypatch):
    text = 'a,"b\nb",y\n' + "".join(f'{n},"w,{n}",{n % 2}\n' for n in range(50))
    copied = table(text)
    monkeypatch.setattr(delimited, "IN_PLACE_BYTES", 1)
    assert table(text).digest == copied.digest


def test_long_numbers_keep_every_digit(table):
    data = table("a,b,y\n9007199254740993,1,0\n9007199254740992,2,1\n")
    assert data.table["a"].to_list() == ["9007199254740993", "9007199254740992"]
    assert data.table["b"].dtype == pl.Float64
    assert "read.long_numbers" in codes(data)


def test_numbers_at_once_and_numbers_from_text_are_the_same(table, monkeypatch):
    chance = random.Random(7)
    shapes = ["{:.17g}", "{:.3f}", "{:e}", "{:+.1f}", "{:.0f}"]
    rows = [
        ",".join(
            chance.choice(shapes).format(chance.gauss(0, 10 ** chance.randint(-9, 9)))
            for _ in "abc"
        )
        for _ in range(500)
    ]
    text = "a,b,c,y\n" + "".join(f"{row},{n % 2}\n" for n, row in enumerate(rows)) + "NA,,007,1\n"
    at_once = table(text)
    monkeypatch.setattr(delimited, "_promised", lambda *_: frozenset())
    assert table(text).digest == at_once.digest
    assert set(kinds(at_once).values()) == {"number"}
