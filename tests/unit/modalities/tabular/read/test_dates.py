"""Dates in text are recognised, and where they could mean two things that is said."""

from datetime import datetime

import pytest

from unit.modalities.tabular.read.readings import codes, column, evidence, kinds

FIFTH = datetime(2024, 3, 5)
TWENTIETH = datetime(2024, 3, 20)


def csv(*values):
    return "a|x|y\n" + "".join(f"{value}|{n}|{n % 2}\n" for n, value in enumerate(values))


@pytest.mark.parametrize(
    ("fifth", "twentieth", "pattern"),
    [
        ("2024-03-05", "2024-03-20", "%Y-%m-%d"),
        ("2024-3-5", "2024-3-20", "%Y-%m-%d"),
        ("2024/03/05", "2024/03/20", "%Y/%m/%d"),
        ("2024.03.05", "2024.03.20", "%Y.%m.%d"),
        ("2024-03-05 00:00", "2024-03-20 00:00", "%Y-%m-%d %H:%M"),
        ("2024-03-05T00:00:00", "2024-03-20T00:00:00", "%Y-%m-%dT%H:%M:%S"),
        ("2024-03-05 00:00:00.000", "2024-03-20 00:00:00.000", "%Y-%m-%d %H:%M:%S.%f"),
        ("2024-03-05T00:00:00Z", "2024-03-20T08:00:00+08:00", "%Y-%m-%dT%H:%M:%S%z"),
        ("05/03/2024", "20/03/2024", "%d/%m/%Y"),
        ("3/5/2024", "3/20/2024", "%m/%d/%Y"),
        ("5.3.2024", "20.3.2024", "%d.%m.%Y"),
        ("03/05/24", "03/20/24", "%m/%d/%y"),
        ("3/5/2024 12:00 AM", "3/20/2024 12:00 AM", "%m/%d/%Y %I:%M %p"),
        ("5-Mar-2024", "20-Mar-2024", "%d-%b-%Y"),
        ("March 5, 2024", "March 20, 2024", "%B %d, %Y"),
        ("2024年3月5日", "2024年3月20日", "%Y年%m月%d日"),
        ("２０２４年３月５日", "2024年03月20日", "%Y年%m月%d日"),
        ("2024年3月5日 0时0分", "2024年3月20日 0时0分", "%Y年%m月%d日 %H时%M分"),
    ],
)
def test_a_format_is_recognised_and_kept(table, fifth, twentieth, pattern):
    data = table(csv(fifth, twentieth))
    assert data.table["a"].to_list() == [FIFTH, TWENTIETH]
    assert column(data, "a").formats == (pattern,)
    assert data.notes == ()


@pytest.mark.parametrize("values", [("1949-01", "1949-12"), ("1949年1月", "1949年12月")])
def test_months_are_their_first_day(table, values):
    data = table(csv(*values))
    assert data.table["a"].to_list() == [datetime(1949, 1, 1), datetime(1949, 12, 1)]


def test_three_formats_in_one_column_are_all_read(table):
    data = table(csv("2024-03-05", "2024-03-20", "2024年3月5日", "20/03/2024"))
    assert data.table["a"].to_list() == [FIFTH, TWENTIETH, FIFTH, TWENTIETH]
    assert column(data, "a").formats[0] == "%Y-%m-%d"
    assert len(column(data, "a").formats) == 3


def test_formats_that_contradict_each_other_leave_a_category(table):
    data = table(csv("2024-03-05", "20/03/2024", "03/20/2024"))
    assert kinds(data)["a"] == "category"
    assert evidence(data, "read.mixed_dates")["column"] == "a"
    assert codes(table(csv("20/03/2024", "03/20/2024"))) == ["read.mixed_dates"]


def test_day_or_month_first_without_proof_is_told(table):
    data = table(csv("03/05/2024", "03/06/2024"))
    assert data.table["a"][0] == FIFTH
    assert evidence(data, "read.ambiguous_dates")["format"] == "%m/%d/%Y"
    assert table(csv("05.03.2024", "06.03.2024")).table["a"][0] == FIFTH


def test_another_column_proves_the_order_of_day_and_month(table):
    data = table("a,b,y\n05/03/2024,25/12/2023,0\n06/03/2024,1/2/2024,1\n")
    assert data.table["a"][0] == FIFTH
    assert "read.ambiguous_dates" not in codes(data)


def test_compact_dates_are_recognised_where_chance_cannot_explain_them(table):
    data = table(csv("20240305", "20240320", "20231231"))
    assert data.table["a"].to_list()[:2] == [FIFTH, TWENTIETH]
    assert column(data, "a").formats == ("%Y%m%d",)
    assert kinds(table(csv("20240305", "20240320", "20241399")))["a"] == "number"


def test_timestamps_are_numbers_unless_the_task_says_time(table):
    text = csv("1709596800", "1710892800")
    assert kinds(table(text))["a"] == "number"
    said = table(text, columns={"a": "time"})
    assert said.table["a"].to_list() == [FIFTH, TWENTIETH]
    assert column(said, "a").formats == ("unix:s",)
    thousand = table(csv("1709596800000", "1710892800000"), columns={"a": "time"})
    assert thousand.table["a"][0] == FIFTH


def test_a_counter_that_orders_the_records_stays_a_number(table):
    assert kinds(table(csv("1", "2", "3"), time="a"))["a"] == "number"


def test_words_cannot_order_the_records(refused):
    error = refused(csv("early", "late"), time="a")
    assert (error.code, error.facts["column"]) == ("read.time_unread", "a")


def test_numbers_versions_and_addresses_are_no_dates(table):
    data = table("v,ip,n,y\n1.2.3,10.0.0.1,12:30,0\n1.2.4,10.0.0.2,13:45,1\n")
    assert kinds(data) == {"v": "category", "ip": "category", "n": "category"}


def test_a_few_broken_dates_are_missing_and_told(table):
    data = table(csv(*[f"2024-01-{day:02}" for day in range(1, 29)] * 2, "unknown"))
    assert data.table["a"].null_count() == 1
    assert evidence(data, "read.unread")["examples"] == "'unknown'"
