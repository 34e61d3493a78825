"""How much memory records may take, and which of them to keep when they would take more."""

from __future__ import annotations

import math

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.values import Finding

SHARE = 0.4
"""Share of the available memory that raw records may take; training needs the rest."""

_GOLDEN = 2_654_435_769  # 2^32 divided by the golden ratio: multiples spread evenly, never in step
_WHOLE = 2**32


def limit() -> float:
    """Bytes that raw records may take on this machine, now."""
    try:
        import psutil  # type: ignore[import-untyped]

        return float(psutil.virtual_memory().available) * SHARE
    except ImportError:
        return _from_proc() * SHARE


def _from_proc() -> float:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return float(line.split()[1]) * 1024
    except OSError:
        pass
    return math.inf


def share(needed: float, allowed: float, sample: bool, label: str) -> float | None:
    """The share of records to keep, or None for all of them.

    Raises:
        LuodiError: ``read.too_large`` when they need more than allowed and no sample is wanted.
    """
    if needed <= allowed:
        return None
    if not sample:
        raise too_large(needed, allowed, label)
    return allowed / needed


def too_large(needed: float, allowed: float, label: str) -> LuodiError:
    """The error for a source that can be neither held nor sampled."""
    mega = 1 / 2**20
    return LuodiError(
        "read.too_large",
        source=label,
        needed_mb=math.ceil(needed * mega),
        limit_mb=math.floor(allowed * mega),
    )


def kept(row: int, part: float) -> bool:
    """Whether a row is in the sample: spread evenly, the same every time."""
    return row * _GOLDEN % _WHOLE < part * _WHOLE


def kept_expression(column: str, part: float) -> pl.Expr:
    """The same choice for a column of row numbers."""
    return (pl.col(column).cast(pl.UInt64) * _GOLDEN) % _WHOLE < int(part * _WHOLE)


def sampled(label: str, rows: int, part: float) -> Finding:
    """The warning that only a sample was read."""
    evidence = {"source": label, "rows": rows, "percent": round(100 * part, 2)}
    return Finding("read.sampled", "warning", None, evidence)
