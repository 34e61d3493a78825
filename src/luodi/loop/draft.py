"""A task file, from a look at the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.events import Listener, silent


def new(
    name: str,
    source: str,
    target: str | None = None,
    *,
    kind: str | None = None,
    query: str | None = None,
    header: bool | Sequence[str] = True,
    listener: Listener = silent,
) -> str:
    """Text of a commented task file, written from a look at the data.

    Args:
        name: Name of the task.
        source: A data file, a folder of images, or a database address.
        target: The column to predict; where folders say what images are, it needs no name.
        kind: The kind of data, such as ``image``; found by a look when not given.
        query: The SQL query, for a database address.
        header: Whether the first line holds names; or the names.
        listener: Told what is being looked at.

    Raises:
        LuodiError: ``new.*``, ``read.*``.
    """
    from luodi import data
    from luodi.modalities import modality, told

    found = kind or told(source)
    target = target or modality(found).TARGET
    if target is None:
        raise LuodiError("new.no_target", source=source)
    reading: dict[str, Any] = {} if found == "tabular" else {"modality": found}
    if query is not None:
        reading["query"] = query
    if header is not True:
        reading["header"] = header if header is False else list(header)
    return data.propose(name, source, target, listener, reading)
