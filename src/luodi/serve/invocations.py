"""What MLflow's clients send and expect: ``/invocations``, and ``/ping`` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.core.errors import LuodiError
from luodi.serve import reply
from luodi.serve.answers import Question, Record
from luodi.serve.reply import Reply

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")


def records(value: Any, limit: int) -> list[Record]:
    """The records of a request in any of MLflow's forms.

    Args:
        value: The JSON: one of ``FORMS``, and perhaps ``params``, which nothing here takes.
        limit: Most records.

    Raises:
        LuodiError: ``serve.not_records``, ``serve.rows``.

    Example:
        >>> records({"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}, limit=9)
        [{'a': 1, 'b': 2}]
    """
    given = [form for form in FORMS if type(value) is dict and form in value]
    if len(given) != 1 or not set(value) <= {given[0], "params"}:
        raise LuodiError("serve.not_records")
    content = value[given[0]]
    if given[0] == "dataframe_split":
        return _split(content, limit)
    if type(content) is dict and given[0] in ("instances", "inputs"):
        return _columns(content, limit)
    if type(content) is not list:
        raise LuodiError("serve.not_records")
    return list(content)


def _split(content: Any, limit: int) -> list[Record]:
    if type(content) is not dict or not set(content) <= {"columns", "data", "index"}:
        raise LuodiError("serve.not_records")
    columns, data = content.get("columns"), content.get("data")
    if (
        type(columns) is not list
        or type(data) is not list
        or len(set(map(str, columns))) != len(columns)
    ):
        raise LuodiError("serve.not_records")
    if len(data) > limit:
        raise LuodiError("serve.rows", limit=limit)
    if not all(type(row) is list and len(row) == len(columns) for row in data):
        raise LuodiError("serve.not_records")
    names = [str(name) for name in columns]
    return [dict(zip(names, row, strict=True)) for row in data]


def _columns(content: Mapping[str, Any], limit: int) -> list[Record]:
    """Lists by column; values alone are one record."""
    if not any(type(values) is list for values in content.values()):
        return [content]
    lengths = {len(values) if type(values) is list else -1 for values in content.values()}
    if len(lengths) != 1:
        raise LuodiError("serve.not_records")
    if max(lengths) > limit:
        raise LuodiError("serve.rows", limit=limit)
    rows = zip(*content.values(), strict=True)
    return [dict(zip(content, row, strict=True)) for row in rows]


def written(question: Question) -> Reply:
    """Answers in the form that MLflow's clients read."""
    return reply.json({"predictions": question.answers or []})
