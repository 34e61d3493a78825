"""What a person should know of a backbone that is right as far as a machine can tell."""

from __future__ import annotations

from collections.abc import Iterator

from luodi.core.task import Task
from luodi.core.values import Finding
from luodi.modalities.image.backbone import model as models
from luodi.modalities.image.backbone.source import ONNX, source


def noted(task: Task) -> Iterator[Finding]:
    """A note where pixels go in as 0 to 1 because nobody said what the backbone wants.

    Args:
        task: A task with ``train.backbone``.

    Raises:
        LuodiError: ``backbone.*``.
    """
    given = task.train
    file = source(task)
    if file.ending != ONNX or given.mean is not None or given.std is not None:
        return
    if not models.input_of(models.read(file.data, file.name), file.name).whole:
        yield Finding("backbone.unit", "note", None, {"source": file.name})
