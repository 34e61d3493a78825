"""Columns become what they are: numbers, categories or times."""

import polars as pl
import pytest

from luodi.core.task import ColumnRule
from luodi.modalities.tabular.read import MISSING_WORDS, columns_of, frame
from unit.modalities.tabular.read.readings import codes, column, evidence, kinds


def csv(*values, name="a"):
    """A column of text with a target that is never constant."""
    return f"{name},y\n" + "".join(f'"{value}",{n % 2}\n' for n, value in enumerate(values))


@pytest.mark.parametrize("word", sorted(MISSING_WORDS))
def test_words_for_missing_are_missing_in_numbers_and_in_categories(table, word):
    assert table(csv("1", f" {word} ", "2")).table["a"].to_list() == [1, None, 2]
    assert table(csv("u", word, "v")).table["a"].to_list() == ["u", None, "v"]


def test_words_that_only_look_like_missing_are_kept(table):
    assert table(csv("none", "na", "-", "无")).table["a"].null_count() == 0


def test_full_width_digits_and_letters_are_folded(table):
    assert table(csv("１２．５", "－３", "4")).table["a"].to_list() == [12.5, -3, 4]
    assert table(csv("Ａ", "A", "　Ａ　")).table["a"].to_list() == ["A", "A", "A"]


@pytest.mark.parametrize("spelling", [("true", "false"), ("True", "False"), ("TRUE", "FALSE")])
def test_booleans_are_categories_in_one_spelling(table, spelling):
    data = table(csv(*spelling))
    assert data.table["a"].to_list() == ["true", "false"]


def test_a_few_words_among_numbers_are_missing_and_told(table):
    data = table(csv(*map(str, range(97)), "broken", "broken", "off"))
    assert kinds(data) == {"a": "number"}
    told = evidence(data, "read.mixed_types")
    assert (told["column"], told["count"], told["filled"]) == ("a", 3, 100)
    assert told["examples"] == "'broken', 'off'"


def test_many_words_among_numbers_make_a_category(table):
    data = table(csv(*map(str, range(90)), *["broken"] * 10))
    assert kinds(data) == {"a": "category"}
    assert "read.mixed_category" in codes(data)
    assert data.table["a"].null_count() == 0


def test_decimal_commas_are_recognised(table):
    data = table("a;b;c;y\n1,5;1.234,5;1.234;0\n-0,25;17,0;1.000;1\n2,0;3,5;12;0\n")
    assert data.table["a"].to_list() == [1.5, -0.25, 2]
    assert data.table["b"].to_list() == [1234.5, 17, 3.5]
    assert data.table["c"].to_list() == [1234, 1000, 12]


def test_thousands_are_recognised_where_they_are_plain(table):
    data = table(csv("1,234.5", "1,000,000", "17"))
    assert data.table["a"].to_list() == [1234.5, 1_000_000, 17]
    assert "read.ambiguous_numbers" not in codes(data)
    assert table(csv("1 234", "12 000 000", "1'000")).table["a"].to_list() == [1234, 12e6, 1000]


def test_a_comma_that_may_mean_either_is_told(table):
    told = table(csv("1,234", "5,678", "17"))
    assert told.table["a"].to_list() == [1234, 5678, 17]
    assert evidence(told, "read.ambiguous_numbers")["sign"] == "."
    other = table("a;y\n1,234;0\n5,678;1\n")
    assert other.table["a"].to_list() == [1.234, 5.678]


def test_the_decimal_sign_of_the_task_settles_it(table):
    data = table(csv("1,234", "5,678"), decimal=",")
    assert data.table["a"].to_list() == [1.234, 5.678]
    assert "read.ambiguous_numbers" not in codes(data)


def test_infinite_values_are_missing_and_told(table):
    data = table(csv("1", "inf", "-inf", "2"))
    assert data.table["a"].to_list() == [1, None, None, 2]
    assert evidence(data, "read.infinite")["count"] == 2


def test_missing_values_of_the_task_are_null(table):
    text = "a,b,c,y\n-200,1,n.a.,0\n5,999,u,1\n6,-200,v,0\n"
    data = table(text, missing=[-200, "n.a."], columns={"b": {"missing": 999}})
    assert data.table["a"].to_list() == [None, 5, 6]
    assert data.table["b"].to_list() == [1, None, None]
    assert data.table["c"].to_list() == [None, "u", "v"]
    assert column(data, "b").missing == (-200, "n.a.", 999)


def test_what_the_task_says_of_a_column_is_carried(table):
    rule = {"unit": "Nm", "range": [0, None], "sensitive": True}
    found = column(table(csv("1", "2"), columns={"a": rule}), "a")
    assert (found.unit, found.low, found.high, found.sensitive) == ("Nm", 0, None, True)


def test_the_task_decides_the_kind(table):
    codes_text = csv("007", "8", "9")
    assert table(codes_text).table["a"].to_list() == [7, 8, 9]
    assert table(codes_text, columns={"a": "category"}).table["a"].to_list() == ["007", "8", "9"]
    half = csv("1", "x", "3")
    assert kinds(table(half)) == {"a": "category"}
    forced = table(half, columns={"a": "number"})
    assert forced.table["a"].to_list() == [1, None, 3]
    assert evidence(forced, "read.unread")["count"] == 1


def test_ignored_columns_stay_in_the_table_but_are_no_features(table):
    text = "a,b,g,t,y\n1,2,u,2024-01-01,0\n3,4,v,2024-01-02,1\n"
    data = table(text, ignore=["b"], group="g", time="t")
    assert kinds(data) == {"a": "number", "t": "time"}
    assert data.table.columns == ["a", "b", "g", "t", "y"]


def test_a_column_with_nothing_in_it_is_a_number_in_every_format(table, tmp_path):
    pl.DataFrame({"a": [None, None], "b": [1, 2], "y": [0, 1]}).write_parquet(
        tmp_path / "a.parquet"
    )
    typed = table(tmp_path / "a.parquet")
    assert typed.digest == table("a,b,y\n,1,0\n,2,1\n").digest
    assert kinds(typed)["a"] == "number"


def test_names_with_quotes_line_breaks_chinese_and_500_characters_work(table):
    odd = ['say "hi"', "two\nlines", "扭矩［Nm］", "x" * 500]
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in odd)
    data = table(quoted + ",y\n1,2,3,4,0\n5,6,7,8,1\n")
    assert [found.name for found in data.columns] == odd


def test_a_look_at_a_file_needs_no_task(write):
    found = frame(write("a,b,d,y\n1,u,2024-01-05,0\n2,v,2024-02-06,1\n"))
    assert [c.kind for c in columns_of(found)] == ["number", "category", "time", "number"]
    ruled = columns_of(found, {"a": ColumnRule(kind="category", unit="s")})
    assert (ruled[0].kind, ruled[0].unit) == ("category", "s")


def test_lists_and_objects_in_json_become_text_and_columns(table):
    first = '{"a": {"b": 1, "c": "u"}, "l": [1, 2], "y": 0}'
    second = '{"a": {"b": 2, "c": "v"}, "l": [3], "y": 1}'
    text = f"{first}\n{second}\n"
    data = table(text, name="a.jsonl")
    assert kinds(data) == {"a.b": "number", "a.c": "category", "l": "category"}
    assert data.table["l"].to_list() == ["[1, 2]", "[3]"]
    assert "read.nested" in codes(data)
