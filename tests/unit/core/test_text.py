"""The same value has the same text, wherever it comes from."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.core.text import canonical


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (("1", 1, 1.0, np.int64(1), np.float32(1), "１", " 1 "), "1"),
        ((True, "true", "True", "TRUE", np.bool_(True)), "true"),
        ((False, "False", np.bool_(False)), "false"),
        ((None, float("nan"), np.nan, "", "  ", "\u3000"), ""),
        ((2.5, np.float64(2.5), "2.5"), "2.5"),
        (("Ａ１", "A1"), "A1"),
        (("深蓝", " 深蓝\n"), "深蓝"),
        ((-0.0, 0, 0.0), "0"),
    ],
)
def test_one_value_has_one_text(values: tuple[object, ...], text: str) -> None:
    assert {canonical(value) for value in values} == {text}


def test_text_is_not_taken_for_a_number() -> None:
    assert canonical("1.0") == "1.0"
    assert canonical("007") == "007"
    assert canonical("no") == "no"


def test_a_canonical_text_stays_as_it_is() -> None:
    for value in (3.0, "Ｎ/Ａ ", True, 1e300, "x\u200by", float("inf")):
        if value != float("inf"):
            assert canonical(canonical(value)) == canonical(value)
