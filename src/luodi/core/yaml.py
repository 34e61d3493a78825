"""YAML and JSON text with line numbers; by YAML 1.2, ``no`` is a word and not false."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from luodi.core import words
from luodi.core.errors import LuodiError

Path_ = tuple[str | int, ...]
MOST_VALUES = 100_000
_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class Document:
    """A parsed file: its content, where each part of it stands, and the folder it is in."""

    content: dict[str, Any]
    source: str
    folder: Path
    lines: dict[Path_, int]

    def nearest_path(self, path: Path_) -> Path_:
        """The longest part of a path that stands in the document."""
        found: Path_ = ()
        for step in path:
            if (*found, step) in self.lines:
                found = (*found, step)
        return found

    def line(self, path: Path_) -> int:
        """The line of a path, counted from 1."""
        return self.lines.get(path, 1)

    def excerpt(self, path: Path_, width: int = 60) -> str:
        """What stands at a path, as JSON, cut at a width."""
        value: Any = self.content
        for step in path:
            value = value[step]
        text = json.dumps(value, ensure_ascii=False, default=str)
        return text if len(text) <= width else text[: width - 1] + "…"


def parse(source: str | Path | dict[str, Any]) -> Document:
    """Read a mapping from a file, from text that holds a line break, or take it as it is.

    Raises:
        LuodiError: ``task.not_found``, ``task.not_yaml``, ``task.not_a_mapping``,
            ``task.repeated_key``, ``task.cycle``.
    """
    if isinstance(source, dict):
        return Document(source, "task", Path(), _lines_of(source))
    text, name, folder = _text(source)
    node = _composed(text, name)
    lines: dict[Path_, int] = {}
    content = _built(node, (), name, lines, ())
    if not isinstance(content, dict):
        raise LuodiError("task.not_a_mapping", source=name, seen=_kind(content))
    return Document(content, name, folder, lines)


def _text(source: str | Path) -> tuple[str, str, Path]:
    if isinstance(source, str) and "\n" in source:
        return source, "task", Path()
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8-sig"), path.name, path.parent
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise LuodiError(
                "task.not_yaml", source=path.name, line=1, reason="not UTF-8"
            ) from None
        raise LuodiError("task.not_found", source=str(source)) from None


def _composed(text: str, name: str) -> Any:
    import yaml

    try:
        return yaml.compose(text, Loader=_loader())
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "nested too deeply or not text"
        line = mark.line + 1 if mark else 1
        raise LuodiError("task.not_yaml", source=name, line=line, reason=reason) from None


def _loader() -> Any:
    """A safe loader that reads scalars by YAML 1.2: only true and false are booleans."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def add(tag: str, pattern: str, first: str) -> None:
        starts = [*first, ""] if tag == "null" else list(first)  # nothing at all is null too
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), starts)

    add("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
    add("null", r"^(?:~|null|Null|NULL|)$", "~nN")
    add("int", r"^[-+]?[0-9]+$", "-+0123456789")
    add("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789")
    return Loader


def _built(
    node: Any, path: Path_, name: str, lines: dict[Path_, int], above: tuple[int, ...]
) -> Any:
    """Plain values from a node graph, noting each path's line and refusing repeats and cycles."""
    import yaml

    if node is None:
        return None
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in above:
        raise LuodiError("task.cycle", source=name, line=line)
    if len(above) > 50:
        raise LuodiError("task.not_yaml", source=name, line=line, reason="nested deeper than 50")
    if len(lines) > MOST_VALUES:
        raise LuodiError("task.not_yaml", source=name, line=line, reason="too many values")
    if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTIONS:
        raise LuodiError("task.not_yaml", source=name, line=line, reason=f"the tag {node.tag}")
    below = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_built(child, (*path, i), name, lines, below) for i, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node, name)
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        at = key_node.start_mark.line + 1
        if key in content:
            raise LuodiError("task.repeated_key", source=name, line=at, key=key)
        lines[(*path, key)] = at
        content[key] = _built(value_node, (*path, key), name, lines, below)
    return content


def _scalar(node: Any, name: str) -> Any:
    tag, text = node.tag.rsplit(":", 1)[-1], node.value
    if tag == "bool":
        return text.lower() == "true"
    if tag == "null":
        return None
    if tag in ("int", "float"):
        return int(text) if tag == "int" and len(text) < 300 else float(text)
    if tag != "str":
        line = node.start_mark.line + 1
        raise LuodiError("task.not_yaml", source=name, line=line, reason=f"the tag !!{tag}")
    return text


def _kind(content: Any) -> str:
    """What stands in place of a mapping, in the language spoken now."""
    name = "list_found" if isinstance(content, list) else "value_found"
    said = words.room("task")["phrases"]["nothing" if content is None else name]
    return str(said[words.language()])


def _lines_of(content: Any, path: Path_ = ()) -> dict[Path_, int]:
    """Paths of a mapping that came from code: every line is 1."""
    found = {path: 1}
    items = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in items:
        found |= _lines_of(value, (*path, key))
    return found
