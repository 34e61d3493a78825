"""The codec lays rows out the same way one by one, in lists and in columns."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from luodi.core.errors import LuodiError
from luodi.modalities.tabular import adversary
from luodi.modalities.tabular.codec import (
    NO_TIME,
    CategoryColumn,
    Codec,
    NumberColumn,
    TimeColumn,
)

CODEC = Codec(
    goal="classify",
    target="y",
    classes=("0", "1"),
    labels="integer",
    numbers=(
        NumberColumn("a", None, None, 0.0, 10.0, True),
        NumberColumn("b", 0.0, 100.0, 1.0, 90.0, False, missing=(-200.0,)),
    ),
    categories=(CategoryColumn("c", ("A1", "深蓝"), True),),
    times=(TimeColumn("t", ("%d/%m/%Y",), 0, 10**15, False),),
)


def test_codec_survives_json() -> None:
    assert Codec.from_json(json.loads(json.dumps(CODEC.to_json()))) == CODEC


def test_a_codec_of_another_form_is_refused() -> None:
    with pytest.raises(LuodiError) as caught:
        Codec.from_json({"format": "tabular/99"})
    assert caught.value.code == "rows.codec"


def test_plain_row_needs_no_warning() -> None:
    batch = CODEC.encode_row({"a": 1, "b": 2.5, "c": "A1", "t": "02/01/1970"})
    assert batch.feeds["numbers"].tolist() == [[1.0, 2.5]]
    assert batch.feeds["categories"].tolist() == [["A1"]]
    assert batch.feeds["times"].tolist() == [[86_400_000_000]]
    assert batch.warnings == [()]


def test_full_width_text_reads_as_plain_text() -> None:
    batch = CODEC.encode_row({"a": "１．５", "b": " 2 ", "c": "Ａ１", "t": None})
    assert batch.feeds["numbers"].tolist() == [[1.5, 2.0]]
    assert batch.feeds["categories"].tolist() == [["A1"]]
    assert batch.warnings == [()]


def test_each_oddity_is_named_with_its_column() -> None:
    batch = CODEC.encode_row({"b": 500.0, "c": "new", "t": "2024-01-01"})
    assert batch.warnings == [("missing_required:a", "out_of_range:b", "unseen_category:c")]
    assert math.isnan(batch.feeds["numbers"][0, 1]), "a value that cannot be is missing"


def test_news_keeps_its_value_but_is_flagged() -> None:
    batch = CODEC.encode_row({"a": 11.0, "c": "A1"})
    assert batch.feeds["numbers"][0, 0] == 11.0
    assert batch.warnings == [("out_of_range:a",)]


def test_declared_missing_values_become_missing() -> None:
    batch = CODEC.encode_row({"a": 1.0, "b": -200, "c": "A1"})
    assert math.isnan(batch.feeds["numbers"][0, 1])
    assert batch.warnings == [()]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"a": "fast"}, "rows.not_a_number"),
        ({"a": "1_000"}, "rows.not_a_number"),
        ({"a": True}, "rows.not_a_number"),
        ({"a": [1]}, "rows.not_a_number"),
        ({"a": math.inf}, "rows.not_finite"),
        ({"a": "1e999"}, "rows.not_finite"),
        ({"a": 10**400}, "rows.not_finite"),
        ({"a": 1, "c": ["A1"]}, "rows.not_a_category"),
        ({"a": 1, "c": "A1", "t": "soon"}, "rows.not_a_time"),
        ({"x": 1}, "rows.no_known_column"),
    ],
)
def test_values_that_cannot_be_are_refused_with_a_code(row: dict[str, object], code: str) -> None:
    with pytest.raises(LuodiError) as caught:
        CODEC.encode_row(row)
    assert caught.value.code == code
    assert caught.value.text("zh") != caught.value.text("en")


def test_errors_name_the_row() -> None:
    rows = [{"a": 1}, {"a": 2}, {"a": "x"}]
    with pytest.raises(LuodiError) as caught:
        CODEC.encode_rows(rows)
    assert caught.value.facts["row"] == 2
    columns = {"a": np.array([1, 2, "x"], object)}
    with pytest.raises(LuodiError) as caught:
        CODEC.encode_columns(columns, 3)
    assert caught.value.facts["row"] == 2


def test_rows_and_columns_are_laid_out_alike() -> None:
    records = adversary.records(CODEC, [("a", 0.1), ("b", 50.0)], 500, seed=3)
    by_row = CODEC.encode_rows(records)
    names = {name for record in records for name in record}
    columns = {n: np.array([*(r.get(n) for r in records), None], object)[:-1] for n in names}
    by_column = CODEC.encode_columns(columns, len(records))
    np.testing.assert_array_equal(by_row.feeds["numbers"], by_column.feeds["numbers"])
    assert by_row.feeds["categories"].tolist() == by_column.feeds["categories"].tolist()
    np.testing.assert_array_equal(by_row.feeds["times"], by_column.feeds["times"])
    assert [set(w) for w in by_row.warnings] == [set(w) for w in by_column.warnings]


def test_an_absent_time_is_marked() -> None:
    assert CODEC.encode_row({"a": 1}).feeds["times"].tolist() == [[NO_TIME]]


def test_no_rows_give_empty_arrays() -> None:
    batch = CODEC.encode_rows([])
    assert batch.feeds["numbers"].shape == (0, 2)
    assert batch.feeds["categories"].shape == (0, 1)
