"""Another source is read with the kinds that were decided before."""

import pytest

from luodi.core.errors import LuodiError
from luodi.core.task import Data
from luodi.modalities.tabular.read import read_like
from unit.modalities.tabular.read.readings import codes, evidence

TRAINED = "n,c,t,y\n1,007,2024-03-05,0\n2,x,2024-03-06,1\n3,x,2024-03-07,1\n"


@pytest.fixture
def trained(table):
    return table(TRAINED)


def test_the_same_file_gives_the_same_digest(trained, write):
    again = read_like(write(TRAINED), trained.columns, "y", trained.labels)
    assert again.digest == trained.digest
    assert again.columns == trained.columns


def test_kinds_are_kept_although_the_values_look_otherwise(trained, write):
    found = read_like(write("n,c,t\n1,007,2024-03-05\n,08,20/03/2024\n"), trained.columns, "y")
    assert found.table["c"].to_list() == ["007", "08"]
    assert found.table["t"].null_count() == 0
    assert found.target is None


def test_what_does_not_read_is_missing_and_told(trained, write):
    found = read_like(write("n,c,t\nhigh,u,later\n2,v,2024-03-05\n"), trained.columns, "y")
    assert found.table["n"].to_list() == [None, 2]
    assert found.table["t"].null_count() == 1
    assert codes(found).count("read.unread") == 2


def test_missing_columns_are_null_and_told(trained, write):
    found = read_like(write("n,c\n1,u\n2,v\n"), trained.columns, "y")
    assert found.table["t"].null_count() == 2
    assert found.table["t"].dtype == trained.table["t"].dtype
    assert evidence(found, "read.missing_column")["column"] == "t"


def test_extra_columns_stay_and_are_noted(trained, write):
    found = read_like(write("n,c,t,z\n1,u,2024-03-05,9\n"), trained.columns, "y")
    assert "z" in found.table.columns
    assert found.columns == trained.columns
    assert evidence(found, "read.extra_columns")["count"] == 1


def test_names_are_matched_loosely(trained, write):
    found = read_like(write(" N ,Ｃ,t\n1,u,2024-03-05\n"), trained.columns, "y")
    assert found.table["n"].to_list() == [1]
    assert codes(found) == ["read.renamed", "read.renamed"]


def test_rows_keep_their_order_and_none_is_lost(trained, write):
    text = "n,y\n" + "".join(f"{n},{'' if n % 3 else 1}\n" for n in range(50, 0, -1))
    found = read_like(write(text), trained.columns, "y")
    assert found.table["n"].to_list() == list(range(50, 0, -1))
    assert found.table["y"].null_count() == 34


def test_where_truth_is_needed_rows_without_it_go(trained, write):
    path = write("n,y\n1,0\n2,\n")
    found = read_like(path, trained.columns, "y", trained.labels, truth=True)
    assert found.table["n"].to_list() == [1]
    assert "read.target_dropped" in codes(found)
    with pytest.raises(LuodiError) as caught:
        read_like(write("n\n1\n"), trained.columns, "y", truth=True)
    assert caught.value.code == "read.column_absent"


def test_one_class_alone_is_no_error_in_new_records(trained, write):
    found = read_like(write("n,y\n1,1\n"), trained.columns, "y", "integer", truth=True)
    assert found.table["y"].to_list() == ["1"]


def test_values_to_predict_are_floats(table, write):
    trained = table("n,y\n1,1.5\n2,2.5\n", goal="regress")
    found = read_like(write("n,y\n1,2\n"), trained.columns, "y", trained.labels)
    assert found.table["y"].to_list() == [2.0]


def test_names_given_by_the_task_hold_without_the_target_too(trained, write):
    data = Data(source="a.csv", target="y", header=["n", "c", "t", "y"])
    found = read_like(write("1,u,2024-03-05\n2,v,2024-03-06\n"), trained.columns, "y", data=data)
    assert found.table["c"].to_list() == ["u", "v"]
    headed = read_like(write("n,c,t\n1,u,2024-03-05\n"), trained.columns, "y", data=data)
    assert len(headed) == 1


def test_records_of_another_kind_altogether_are_refused(trained, write):
    with pytest.raises(LuodiError) as caught:
        read_like(write("p,q\n1,2\n"), trained.columns, "y")
    assert caught.value.code == "read.foreign"


def test_new_records_are_never_sampled(trained, write):
    with pytest.raises(LuodiError) as caught:
        read_like(write(TRAINED), trained.columns, "y", memory_bytes=50)
    assert caught.value.code == "read.too_large"


def test_a_file_that_turns_day_and_month_round_is_read_as_it_proves(table, write):
    days = [f"{day:02d}/03/2024" for day in range(1, 29)]
    trained = table("t,y\n" + "".join(f"{day},{n % 2}\n" for n, day in enumerate(days)))
    turned = "".join(f"03/{day:02d}/2024\n" for day in range(1, 29))
    found = read_like(write("t\n" + turned), trained.columns, None)
    assert found.table["t"].to_list() == trained.table["t"].to_list()
    assert evidence(found, "read.turned_dates")["format"] == "%m/%d/%Y"


def test_numbers_are_no_timestamps_where_training_saw_dates(trained, write):
    found = read_like(write("t\n1702272200\n1702272201\n"), trained.columns, None)
    assert found.table["t"].null_count() == 2
    assert "read.unread" in codes(found)


def test_digits_of_a_date_and_a_time_read_as_that(trained, write):
    stamps = "202403050630\n202403051245\n202403060001\n"
    found = read_like(write("t\n" + stamps), trained.columns, None)
    assert [str(moment) for moment in found.table["t"]][1] == "2024-03-05 12:45:00"
