"""What a request asks, by the form in which it came: records, and how answers are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from luodi.core.errors import LuodiError
from luodi.core.text import base64_text
from luodi.serve import inference, invocations, reply, strict
from luodi.serve.answers import Question, Record, Written
from luodi.serve.models import Served
from luodi.serve.reply import Reply
from luodi.serve.request import Request
from luodi.serve.settings import Limits

Asked = tuple[Sequence[Record], Written]


def predict(request: Request, served: Served, limits: Limits) -> Asked:
    """Answers for one record or many; a file alone is one record, as if it were base64 text."""
    if served.file is not None and request.media in served.media:
        record = {served.file.name: base64_text(request.body)}
        return [record], _one
    value = strict.decode(request.body, limits.depth)
    if type(value) is list:
        return _checked(value, limits), _many
    return _checked([value], limits), _one


def mlflow(request: Request, served: Served, limits: Limits) -> Asked:
    """Answers in MLflow's form."""
    value = strict.decode(request.body, limits.depth)
    return _checked(invocations.records(value, limits.rows), limits), invocations.written


def tensors(request: Request, served: Served, limits: Limits) -> Asked:
    """Answers for tensors."""
    asked = inference.read(request, limits, frozenset(field.name for field in served.files))
    return _checked(asked.records, limits), partial(inference.written, asked)


BY_ACTION: dict[str, Callable[[Request, Served, Limits], Asked]] = {
    "predict": predict,
    "invocations": mlflow,
    "infer": tensors,
}


def _checked(records: list[Record], limits: Limits) -> list[Record]:
    """The records themselves.

    Raises:
        LuodiError: ``serve.rows``, ``serve.not_records``.
    """
    if len(records) > limits.rows:
        raise LuodiError("serve.rows", limit=limits.rows)
    if not all(type(record) is dict for record in records):
        raise LuodiError("serve.not_records")
    return records


def _one(question: Question) -> Reply:
    assert question.answers is not None
    return reply.json(question.answers[0])


def _many(question: Question) -> Reply:
    assert question.answers is not None
    return reply.json(question.answers)
