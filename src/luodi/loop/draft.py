"""A task file, from a look at the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luodi.core.events import Listener, silent


def new(
    name: str,
    source: str,
    target: str,
    *,
    query: str | None = None,
    header: bool | Sequence[str] = True,
    listener: Listener = silent,
) -> str:
    """Text of a commented task file, written from a look at the data.

    Args:
        name: Name of the task.
        source: A data file, or a database address.
        target: The column to predict.
        query: The SQL query, for a database address.
        header: Whether the first line holds names; or the names.
        listener: Told what is being looked at.

    Raises:
        LuodiError: ``new.*``, ``read.*``.
    """
    from luodi import data

    reading: dict[str, Any] = {} if query is None else {"query": query}
    if header is not True:
        reading["header"] = header if header is False else list(header)
    return data.propose(name, source, target, listener, reading)
