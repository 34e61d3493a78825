"""What the tests of the reader share: files written here, and tasks over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.core.values import Dataset
from luodi.modalities.tabular.read import read

Write = Callable[..., Path]
ReadTable = Callable[..., Dataset]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text or bytes to a file of this test."""

    def written(content: str | bytes, name: str = "a.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


@pytest.fixture
def table(write: Write) -> ReadTable:
    """Read text (or a file) as a task would."""

    def reading(
        content: str | bytes | Path,
        target: str = "y",
        goal: str = "classify",
        columns: dict[str, Any] | None = None,
        *,
        memory_bytes: float | None = None,
        as_: str = "utf-8",
        name: str = "a.csv",
        **data: Any,
    ) -> Dataset:
        path = content if isinstance(content, Path) else write(content, name, as_)
        source = data.pop("source", str(path))
        made = {"name": "a", "goal": goal, "columns": columns or {}}
        task = Task.load({**made, "data": {"source": source, "target": target, **data}})
        return read(task, memory_bytes=memory_bytes)

    return reading


@pytest.fixture
def refused(table: ReadTable) -> Callable[..., LuodiError]:
    """The error that reading gives; its text must be complete in both languages."""

    def reading(*args: Any, **kwargs: Any) -> LuodiError:
        with pytest.raises(LuodiError) as caught:
            table(*args, **kwargs)
        assert caught.value.exit == 3
        assert caught.value.text("en")
        assert caught.value.text("zh")
        return caught.value

    return reading
