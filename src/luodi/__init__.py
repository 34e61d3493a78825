"""luodi: from raw records to one judged release file, and the loop that keeps it right.

The public verbs are loaded on first use, so that ``import luodi`` costs next to nothing and a
process that only scores never loads what only training needs.

Example:
    >>> import luodi
    >>> luodi.Task.load({"name": "a", "goal": "regress",
    ...                  "data": {"source": "a.csv", "target": "y"}}).goal
    'regress'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from luodi.core.errors import LuodiError as LuodiError
    from luodi.core.task import Task as Task
    from luodi.loop import build as build
    from luodi.loop import check as check
    from luodi.loop import explain as explain
    from luodi.loop import new as new
    from luodi.loop import predict as predict
    from luodi.loop import show as show
    from luodi.runtime.load import load as load
    from luodi.runtime.verify import record as verify  # noqa: F401

__version__ = "0.1.0"

_ROOMS = {
    "LuodiError": "luodi.core.errors",
    "Task": "luodi.core.task",
    "build": "luodi.loop",
    "check": "luodi.loop",
    "load": "luodi.runtime.load",
    "new": "luodi.loop",
    "explain": "luodi.loop",
    "predict": "luodi.loop",
    "show": "luodi.loop",
    "verify": "luodi.runtime.verify:record",
}
__all__ = ["__version__", *_ROOMS]


def __getattr__(name: str) -> Any:
    """A public verb, from the room it lives in."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'luodi' has no attribute '{name}'")
    try:
        room, _, own_name = _ROOMS[name].partition(":")
        return getattr(import_module(room), own_name or name)
    except ModuleNotFoundError as error:
        raise _needed(error) from error


def __dir__() -> list[str]:
    return sorted(__all__)


def _needed(error: ModuleNotFoundError) -> Exception:
    """A missing optional package as an error with the exact pip command."""
    if not error.name or error.name.startswith("luodi"):
        return error
    from luodi.core.errors import needs

    extra = "runtime" if error.name == "onnxruntime" else "train"
    return needs(error.name, extra)
