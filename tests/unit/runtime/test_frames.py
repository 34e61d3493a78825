"""Rows of any kind come back as the same kind; what is no row is told as such."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fuzz.release_maker import ROWS, release
from luodi.core.errors import LuodiError
from luodi.runtime.load import load


@pytest.fixture(scope="module")
def loaded():
    return load(release())


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_an_empty_frame_has_the_columns_and_types_of_a_filled_one(loaded, kind):
    filled = loaded.predict(kind(ROWS))
    empty = loaded.predict(kind(ROWS)[:0])
    assert len(empty) == 0
    if isinstance(filled, pd.DataFrame):
        assert empty.dtypes.to_dict() == filled.dtypes.to_dict()
        assert list(empty.index) == []
    else:
        assert empty.schema == filled.schema


@pytest.mark.parametrize("thing", [None, 5, "text", np.zeros((2, 3)), iter(ROWS)])
def test_what_is_no_rows_is_told_by_its_type_also_without_narwhals(loaded, thing, monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals.stable.v2", None)
    with pytest.raises(LuodiError) as caught:
        loaded.predict(thing)
    assert (caught.value.code, caught.value.facts["kind"]) == (
        "rows.not_rows",
        type(thing).__name__,
    )


def pandas_again(*names: str) -> pd.DataFrame:
    frame = pd.DataFrame(ROWS)
    return pd.concat([frame, *(pd.DataFrame({name: ["x"] * len(frame)}) for name in names)], axis=1)


def arrow_again(*names: str) -> pa.Table:
    table = pa.Table.from_pylist(ROWS)
    for name in names:
        table = table.append_column(name, pa.array(["x"] * len(ROWS)))
    return table


@pytest.mark.parametrize("again", [pandas_again, arrow_again])
@pytest.mark.parametrize("verb", ["predict", "score"])
def test_columns_of_the_same_name_are_told_by_it(loaded, again, verb):
    with pytest.raises(LuodiError) as caught:
        getattr(loaded, verb)(again("torque", "温度", "温度", "mark"))
    assert (caught.value.code, caught.value.facts) == ("rows.same_name", {"names": "torque, 温度"})
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert len(getattr(loaded, verb)(again("mark"))), "other names are fine"


def test_columns_with_names_of_two_levels_are_told_as_one(loaded):
    frame = pd.DataFrame(ROWS)
    frame.columns = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c"), ("a", "b")])
    with pytest.raises(LuodiError) as caught:
        loaded.predict(frame)
    assert caught.value.facts == {"names": "('a', 'b')"}


def test_a_list_of_other_things_than_dicts_names_what_it_holds(loaded):
    with pytest.raises(LuodiError) as caught:
        loaded.predict([ROWS[0], ("a", 1)])
    assert (caught.value.code, caught.value.facts) == ("rows.not_dicts", {"kind": "tuple"})


def test_a_frame_without_narwhals_names_an_extra_that_has_no_learners(loaded, monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals.stable.v2", None)
    with pytest.raises(LuodiError) as caught:
        loaded.predict(pd.DataFrame(ROWS))
    assert "pip install 'luodi[runtime,frames]'" in str(caught.value)


def many(rows: int) -> pl.DataFrame:
    frame = pl.concat([pl.DataFrame(ROWS)] * (rows // len(ROWS) + 1))[:rows]
    number = next(name for name, kind in frame.schema.items() if kind == pl.Float64)
    return frame.with_columns(pl.Series(number, np.linspace(-3.0, 3.0, rows)))


@pytest.mark.parametrize("kind", [pl.DataFrame, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_a_long_frame_read_in_parts_gives_the_same_answers_to_the_last_bit(
    loaded, kind, monkeypatch
):
    from luodi.runtime import score

    frame = many(3001)
    whole = loaded.score(frame)
    monkeypatch.setattr(score, "LONG", 1000)
    monkeypatch.setattr(score, "PART", 600)
    parts = loaded.score(kind(frame))
    assert np.array_equal(parts.probabilities, whole.probabilities)
    assert np.array_equal(parts.decision, whole.decision)
    assert np.array_equal(parts.review, whole.review)
    assert parts.warnings == whole.warnings


def test_a_value_that_cannot_be_read_is_named_by_its_row_in_the_whole_frame(loaded, monkeypatch):
    from luodi.runtime import score

    monkeypatch.setattr(score, "LONG", 1000)
    monkeypatch.setattr(score, "PART", 600)
    frame = many(3001)
    number = next(name for name, kind in frame.schema.items() if kind == pl.Float64)
    values = frame[number].to_list()
    values[2500] = float("inf")
    with pytest.raises(LuodiError) as caught:
        loaded.score(frame.with_columns(pl.Series(number, values)))
    assert (caught.value.code, caught.value.facts["row"]) == ("rows.not_finite", 2500)
