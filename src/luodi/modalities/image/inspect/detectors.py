"""All detectors over one look at the images, in the order they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from luodi.core.events import Event, Listener
from luodi.core.task import Task
from luodi.core.values import Dataset, Finding
from luodi.modalities.image.inspect import (
    belonging,
    classes,
    form,
    leaks,
    near,
    repeated,
    unreadable,
)
from luodi.modalities.image.inspect.look import Look, look

Detector = Callable[[Look], Iterator[Finding]]

IMAGES: tuple[tuple[str, Detector], ...] = (
    ("leaks", leaks.find),
    ("size", form.sizes),
    ("colours", form.colours),
    ("depth", form.depth),
    ("transparency", form.transparency),
    ("orientation", form.orientation),
    ("blank", form.blank),
    ("few", classes.few),
    ("uneven", classes.uneven),
)


def inspected(dataset: Dataset, task: Task, listener: Listener) -> tuple[Finding, ...]:
    """The findings of all detectors."""
    if not len(dataset):
        return ()
    seen = look(dataset, task, listener)
    findings = list(unreadable.find(seen))
    if not len(seen):
        return tuple(findings)
    for done, (what, detector) in enumerate(IMAGES, 1):
        findings += detector(seen)
        listener(Event("progress", {"what": what, "done": done, "total": len(IMAGES) + 1}))
    findings += _of_pairs(seen, task)
    listener(
        Event("progress", {"what": "pairs", "done": len(IMAGES) + 1, "total": len(IMAGES) + 1})
    )
    return tuple(findings)


def _of_pairs(seen: Look, task: Task) -> Iterator[Finding]:
    """What pictures say that are there more than once."""
    pairs = near.pairs(seen.digests, seen.thumbs, seen.plain)
    yield from repeated.conflicts(seen, pairs)
    yield from repeated.copies(seen, pairs)
    yield from repeated.near(seen, pairs)
    yield from belonging.across(seen, pairs, task)
    yield from belonging.column(seen, pairs, task)
    yield from belonging.names(seen, task)
