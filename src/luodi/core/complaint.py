"""What is wrong with a task file, in words of our own and with the line where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from luodi.core import words
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.core.yaml import Document

Path_ = tuple[str | int, ...]

# What a library calls a problem, and what we call it (``core/words/task.toml``, phrases).
KNOWN = MappingProxyType(
    {
        "literal_error": "one_of",
        "string_type": "text",
        "string_pattern_mismatch": "name",
        "string_too_short": "some",
        "too_short": "some",
        "float_type": "number",
        "float_parsing": "number",
        "finite_number": "number",
        "int_type": "whole",
        "int_parsing": "whole",
        "int_parsing_size": "whole",
        "int_from_float": "whole",
        "bool_type": "yes_no",
        "bool_parsing": "yes_no",
        "model_type": "keys",
        "model_attributes_type": "keys",
        "dict_type": "keys",
        "tuple_type": "list",
        "list_type": "list",
        "greater_than": "above",
        "greater_than_equal": "at_least",
        "less_than": "below",
        "less_than_equal": "at_most",
    }
)
LIMITS = ("gt", "ge", "lt", "le")


class Refusal(ValueError):
    """What a validator raises.

    Args:
        reason: Name of the phrase in ``core/words/task.toml``.
        at: The key to blame, dotted, as seen from the model that is validated.
        facts: What the phrase speaks of.
    """

    def __init__(self, reason: str, at: str = "", **facts: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.facts = facts


def complaint(error: ValidationError, document: Document, task: type[BaseModel]) -> LuodiError:
    """The first problem of a task file, with its line.

    Args:
        error: What the validation found.
        document: The task file.
        task: The model of the whole document.
    """
    first = error.errors(include_url=False)[0]
    refusal = first.get("ctx", {}).get("error")
    at = refusal.at.split(".") if isinstance(refusal, Refusal) and refusal.at else []
    where = (*(part for part in first["loc"] if isinstance(part, str | int)), *at)
    path = document.nearest_path(where)
    if first["type"] == "extra_forbidden":
        return _unknown_key(document.source, document.line(path), path, task)
    if first["type"] == "missing":
        missing = ".".join(map(str, where))
        return LuodiError("task.missing_key", source=document.source, where=missing)
    return LuodiError(
        "task.wrong_value",
        source=document.source,
        line=document.line(path),
        where=_shown(path),
        value=document.excerpt(path),
        reason=_reason(first["type"], first.get("ctx", {})),
    )


def _reason(kind: str, facts: Mapping[str, Any]) -> str:
    """Why a value is refused, in the language spoken now."""
    refusal = facts.get("error")
    if isinstance(refusal, Refusal):
        return _phrase(refusal.reason, **refusal.facts)
    limit = next((facts[key] for key in LIMITS if key in facts), None)
    expected = str(facts.get("expected", "")).replace(" or ", ", ")
    return _phrase(KNOWN.get(kind, "other"), limit=limit, expected=expected)


def _phrase(name: str, **facts: Any) -> str:
    return str(words.room("task")["phrases"][name][words.language()]).format_map(facts)


def _unknown_key(source: str, line: int, path: Path_, task: type[BaseModel]) -> LuodiError:
    """The error for a key that the task does not know, naming the nearest one."""
    known = sorted(key for key in _model_at(path[:-1], task).model_fields if key != "folder")
    key = str(path[-1])
    nearest = get_close_matches(key, known, 1, 0.0)[0]
    facts = {"key": key, "where": _shown(path[:-1]), "known": ", ".join(known), "nearest": nearest}
    return LuodiError("task.unknown_key", source=source, line=line, **facts)


def _shown(path: Path_) -> str:
    """A path as a person reads it."""
    return ".".join(map(str, path)) or _phrase("whole_task")


def _model_at(path: Path_, model: type[BaseModel]) -> type[BaseModel]:
    """The model whose keys stand at a path of the document."""
    for part in path:
        field = model.model_fields.get(str(part))
        below = _models_in(field.annotation) if field else []
        model = below[0] if below else model
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation such as ``dict[str, Gate]`` or ``Costs | None`` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inside = (_models_in(part) for part in getattr(annotation, "__args__", ()))
    return [model for models in inside for model in models]
