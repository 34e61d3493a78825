"""Values outside the range that the task gives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found, shown
from luodi.modalities.tabular.inspect.look import Look


def find(look: Look) -> Iterator[Finding]:
    """Find values that the task calls impossible (``data.out_of_range``)."""
    for column in look.of_kind("number"):
        low, high = look.task.rule(column.name).range or (column.low, column.high)
        values = look.numbers(column.name)
        lowest, highest = _or(low, -np.inf), _or(high, np.inf)
        outside = values[(values < lowest) | (values > highest)]
        if len(outside):
            yield found(
                "data.out_of_range",
                "warning",
                column.name,
                rows=len(outside),
                share=len(outside) / len(look),
                range=f"{_end(low)} … {_end(high)}",
                lowest=outside.min(),
                highest=outside.max(),
            )


def _or(end: float | None, otherwise: float) -> float:
    return otherwise if end is None else end


def _end(value: float | None) -> str:
    return "·" if value is None else shown(value)
