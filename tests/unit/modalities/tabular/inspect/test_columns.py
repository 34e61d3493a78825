"""Each fault of a single column is found where it is planted, with its numbers."""

import numpy as np
import polars as pl
import pytest


def row(frame):
    return pl.int_range(frame.height)


def test_running_numbers_and_unique_codes_are_identifiers(codes, clean):
    frame = clean(500)
    frame = frame.with_columns(
        UDI=row(frame) + 1,
        code=pl.format("M{}", row(frame) * 37),
        noise=pl.Series(np.arange(500) * 1.7),
    )
    found = codes(frame)
    assert ("data.identifier", "UDI") in found
    assert ("data.identifier", "code") in found
    assert ("data.identifier", "noise") not in found


def test_unique_sentences_and_whole_amounts_are_no_identifiers(codes, clean):
    draw = np.random.default_rng(0)
    frame = clean(500)
    frame = frame.with_columns(
        remark=pl.format("the part number {} broke", row(frame)),
        income=pl.Series(draw.integers(10_000, 10_000_000, 500)),
    )
    assert "data.identifier" not in {code for code, _ in codes(frame)}


def test_a_random_number_named_as_one_is_an_identifier(codes, clean):
    draw = np.random.default_rng(0)
    frame = clean(500).with_columns(customer_id=pl.Series(draw.integers(1, 10**9, 500)))
    assert ("data.identifier", "customer_id") in codes(frame)


def test_constant_and_empty_columns_are_told(codes, clean):
    frame = clean(300).with_columns(line=pl.lit("A"), old=pl.when(pl.col("count") > 7).then(1.5))
    found = codes(frame)
    assert ("data.constant", "line") in found
    assert ("data.missing_mostly", "old") in found


def test_words_among_numbers_are_told_with_examples(findings, clean):
    text = (
        pl.when(pl.int_range(pl.len()) % 20 == 0)
        .then(pl.lit("err"))
        .otherwise(pl.col("size").round(1).cast(pl.String))
    )
    finding = findings(clean(500).with_columns(reading=text))["data.mixed_types"]
    assert (finding.column, finding.evidence["others"]) == ("reading", 25)
    assert '"err"' in finding.part("remedy", "en")


def test_codes_that_all_are_numbers_are_not_mixed(codes, clean):
    zip_code = (pl.int_range(pl.len()) % 40 + 10_000).cast(pl.String)
    assert codes(clean(500).with_columns(zip=zip_code)) == []


def test_a_category_with_too_many_values_is_told(codes, clean):
    town = pl.format("town {}", pl.int_range(pl.len()) // 3)
    assert ("data.high_cardinality", "town") in codes(clean(900).with_columns(town=town.shuffle(1)))


@pytest.mark.parametrize("mark", [-200.0, -999.0, 999.0, 9999.0, 1e20, -1.0e37])
def test_a_code_for_missing_is_told(findings, clean, mark):
    values = pl.when(pl.int_range(pl.len()) % 25 == 0).then(mark).otherwise("size")
    finding = findings(clean(500).with_columns(size=values))["data.sentinel"]
    assert (finding.column, finding.evidence["rows"]) == ("size", 20)
    assert finding.evidence["key"] in finding.part("remedy", "en")


@pytest.mark.parametrize("seed", range(4))
def test_a_custom_number_inside_the_usual_range_is_no_code(codes, seed, clean):
    draw = np.random.default_rng(seed)
    columns = {"age": draw.integers(1, 101, 2000), "amount": draw.integers(0, 12_000, 2000)}
    frame = clean(2000, seed).with_columns(**{k: pl.Series(v) for k, v in columns.items()})
    assert codes(frame) == []


def test_values_outside_the_task_s_range_are_counted(findings, clean):
    finding = findings(clean(500), columns={"size": {"range": [40, None]}})["data.out_of_range"]
    below = int((clean(500)["size"] < 40).sum())
    assert (finding.column, finding.evidence["rows"]) == ("size", below)


@pytest.mark.parametrize(
    ("factor", "offset", "said"),
    [(1000, 0, "x 1000"), (25.4, 0, "x 25.4"), (1.8, 32, "Fahrenheit"), (1, 273.15, "Kelvin")],
)
def test_a_block_in_another_unit_is_told(findings, clean, factor, offset, said):
    draw = np.random.default_rng(0)
    values = draw.normal(21, 2.5, 1000)
    values[300:360] = values[300:360] * factor + offset
    finding = findings(clean(1000).with_columns(temperature=pl.Series(values)))["data.unit_break"]
    evidence = finding.evidence
    assert said in evidence["conversion"]
    assert (evidence["rows"], evidence["first"], evidence["last"]) == (60, 301, 360)


@pytest.mark.parametrize("seed", range(5))
def test_two_honest_clusters_are_no_unit_break(codes, clean, seed):
    draw = np.random.default_rng(seed)
    two = np.where(draw.random(1000) < 0.3, draw.normal(120, 9, 1000), draw.normal(20, 2, 1000))
    heavy = draw.pareto(1.2, 1000)
    frame = clean(1000, seed).with_columns(two=pl.Series(two), heavy=pl.Series(heavy))
    assert codes(frame) == []
