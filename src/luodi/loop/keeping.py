"""What a build has trained so far, kept beside its output until it ends well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener
from luodi.core.manifest import canonical_json, sha256
from luodi.core.task import Task
from luodi.core.values import Parts

if TYPE_CHECKING:
    from luodi.store.unfinished import Unfinished

LEARNERS = ("torch", "numpy")
"""Packages with whose versions a training must go on as it began."""


@contextmanager
def kept(
    path: Path,
    parts: Parts,
    task: Task,
    recorded: Mapping[str, Any] | None,
    fresh: bool,
    listener: Listener,
) -> Iterator[Unfinished]:
    """Where a build puts its trainings; gone when the block ends well, there when it is killed.

    Args:
        path: What the build will write.
        parts: The records.
        task: The task.
        recorded: The plan that is repeated, if one is.
        fresh: Begin anew, whatever is there.
        listener: Told when the build goes on, or when what is there cannot be used.
    """
    from luodi.store.unfinished import Unfinished

    folder = path.with_name(f".{path.name}.building")
    shelf = Unfinished(folder, canonical_json(_build(parts, task, recorded)))
    if fresh:
        shelf.clear()
    elif shelf.spent_s is not None:
        facts = {"spent": round(shelf.spent_s), "folder": folder.name}
        listener(Event("note", {"text": "aside_found", **facts}))
    elif shelf.strange:
        listener(Event("note", {"text": "aside_strange", "folder": folder.name}))
    yield shelf
    with suppress(LuodiError):  # what stays behind is told of when the next build begins
        shelf.clear()


def _build(parts: Parts, task: Task, recorded: Mapping[str, Any] | None) -> dict[str, Any]:
    """What must be the same for a build to go on."""
    from importlib.metadata import PackageNotFoundError, version

    from luodi import __version__

    versions = {"luodi": __version__}
    for package in LEARNERS:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "versions": versions,
        "task": task.model_dump(mode="json", exclude={"folder"}),
        "records": [parts.train.digest, parts.holdout.digest, len(parts.train), len(parts.holdout)],
        "folds": sha256(b"".join(fold.tobytes() for fold in parts.folds)),
        "plan": None if recorded is None else sha256(canonical_json(recorded)),
        "brought": _brought(task),
    }


def _brought(task: Task) -> str | None:
    """The digest of what the task brings along to training: its name alone may stay the same."""
    given = task.train.backbone
    return None if given is None else sha256(task.path(given.partition("#")[0]).read_bytes())
