"""A target in disguise is found; a strong honest feature is not called one."""

import io

import numpy as np
import polars as pl
import pytest


def leaks(found):
    return {(code, column) for code, column in found if code.startswith("leak.")}


@pytest.mark.parametrize("seed", range(4))
def test_a_flag_that_explains_some_cases_is_found(codes, clean, seed):
    frame, draw = clean(2000, seed), np.random.default_rng(seed)
    hit = (frame["y"] == "bad").to_numpy() & (draw.random(2000) < 0.15)
    flagged = frame.with_columns(repaired=pl.Series(hit.astype(int)))
    assert leaks(codes(flagged)) == {("leak.flag", "repaired")}


def test_a_flag_with_a_few_errors_is_found(codes, clean):
    frame, draw = clean(4000), np.random.default_rng(1)
    bad = (frame["y"] == "bad").to_numpy()
    hit = (bad & (draw.random(4000) < 0.3)) | (~bad & (draw.random(4000) < 0.002))
    assert leaks(codes(frame.with_columns(seen=pl.Series(hit).cast(pl.String)))) == {
        ("leak.flag", "seen")
    }


def test_a_column_filled_in_only_afterwards_is_found(codes, clean):
    frame, draw = clean(2000), np.random.default_rng(2)
    late = np.where((frame["y"] == "bad").to_numpy(), draw.normal(9, 2, 2000), np.nan)
    leaky = frame.with_columns(repair_hours=pl.Series(late).fill_nan(None))
    assert ("leak.copy", "repair_hours") in codes(leaky)
    part = pl.when(pl.int_range(pl.len()) % 3 == 0).then("repair_hours")
    assert ("leak.flag", "repair_hours") in codes(leaky.with_columns(part.name.keep()))


def test_an_independent_flag_is_not_a_leak(codes, clean):
    for seed in range(4):
        draw = np.random.default_rng(seed)
        flag = pl.Series((draw.random(3000) < 0.01).astype(int))
        assert leaks(codes(clean(3000, seed).with_columns(flag=flag))) == set()


def test_copies_are_found_whatever_their_form(codes, clean):
    frame = clean(1000)
    renamed = pl.col("y").replace({"bad": "NOK", "good": "OK"})
    graded = pl.when(pl.col("y") == "bad").then(pl.col("size") + 900).otherwise(pl.col("size"))
    found = codes(frame.with_columns(renamed=renamed, graded=graded))
    assert leaks(found) == {("leak.copy", "renamed"), ("leak.copy", "graded")}


def test_copies_of_a_value_are_found_whatever_their_form(codes, clean):
    frame = clean(1000, goal="regress")
    copied = frame.with_columns(fahrenheit=pl.col("y") * 1.8 + 32, grown=pl.col("y").exp())
    found = leaks(codes(copied, goal="regress"))
    assert found == {("leak.copy", "fahrenheit"), ("leak.copy", "grown")}


def test_a_feature_that_nearly_is_the_value_is_called_strong(codes, clean):
    frame, draw = clean(1000, goal="regress"), np.random.default_rng(3)
    noisy = frame.with_columns(early=pl.col("y") + draw.normal(0, 0.5, 1000))
    assert leaks(codes(noisy, goal="regress")) == {("leak.strong", "early")}


def test_a_single_strong_cause_is_not_called_a_copy(codes, clean):
    assert leaks(codes(clean(1000, goal="regress"), goal="regress")) == set()


def test_siblings_of_a_one_hot_target_are_found(codes, clean):
    frame, draw = clean(1000), np.random.default_rng(4)
    kind = draw.integers(0, 4, 1000)
    hot = {f"fault_{i}": (kind == i).astype(int) for i in range(3)}
    frame = frame.with_columns(**{k: pl.Series(v) for k, v in hot.items()}, y=pl.Series(kind == 3))
    assert leaks(codes(frame)) == {("leak.one_hot", name) for name in hot}


def test_an_honest_one_hot_group_is_not_a_leak(codes, clean):
    kind = np.random.default_rng(5).integers(0, 4, 1000)
    hot = {f"colour_{i}": pl.Series((kind == i).astype(int)) for i in range(4)}
    assert leaks(codes(clean(1000).with_columns(**hot))) == set()


def test_ai4i_gives_away_its_four_failure_modes_and_nothing_else(findings, codes, real):
    frame = pl.read_csv(real("ai4i2020/ai4i2020.csv"))
    found = codes(frame, target="Machine failure")
    assert leaks(found) == {("leak.flag", name) for name in ("TWF", "HDF", "PWF", "OSF")}
    assert ("data.identifier", "UDI") in found
    assert ("data.identifier", "Product ID") in found
    assert len(found) == 6


def german(path):
    text = "\n".join(line for line in path.read_text().splitlines() if line)
    names = [f"a{number}" for number in range(1, 21)]
    return pl.read_csv(
        io.StringIO(text), separator=" ", has_header=False, new_columns=[*names, "y"]
    )


def adult(path):
    text = path.read_text().replace(", ", ",")
    names = [f"a{number}" for number in range(1, 15)]
    options = {"has_header": False, "null_values": "?", "new_columns": [*names, "y"]}
    return pl.read_csv(io.StringIO(text), **options)


def card(path):
    frame = pl.read_csv(io.StringIO(path.read_text()))
    return frame.rename({"default.payment.next.month": "y"})


def credit(path):
    return pl.read_parquet(path).rename({"SeriousDlqin2yrs": "y"})


def cancer(path):
    return pl.read_csv(path).rename({"diagnosis": "y"})


def steel(path):
    frame = pl.read_csv(path)
    faults = frame.columns[-7:]
    truth = [faults[index] for index in frame.select(faults).to_numpy().argmax(axis=1)]
    return frame.drop(faults).with_columns(y=pl.Series(truth))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("german_credit/german.data", german),
        ("adult/adult.data", adult),
        ("uci_credit_default/UCI_Credit_Card.csv", card),
        ("give_me_some_credit/cs-training.parquet", credit),
        ("breast_cancer_wdbc/wdbc.csv", cancer),
        ("steel_plates_faults/steel_plates_faults.csv", steel),
    ],
)
def test_real_tables_without_a_leak_are_not_accused(codes, real, name, read):
    found = codes(read(real(name)))
    assert leaks(found) == set()
    assert not {"label.suspect", "data.unit_break", "data.entity_split"} & {
        code for code, _ in found
    }


def test_steel_plates_other_faults_are_leaks(codes, real):
    path = real("steel_plates_faults/steel_plates_faults.csv")
    faults = pl.read_csv(path).columns[-7:]
    frame = pl.read_csv(path).select(faults).hstack(steel(path))
    assert leaks(codes(frame)) == {("leak.flag", name) for name in faults}
    one = {("leak.one_hot", name) for name in faults if name != "Bumps"}
    assert leaks(codes(frame.drop("y"), target="Bumps")) == one


@pytest.mark.parametrize("school", ["mat", "por"])
def test_earlier_grades_are_strong_but_no_error(codes, real, school):
    text = real(f"student_performance/student-{school}.csv").read_text().replace('"', "")
    frame = pl.read_csv(io.StringIO(text), separator=";")
    found = leaks(codes(frame, target="G3", goal="regress"))
    assert found == {("leak.strong", "G1"), ("leak.strong", "G2")}
