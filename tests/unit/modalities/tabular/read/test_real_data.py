"""Real files, as people publish them, read with sensible kinds."""

from collections import Counter

import pytest

from unit.modalities.tabular.read.readings import codes, column, kinds, real

ADULT = (
    *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation"),
    *("relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week"),
    *("native-country", "income"),
)


def test_machine_failures(table):
    data = table(real("ai4i2020/ai4i2020.csv"), target="Machine failure")
    assert len(data) == 10_000
    assert kinds(data)["Type"] == kinds(data)["Product ID"] == "category"
    assert kinds(data)["Torque [Nm]"] == "number"
    assert data.labels == "integer"
    assert data.notes == ()


def test_incomes_without_a_header(table):
    data = table(real("adult/adult.data"), target="income", header=ADULT)
    assert len(data) == 32_561
    assert Counter(kinds(data).values()) == {"number": 6, "category": 8}
    assert data.table["workclass"].null_count() == 1836
    assert sorted(data.table["income"].unique()) == ["<=50K", ">50K"]


def test_credit_between_blanks(table):
    data = table(real("german_credit/german.data"), target="column_21", header=False)
    assert Counter(kinds(data).values()) == {"number": 7, "category": 13}
    assert len(data) == 1000


def test_card_default_with_old_line_ends(table):
    data = table(
        real("uci_credit_default/UCI_Credit_Card.csv"), target="default.payment.next.month"
    )
    assert (len(data), set(kinds(data).values())) == (30_000, {"number"})


def test_credit_in_parquet(table):
    data = table(real("give_me_some_credit/cs-training.parquet"), target="SeriousDlqin2yrs")
    assert (len(data), set(kinds(data).values())) == (150_000, {"number"})
    assert data.table["MonthlyIncome"].null_count() > 20_000
    assert codes(data) == ["read.unnamed"]


def test_steel_plates(table):
    data = table(real("steel_plates_faults/steel_plates_faults.csv"), target="Bumps")
    assert (len(data), len(data.columns), set(kinds(data).values())) == (1941, 33, {"number"})


def test_appliances_with_dates_in_text(table):
    path = real("appliances_energy/energydata_complete.parquet")
    data = table(path, target="Appliances", goal="regress", time="date")
    assert Counter(kinds(data).values()) == {"number": 27, "time": 1}
    assert column(data, "date").formats == ("%Y-%m-%d %H:%M:%S",)
    assert data.table["date"].null_count() == 0


def test_students_between_semicolons(table):
    data = table(real("student_performance/student-mat.csv"), target="G3", goal="regress")
    assert Counter(kinds(data).values()) == {"number": 15, "category": 17}


def test_air_in_a_packed_file(table):
    path = real("beijing_pm25/PRSA_data_2010.1.1-2014.12.31.csv.gz")
    data = table(path, target="pm2.5", goal="regress")
    assert Counter(kinds(data).values()) == {"number": 11, "category": 1}
    assert codes(data) == ["read.target_dropped"]


def test_chinese_reviews(table):
    data = table(real("waimai_10k/waimai_10k.csv.gz"), target="label")
    assert len(data) == 11_987
    assert kinds(data) == {"review": "category"}
    assert "很快，好吃" in real_text(data) or "很快,好吃" in real_text(data)


def real_text(data):
    return data.table["review"][0]


@pytest.mark.parametrize(
    ("name", "target", "time", "pattern"),
    [
        ("bike_sharing/day.csv", "cnt", "dteday", "%m/%d/%Y"),
        ("steel_industry_energy/Steel_industry_data.csv.gz", "Usage_kWh", "date", "%d/%m/%Y %H:%M"),
        ("ett/ETTh1.csv.gz", "OT", "date", "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_dates_of_real_series(table, name, target, time, pattern):
    data = table(real(name), target=target, goal="regress", time=time)
    assert column(data, time).formats == (pattern,)
    assert data.notes == ()
