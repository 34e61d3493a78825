"""OpenAPI 3.1 of what is served, written from the contracts of the releases themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.serve.models import Model
from luodi.serve.routes import Route
from luodi.serve.schemas import ANSWERS, BODIES, ID, SHARED, answer, listed, record, ref
from luodi.serve.settings import Limits

_JSON = "application/json"


def document(
    models: Sequence[Model], routes: Mapping[bytes, Route], limits: Limits, version: str
) -> dict[str, Any]:
    """The document for exactly these models and routes.

    Args:
        models: The tasks in service.
        routes: All routes by path.
        limits: What a client may ask.
        version: The version of luodi.
    """
    by_name = {model.name: model for model in models}
    schemas = dict(SHARED)
    for model in models:
        schemas[f"Record-{model.name}"] = record(model.current)
        schemas[f"Answer-{model.name}"] = answer(model.current)
    paths = {
        path.decode(): {route.method.lower(): _operation(path.decode(), route, by_name, limits)}
        for path, route in routes.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "luodi",
            "version": version,
            "description": "Answers of releases, each with an id under which its truth may come.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    path: str, route: Route, models: Mapping[str, Model], limits: Limits
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": path.strip("/").replace("/", "_").replace(".", "_"),
        "summary": _SUMMARIES[route.action],
        "security": [{"token": []}] if route.roles else [],
        "responses": {
            "200": {"description": "Done.", "content": _content(route)},
            "default": {
                "description": "An error, as RFC 9457 has it: a code and a request id.",
                "content": {"application/problem+json": {"schema": ref("Problem")}},
            },
        },
    }
    if "{id}" in path:
        named = {"name": "id", "in": "path", "required": True, "schema": ID}
        operation["parameters"] = [named]
        operation["operationId"] = route.action
    body = _body(route, limits)
    if body is not None:
        content: dict[str, Any] = {_JSON: {"schema": body}}
        if route.action == "predict":
            file = models[route.model].current.file
            content |= {kind: {} for kind in (file.media if file else ())}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _body(route: Route, limits: Limits) -> dict[str, Any] | None:
    if route.action == "predict":
        return listed(ref(f"Record-{route.model}"), limits.rows)
    if route.action == "feedback":
        return listed(ref("Feedback"), limits.rows)
    if route.action in BODIES:
        return BODIES[route.action]
    if route.action == "invocations":
        return _invocation(ref(f"Record-{route.model}"), limits.rows)
    return None


def _invocation(one: dict[str, Any], rows: int) -> dict[str, Any]:
    many = {"type": "array", "items": one, "maxItems": rows}
    split = {
        "type": "object",
        "required": ["columns", "data"],
        "properties": {
            "columns": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "data": {"type": "array", "items": {"type": "array"}, "maxItems": rows},
        },
    }
    forms = {"dataframe_split": split, "dataframe_records": many, "instances": many, "inputs": many}
    return {
        "oneOf": [
            {
                "type": "object",
                "required": [name],
                "properties": {name: form},
                "additionalProperties": False,
            }
            for name, form in forms.items()
        ]
    }


def _content(route: Route) -> dict[str, Any]:
    if route.action == "review_image":
        return {"image/*": {}, "application/*": {}}
    if route.action == "metrics":
        return {"text/plain": {"schema": {"type": "string"}}}
    if route.action == "predict":
        return {_JSON: {"schema": listed(ref(f"Answer-{route.model}"))}}
    if route.action == "invocations":
        many = {"type": "array", "items": ref(f"Answer-{route.model}")}
        schema = {
            "type": "object",
            "required": ["predictions"],
            "properties": {"predictions": many},
        }
        return {_JSON: {"schema": schema}}
    content: dict[str, Any] = {_JSON: {"schema": ANSWERS.get(route.action, {"type": "object"})}}
    if route.action == "infer":
        content["application/octet-stream"] = {"schema": {}}
    return content


_SUMMARIES = {
    "live": "Whether the process lives.",
    "ready": "Whether requests would be answered.",
    "model_ready": "Whether the model would answer.",
    "metrics": "Counts, in Prometheus's text format.",
    "openapi": "This document.",
    "server": "Open Inference Protocol: the server.",
    "about": "Open Inference Protocol: the model's tensors.",
    "infer": "Open Inference Protocol: answers for tensors, one a column.",
    "predict": "Answers for one record or many.",
    "invocations": "Answers in MLflow's form.",
    "feedback": "What came true; acknowledged once it is on the disk.",
    "review_next": "The next cases that wait for a person, lent for a while.",
    "review_answer": "What a person saw; acknowledged as feedback is.",
    "review_image": "The image of a case that waits, as the file that was sent.",
    "review_skip": "Nobody can say what is true; the case waits no more.",
}
