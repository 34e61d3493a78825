"""Curves of trainings, written for TensorBoard as they come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from luodi.core.events import Event, Listener


@contextmanager
def recording(folder: str | Path | None, build: str, listener: Listener) -> Iterator[Listener]:
    """A listener that also writes every epoch into event files, where a folder is given.

    Args:
        folder: What ``tensorboard --logdir`` is given; None to write nothing.
        build: Name of the build: each training is a run ``BUILD/FAMILY NUMBER``.
        listener: Told of everything all the same.

    Raises:
        LuodiError: ``environment.missing_package`` without the package tensorboard;
            ``environment.disk``.
    """
    if folder is None:
        yield listener
        return
    from luodi.store.curves import Curves

    with Curves(Path(folder)) as curves:

        def listen(event: Event) -> None:
            data = event.data
            if event.kind == "epoch":
                named = {"loss": data["loss"], data["metric"]: shown(data["metric"], data["score"])}
                curves.add(f"{build}/{data['name']}", data["epoch"], named)
            listener(event)

        yield listen


def shown(metric: str, score: float) -> float:
    """A score as its metric is written: errors are positive."""
    from luodi.core.task import LOWER_IS_BETTER

    return -score if metric in LOWER_IS_BETTER else score
