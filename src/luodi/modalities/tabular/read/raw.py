"""What a reader of one format hands on: a frame, and what it noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl

from luodi.core.values import Finding

if TYPE_CHECKING:
    from luodi.core.task import Data


@dataclass(frozen=True, slots=True)
class Options:
    """How to read one source: the task's words, and what the caller already knows.

    Attributes:
        encoding: Text encoding; None to find it.
        delimiter: Delimiter of a text file; None to find it.
        decimal: Decimal sign; None to find it.
        header: True when the first record holds names, False when there are none, or the names.
        query: SQL query for a database.
        text: Tells of columns that must stay text, by name.
        spare: A name of ``header`` that may be absent from the records (the target).
        memory: Bytes that the records may take.
        sample: Whether to read a sample of what is larger; else it is refused.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    header: bool | tuple[str, ...] = True
    query: str | None = None
    text: Callable[[str], bool] = field(default=lambda name: False)
    spare: str | None = None
    memory: float = float("inf")
    sample: bool = True


def options(data: Data | None, **known: object) -> Options:
    """Options from the task's ``data`` part.

    Args:
        data: The part; None for the defaults.
        known: Fields of ``Options`` that the caller sets.
    """
    words: Mapping[str, object] = {}
    if data is not None:
        names = ("encoding", "delimiter", "decimal", "header", "query")
        words = {name: getattr(data, name) for name in names} | {"spare": data.target}
    return Options(**{**words, **known})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Raw:
    """Records of one source as they stand there.

    Attributes:
        frame: Text columns where the format has no types, else the format's types.
        label: What to call the source in messages.
        notes: What the reader noticed.
        decimal: Decimal sign that the source's form suggests, for numbers that could be either.
    """

    frame: pl.DataFrame
    label: str
    notes: tuple[Finding, ...] = ()
    decimal: Literal[".", ","] | None = None
