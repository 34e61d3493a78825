"""Files for phones and microcontrollers beside a release, each judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Parts, Portable, Verdict
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.runtime.score import Scorer


@dataclass(frozen=True)
class Lite:
    """One file, or why there is none.

    Attributes:
        form: ``float32`` or ``int8``.
        path: Where it was written; None when it was refused.
        size_mb: Its size; None with it.
        figure: The task's figure on the holdout, by the file itself; None with it.
        refused: Why there is no file; None when there is one.
    """

    form: str
    path: Path | None = None
    size_mb: float | None = None
    figure: float | None = None
    refused: LuodiError | None = None


def lite(
    candidate: Candidate,
    artifact: Artifact,
    parts: Parts,
    task: Task,
    path: Path,
    drop: float,
    listener: Listener,
) -> tuple[Lite, ...]:
    """Write the files of a candidate beside its release.

    Args:
        candidate: The candidate.
        artifact: Its graph, for codec and plan.
        parts: The records.
        task: The task.
        path: The release.
        drop: Points of a hundred that accuracy may fall, on images that were not learned from.
        listener: Hears how far it is.
    """
    from luodi.release.pack import READABLE
    from luodi.store import disk

    kind = modality(task.data.modality)

    def written(form: str) -> Lite:
        try:
            file = kind.portable(candidate, parts, form, drop / 100)
        except LuodiError as error:
            return Lite(form, refused=error)
        verdict = judged(file, artifact, parts, task, listener)
        ending = f"{'' if form == 'float32' else '-' + form}{file.ending}"
        named = path.with_name(path.stem + ending)
        disk.put(named, file.model, mode=READABLE)
        main = verdict.figures[verdict.details["metric"]].value
        return Lite(form, named, len(file.model) / 1e6, main)

    listener(Event("stage", {"name": "lite"}))
    return tuple(map(written, kind.PORTABLE))


def judged(
    file: Portable, artifact: Artifact, parts: Parts, task: Task, listener: Listener = silent
) -> Verdict:
    """What the judge says of a file: its own figures, gates and speed, on the raw holdout.

    Args:
        file: The file.
        artifact: The release that it was made beside, for codec and plan.
        parts: The records.
        task: The task.
        listener: Hears how far the judge is.
    """
    from luodi import evaluate

    def opener(model: bytes, codec: Any) -> Scorer:
        from luodi.runtime.score import Scorer

        return Scorer(model, codec, session=file.opened(model))

    shipped = replace(artifact, model=file.model, parity=file.parity)
    return evaluate.judge(shipped, parts.holdout, task, opener=opener, listener=listener)


def records(files: Sequence[Lite]) -> list[dict[str, Any]]:
    """Files as JSON data."""
    return [
        {
            "form": one.form,
            "path": None if one.path is None else str(one.path),
            "size_mb": one.size_mb,
            "figure": one.figure,
            "refused": None if one.refused is None else one.refused.record(),
        }
        for one in files
    ]
