"""JSON Schemas of records, answers and everything else that goes over the wire."""

from __future__ import annotations

import math
from typing import Any

from luodi.core.codec import Field
from luodi.serve.models import Served
from luodi.serve.reviewing import MOST_COUNT, MOST_LEASE_S

Schema = dict[str, Any]
DIGEST = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
ID = {"type": "string", "pattern": "^[0-9a-f-]{1,64}$"}
MOMENT = {"type": "string", "format": "date-time"}
_LABELS = {"integer": "integer", "boolean": "boolean"}


def ref(name: str) -> Schema:
    """A schema by its name in the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(one: Schema, most: int | None = None) -> Schema:
    """One of something, or an array of them."""
    many: Schema = {"type": "array", "items": one}
    return {"anyOf": [one, many | ({"maxItems": most} if most else {})]}


def record(served: Served) -> Schema:
    """A record as this release takes it: every column may be missing, more are no harm."""
    fields = served.release.scorer.codec.fields
    expected = [field.name for field in fields if field.required]
    return {
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "minProperties": 1,
        "description": f"Answered without warning when it has: {', '.join(expected) or 'nothing'}.",
    }


def _property(field: Field) -> Schema:
    """What a column takes; numbers come as text too, from spreadsheets and with wide digits."""
    if field.media:
        low, high = field.seen or (-math.inf, math.inf)
        unit = f" {field.unit}" if field.unit else ""
        about = f"{', '.join(field.media)}; sides seen in training from {low:g} to {high:g}{unit}"
        text = {"type": "string", "contentEncoding": "base64", "description": about}
        return text | {"contentMediaType": f"{field.kind}/*"}
    if field.kind == "number":
        low, high = field.seen or (-math.inf, math.inf)
        unit = f" {field.unit}" if field.unit else ""
        about = f"seen in training from {low:g} to {high:g}{unit}"
        return {"type": ["number", "string", "null"], "description": about}
    if field.kind == "time":
        formats = ", ".join(field.formats) or "ISO 8601"
        return {"type": ["string", "number", "null"], "description": formats}
    return {"type": ["string", "number", "boolean", "null"], "examples": list(field.known[:5])}


def answer(served: Served) -> Schema:
    """An answer of this release."""
    codec = served.release.scorer.codec
    share = {"type": "number", "minimum": 0, "maximum": 1}
    properties: Schema = {
        "id": {"anyOf": [ID, {"type": "null"}], "description": "null when it is not kept"}
    }
    if served.release.goal == "regress":
        properties["value"] = {"type": "number"}
    else:
        kind = _LABELS.get(codec.labels, "string")
        properties["decision"] = {"type": kind, "enum": list(served.decisions)}
        properties["probability"] = share
        if len(codec.classes) > 2:
            shares = dict.fromkeys(codec.classes, share)
            properties["probabilities"] = {"type": "object", "properties": shares}
    if served.release.scorer.knows_strange:
        about = "how unlike the records of training it is; above 1 with a warning"
        properties["strangeness"] = {"type": "number", "minimum": 0, "description": about}
    properties["action"] = {"enum": ["accept", "review"]}
    properties["release"] = DIGEST
    properties["warnings"] = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "required": list(properties), "properties": properties}


_CASE: Schema = {
    "id": ID,
    "at": MOMENT,
    "decision": {"type": ["string", "number", "boolean"]},
    "probability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "record": {
        "type": "object",
        "description": "in place of an image its media, bytes, width, height and path",
    },
    "warnings": {"type": "array", "items": {"type": "string"}},
    "urgency": {"type": "number", "description": "what a decision without a look may cost"},
    "expires_at": {"anyOf": [MOMENT, {"type": "null"}]},
    "taken_until": MOMENT | {"description": "from then on somebody else may be given it"},
    "release": DIGEST,
}
SHARED: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": {"const": "about:blank"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "request_id": {"type": "string"},
            "column": {"type": "string", "description": "a column of the release"},
            "row": {"type": "integer", "minimum": 0},
            "error": {"type": "string", "description": "the code again, where clients want it"},
        },
        "additionalProperties": False,
    },
    "Feedback": {
        "type": "object",
        "required": ["id", "truth"],
        "properties": {
            "id": ID,
            "truth": {"type": ["string", "number", "boolean"]},
            "at": {"type": ["string", "null"], "format": "date-time"},
        },
        "additionalProperties": False,
    },
    "Receipt": {
        "type": "object",
        "required": ["id", "counts", "code"],
        "properties": {
            "id": ID,
            "counts": {"type": "boolean"},
            "code": {"type": ["string", "null"]},
        },
        "additionalProperties": False,
    },
    "Asking": {
        "type": "object",
        "properties": {
            "model": {"type": "string", "description": "a task that is served; else the first"},
            "count": {"type": "integer", "minimum": 1, "maximum": MOST_COUNT},
            "lease_s": {"type": "number", "minimum": 1, "maximum": MOST_LEASE_S},
        },
        "additionalProperties": False,
    },
    "Case": {
        "type": "object",
        "required": [*_CASE],
        "properties": _CASE,
        "additionalProperties": False,
    },
    "Skipped": {
        "type": "object",
        "required": ["id", "skipped"],
        "properties": {
            "id": ID,
            "skipped": {"type": "boolean", "description": "false when it was answered before"},
        },
        "additionalProperties": False,
    },
    "Tensor": {
        "type": "object",
        "required": ["name", "shape", "datatype"],
        "properties": {
            "name": {"type": "string"},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            "datatype": {"type": "string"},
            "data": {"type": "array"},
            "parameters": {"type": "object"},
        },
    },
    "Inference": {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "id": {"type": "string"},
            "inputs": {
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/components/schemas/Tensor"},
            },
            "outputs": {"type": "array", "items": {"type": "object"}},
            "parameters": {"type": "object"},
        },
    },
}
BODIES: dict[str, Schema] = {
    "infer": ref("Inference"),
    "review_next": ref("Asking"),
    "review_answer": ref("Feedback"),
    "review_skip": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": ID},
        "additionalProperties": False,
    },
}
ANSWERS: dict[str, Schema] = {
    "live": {"type": "object", "required": ["live"], "properties": {"live": {"const": True}}},
    "ready": {"type": "object", "required": ["ready"], "properties": {"ready": {"const": True}}},
    "feedback": listed(ref("Receipt")),
    "review_next": {"type": "array", "items": ref("Case"), "maxItems": MOST_COUNT},
    "review_answer": ref("Receipt"),
    "review_skip": ref("Skipped"),
    "infer": {
        "type": "object",
        "required": ["model_name", "model_version", "outputs"],
        "properties": {
            "model_name": {"type": "string"},
            "model_version": {"type": "string"},
            "id": {"type": "string"},
            "outputs": {"type": "array", "items": ref("Tensor")},
        },
    },
}
