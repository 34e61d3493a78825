"""Generated records follow the process that they name, and say the same for the same seed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from luodi.testing import generate

MODES = ["TWF", "HDF", "PWF", "OSF", "RNF"]


@pytest.fixture(scope="module")
def products() -> pl.DataFrame:
    return generate.machine_failure()


def test_the_published_columns_and_rates_come_out(products):
    assert products.columns == [
        "UDI", "Product ID", "Type", "Air temperature [K]", "Process temperature [K]",
        "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]", "Machine failure", *MODES,
    ]  # fmt: skip
    assert products.height == 10_000
    assert 0.02 < products["Machine failure"].mean() < 0.05
    shares = dict(products["Type"].value_counts(normalize=True).iter_rows())
    assert shares == pytest.approx({"L": 0.5, "M": 0.3, "H": 0.2}, abs=0.02)
    assert products["Air temperature [K]"].mean() == pytest.approx(300, abs=0.1)
    assert products["Air temperature [K]"].std() == pytest.approx(2, abs=0.1)
    assert products["Torque [Nm]"].mean() == pytest.approx(40, abs=0.5)
    assert products["Torque [Nm]"].min() > 0


def test_each_failure_obeys_its_published_rule(products):
    power = pl.col("Torque [Nm]") * pl.col("Rotational speed [rpm]") * 2 * np.pi / 60
    cool = (pl.col("Process temperature [K]") - pl.col("Air temperature [K]")).round(1)
    slow = pl.col("Rotational speed [rpm]") < 1380
    strain = pl.col("Tool wear [min]") * pl.col("Torque [Nm]")
    limit = pl.col("Type").replace_strict(generate.OVERSTRAIN)
    seen = products.select(
        PWF=((power < 3500) | (power > 9000)).cast(pl.Int64) == pl.col("PWF"),
        OSF=(strain > limit).cast(pl.Int64) == pl.col("OSF"),
        HDF=((cool < 8.6) & slow).cast(pl.Int64) == pl.col("HDF"),
        TWF=(pl.col("TWF") == 0) | pl.col("Tool wear [min]").is_between(200, 245),
        any=pl.max_horizontal(MODES) == pl.col("Machine failure"),
    )
    assert seen.to_dicts() and all(seen[name].all() for name in seen.columns)
    assert all(products[mode].sum() > 0 for mode in MODES)


@pytest.mark.parametrize("make", [generate.machine_failure, generate.sensor_rows])
def test_a_seed_gives_the_same_rows_and_another_gives_others(make):
    assert make(300, seed=1).equals(make(300, seed=1))
    assert not make(300, seed=1).equals(make(300, seed=2))


def test_the_device_is_linear_down_to_its_noise_floor():
    table, floor = generate.device_state(20_000, seed=4)
    rest = table["State"].to_numpy() - generate.device_truth(table)
    assert np.sqrt(np.mean(rest**2)) == pytest.approx(floor, rel=0.03)


def test_sensor_rows_have_the_size_asked_for_and_can_be_learned():
    table = generate.sensor_rows(20_000, 30)
    assert table.shape == (20_000, 31)
    assert table["fault"].mean() == pytest.approx(0.05, abs=0.005)
    assert table["sensor_01"].null_count() == pytest.approx(200, abs=60)
    by_line = table.group_by("line").agg(pl.col("fault").mean())["fault"]
    assert by_line.max() > 2 * by_line.min()
