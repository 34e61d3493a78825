"""What goes to small devices, made and judged beside a release: the same network in 8 bits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError
from luodi.core.events import Listener
from luodi.core.task import Task
from luodi.core.values import Finding, Parts
from luodi.loop.compressing import Compressed, Ground, refused, smaller, written
from luodi.loop.lite import Lite, lite
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.compress import Contract
    from luodi.loop.making import Made


@dataclass(frozen=True)
class Edge:
    """What was made for small devices.

    Attributes:
        files: What was written.
        int8: The release in 8 bits, with the ways that were measured; without a path where all of
            them broke the contract.
        lite: Files for other runtimes, or why there are none.
    """

    files: tuple[Path, ...]
    int8: Compressed
    lite: tuple[Lite, ...]


def edge(
    made: Made,
    digest: str,
    parts: Parts,
    findings: Sequence[Finding],
    task: Task,
    path: Path,
    contract: Contract,
    listener: Listener,
) -> Edge:
    """Write ``NAME-int8.luodi``, ``NAME-int8.onnx`` and .tflite files beside a release.

    Rounding comes first; where it costs more than the contract allows, the network is trained on
    in 8 bits; where that costs too much as well, nothing is written.

    Args:
        made: The release, with its networks.
        digest: ``sha256:…`` of it.
        parts: The records.
        findings: What the check said of them.
        task: The task.
        path: Where the release was written.
        contract: What is to be kept to.
        listener: Told of stages and rows.
    """
    began = time.monotonic()
    shrinker = modality(task.data.modality).shrinker(made.workshop)
    ground = Ground(
        task, parts, tuple(findings), made.workshop, shrinker, made.candidate, digest,
        made.baselines,
    )  # fmt: skip
    small, files = _int8(ground, path, contract, began, listener)
    others = lite(made.candidate, made.artifact, parts, task, path, contract.drop, listener)
    files += [one.path for one in others if one.path is not None]
    return Edge(tuple(files), small, others)


def _int8(
    ground: Ground, path: Path, contract: Contract, began: float, listener: Listener
) -> tuple[Compressed, list[Path]]:
    """The release in 8 bits and what was written of it."""
    from luodi.release.pack import READABLE
    from luodi.store import disk

    try:
        ground.shrinker.refuse(one.recipe.family for one in ground.original.members)
    except LuodiError as error:  # the release itself is good, and is written
        return Compressed(None, None, (), None, time.monotonic() - began, None, refused=error), []
    found = smaller(ground, contract, None, listener, whole=True)
    if found.chosen is None:
        return refused(found, began), []
    target = path.with_name(f"{path.stem}-int8.luodi")
    small = written(ground, contract, found, target, began, False, listener)
    if small.path is None or small.artifact is None:
        return small, []
    bare = disk.put(target.with_suffix(".onnx"), small.artifact.model, mode=READABLE)
    return small, [small.path, bare]
