"""Arrays and floats as plain JSON data: six digits, and None for what is not a number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

DIGITS = 6


def plain(value: Any) -> Any:
    """A value as JSON data, the same for every machine that reads it.

    Example:
        >>> plain({"a": np.array([1.23456789, np.nan]), "b": np.int64(3), "c": (True, "x")})
        {'a': [1.23457, None], 'b': 3, 'c': [True, 'x']}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
