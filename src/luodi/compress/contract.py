"""What a smaller release has to keep to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from luodi.compress.measure import Measured


@dataclass(frozen=True)
class Contract:
    """Limits of a smaller release; infinity where there is none.

    Attributes:
        drop: Points of a hundred that the task's figure may fall.
        size_mb: Largest graph, MB.
        one_row_ms: Longest time for one record in the median, milliseconds.
    """

    drop: float = 0.5
    size_mb: float = math.inf
    one_row_ms: float = math.inf

    def broken(self, figure: Measured, drop: float) -> tuple[str, ...]:
        """What is not kept to: ``drop``, ``size_mb``, ``one_row_ms``.

        Args:
            figure: Size and speed.
            drop: Points that the figure fell.
        """
        seen = {"drop": drop, "size_mb": figure.size_mb, "one_row_ms": figure.p50_ms}
        return tuple(name for name, value in seen.items() if value > getattr(self, name))
