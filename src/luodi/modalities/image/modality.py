"""What images can do, for stages that know nothing of images (see ``core.modality``).

These functions are what stages call; each loads its room when it is first used, so that a
process that only scores never loads what only training needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.events import Listener, silent

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from luodi.core.modality import Disturbed, Observed
    from luodi.core.task import Data, Task
    from luodi.core.values import (
        Artifact,
        Candidate,
        Column,
        Dataset,
        Finding,
        Labels,
        Parts,
        Portable,
    )
    from luodi.core.workshop import Shelf, Shrinker, Workshop

USUAL_LIMITS = {"size_mb": 25.0, "one_row_ms_p50": 50.0}
MOST_DISTURBED = 200
TARGET, NAME = "label", "name"
BUDGET = "5m"
SHRINKS = True
PORTABLE = ("float32", "int8")


def reads(source: str) -> bool:
    """Whether a source is a folder, an archive or a list of images."""
    from luodi.modalities.image.read.told import images

    return images(source)


def read(task: Task, listener: Listener = silent) -> Dataset:
    """All images that the task names."""
    from luodi.modalities.image.read.dataset import dataset

    return dataset(task, listener)


def read_like(
    source: str | Path,
    columns: Sequence[Column],
    target: str | None,
    labels: Labels,
    *,
    data: Data | None = None,
) -> Dataset:
    """Other images, for a release or beside the task's own."""
    from luodi.modalities.image.read.dataset import like

    return like(source, columns, target, labels)


def returned(
    like: Dataset,
    records: Sequence[Mapping[str, Any]],
    truths: Sequence[str],
    moments: Sequence[int],
    task: Task,
) -> Dataset:
    """Images of service with what came true of them, laid as the task's own are."""
    from luodi.modalities.image.read.returned import returned as from_service

    return from_service(like, records, truths, moments, task)


def joined(parts: Sequence[Dataset]) -> Dataset:
    """Images of several datasets as one, in their order."""
    from luodi.modalities.image.read.dataset import joined as together

    return together(parts)


def usable(dataset: Dataset, task: Task | None, listener: Listener = silent) -> Dataset:
    """The images that can be decoded."""
    from luodi.modalities.image.inspect.usable import usable as decodable

    return decodable(dataset, task, listener)


def repeated(train: Dataset, holdout: Dataset) -> tuple[Finding, ...]:
    """Images of a holdout that training has as well, as they are or saved anew."""
    from luodi.modalities.image.inspect import repeated_between

    return repeated_between(train, holdout)


def known(train: Dataset, holdout: Dataset) -> np.ndarray:
    """Which images of a holdout training has as well, as they are or saved anew."""
    from luodi.modalities.image.inspect import known_between

    return known_between(train, holdout)


def inspect(dataset: Dataset, task: Task, listener: Listener = silent) -> tuple[Finding, ...]:
    """What is wrong with these images."""
    from luodi.modalities.image.inspect import inspect as looked

    found = looked(dataset, task, listener)
    if task.train.backbone is None:
        return found
    from luodi.modalities.image.backbone.noted import noted

    return (*found, *noted(task))


def workshop(
    parts: Parts,
    task: Task,
    recorded: Mapping[str, Any] | None = None,
    listener: Listener = silent,
    shelf: Shelf | None = None,
) -> Workshop:
    """Training images made ready for networks."""
    from luodi.modalities.image.learn import image_workshop

    return image_workshop(parts, task, recorded, listener, shelf)


def shrinker(workshop: Workshop) -> Shrinker:
    """What makes networks smaller."""
    from luodi.modalities.image.learn.workshop import ImageWorkshop
    from luodi.modalities.image.shrink.shrinker import ImageShrinker

    assert isinstance(workshop, ImageWorkshop)
    return ImageShrinker(workshop)


def portable(candidate: Candidate, parts: Parts, form: str, most_lost: float) -> Portable:
    """A .tflite file of the networks."""
    from luodi.core.values import Portable
    from luodi.modalities.image import tflite

    limits = tflite.Limits(most_lost=most_lost)
    made = tflite.edge(candidate, parts, form=tflite.form(form), limits=limits)
    return Portable(form, ".tflite", made.model, made.parity, made.figures, tflite.EdgeSession)


def brought(task: Task, allowed: frozenset[str]) -> bytes | None:
    """The backbone that a task names, in a graph as a release would hold it."""
    if task.train.backbone is None:
        return None
    from luodi.modalities.image.backbone.brought import brought as in_a_graph

    return in_a_graph(task, allowed)


def converted(candidate: Candidate) -> Artifact:
    """One graph from pixels to answers, not checked yet."""
    from luodi.modalities.image import export

    return export.converted(candidate)


def proven(artifact: Artifact, candidate: Candidate, parts: Parts, task: Task) -> Artifact:
    """The graph with the proof that it answers as the trained networks do."""
    from luodi.modalities.image import export

    return export.proven(artifact, candidate, parts, task)


def columns(codec: Mapping[str, Any]) -> tuple[Column, ...]:
    """The column that a release reads."""
    from luodi.core.values import Column
    from luodi.modalities.image.codec import Codec

    return (Column(Codec.from_json(codec).column, "image"),)


def described(dataset: Dataset) -> pl.DataFrame:
    """Brightness, sharpness and the like of each image, and the other columns of a list."""
    from luodi.modalities.image import watch

    return watch.described(dataset)


def disturbed(
    dataset: Dataset, columns: Sequence[str], random: np.random.Generator
) -> Iterator[Disturbed]:
    """Images with noise, darker, blurred, turned and so on."""
    from luodi.modalities.image import trouble

    return trouble.disturbed(dataset, random)


def drawn(record: Mapping[str, Any], weight: np.ndarray) -> bytes:
    """An image with heat where the answer looked, as PNG."""
    from luodi.modalities.image.codec import decode
    from luodi.modalities.image.heat import drawn as with_heat

    (held,) = record.values()
    return with_heat(decode(held, 3), weight)


def pictured(record: Mapping[str, Any]) -> bytes:
    """An image as a small PNG file, without anything else that its own file holds."""
    from luodi.modalities.image.codec import decode
    from luodi.modalities.image.thumbnail import thumbnail

    (held,) = record.values()
    return thumbnail(decode(held, 3))


def observed(codec: Mapping[str, Any], records: Sequence[Mapping[str, Any]] | Any) -> Observed:
    """Images of service, as they are counted."""
    from luodi.modalities.image import watch

    return watch.observed(codec, records)
