"""From a backbone's file to a value that is known to work: made plain, and tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.modalities.graph.builder import IR_VERSION
from luodi.modalities.image.backbone import model as models
from luodi.modalities.image.backbone.features import batch
from luodi.modalities.image.backbone.model import Input
from luodi.modalities.image.backbone.settle import settled
from luodi.modalities.image.backbone.source import ONNX, Source, source
from luodi.modalities.image.backbone.value import Backbone

if TYPE_CHECKING:
    import onnx

Moments = tuple[tuple[float, ...], tuple[float, ...]]
LARGEST_SIDE = 1024
USUAL_SIZE = (128, 128)
TRIED = 3
ALIKE = 1e-3
"""Of the largest feature: what a feature may differ between one image alone and several."""


def opened(
    task: Task,
    size: tuple[int, int] = USUAL_SIZE,
    moments: Moments | None = None,
    allowed: frozenset[str] | None = None,
) -> Backbone:
    """The backbone of a task.

    Args:
        task: A task with ``train.backbone``.
        size: Height and width for a backbone that takes any, pixels.
        moments: Mean and spread of each channel of the training images, 0 to 255: what a network
            of this house is given where nothing else is said.
        allowed: Operators that a release may hold, to refuse others before anything runs; None
            where that was asked already.

    Raises:
        LuodiError: ``backbone.*``; ``environment.missing_package``.
    """
    file = source(task)
    if file.ending != ONNX:
        from luodi.modalities.image.backbone.weights import of_house

        return of_house(file, task, moments)
    model = models.read(file.data, file.name)
    given = models.input_of(model, file.name)
    if given.rows not in (None, 1):
        raise LuodiError("backbone.input", source=file.name, seen=f"{given.name} {given[1:5]}")
    height, width = given.height or size[0], given.width or size[1]
    if max(height, width) > LARGEST_SIDE:
        raise LuodiError("backbone.input", source=file.name, seen=f"{height} x {width}")
    mean, spread = normalising(task, given.whole, given.channels, file.name)
    original = models.exposed(model, file.tensor, file.name)
    if allowed is not None:
        models.refuse_operators(original, allowed, file.name)
    plain = _plain(models.sized(_copied(original, file), given, height, width), given, file.name)
    one = Backbone(
        file.name, file.digest, original.SerializeToString(), b"", height, width,
        given.channels, given.whole, mean, spread, 0, alone=given.rows == 1,
    )  # fmt: skip
    return _tried(one, plain, given)


def _copied(original: onnx.ModelProto, file: Source) -> onnx.ModelProto:
    import onnx

    made = onnx.ModelProto()
    made.CopyFrom(original)
    return models.converted(made, file.name)


def _plain(model: onnx.ModelProto, given: Input, name: str) -> onnx.ModelProto:
    """The model made plain; one for a single image may not know what to do with several."""
    try:
        return settled(model, given, name)
    except LuodiError as error:
        if given.rows == 1 and error.code == "backbone.unreadable":
            raise LuodiError("backbone.rows", source=name, node="-") from None
        raise


def normalising(task: Task, whole: bool, channels: int, name: str) -> Moments:
    """Mean and spread of 0 to 255 that the task asks for.

    Nothing is taken for granted: not given, pixels are 0 to 1, as they are. What a network was
    trained with is known to whoever has trained it; a wrong guess would only make it worse.

    Raises:
        LuodiError: ``backbone.pixels``.
    """
    mean, std = task.train.mean, task.train.std
    fits = all(given is None or len(given) in (1, channels) for given in (mean, std))
    if not fits or (whole and (mean or std)):
        raise LuodiError("backbone.pixels", source=name, channels=channels)
    if whole:
        return (0.0,) * channels, (1.0,) * channels
    return every(mean or (0.0,), channels), every(std or (1.0,), channels)


def every(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    """Numbers for pixels of 0 to 1 as those for 0 to 255, one a channel."""
    wide = values if len(values) == channels else values * channels
    return tuple(float(value) * 255 for value in wide)


def _tried(one: Backbone, plain: onnx.ModelProto, given: Input) -> Backbone:
    """The backbone, after images together were answered as each by the original alone.

    Raises:
        LuodiError: ``backbone.output``, ``backbone.rows``.
    """
    size = (TRIED, one.height, one.width, one.channels)
    pixels = np.random.default_rng(1).integers(0, 256, size).astype(np.uint8)
    alone = [batch(one, pixels[at : at + 1], original=True) for at in range(TRIED)]
    if alone[0].ndim != 2 or alone[0].dtype != np.float32:
        seen = f"{alone[0].dtype} {list(alone[0].shape)}"
        raise LuodiError("backbone.output", source=one.source, seen=seen)
    wanted = np.concatenate(alone)
    done = replace(one, plain=_finished(plain, given), size=wanted.shape[1])
    found = batch(done, pixels)
    near = ALIKE * max(float(np.abs(wanted).max()), 1e-6)
    if found.shape != wanted.shape or not (np.abs(found - wanted) <= near).all():
        raise LuodiError("backbone.rows", source=one.source, node="-")
    return done


def _finished(plain: onnx.ModelProto, given: Input) -> bytes:
    """The plain model with the mean over places at its end, where it gives maps."""
    from onnx import helper, numpy_helper

    (output,) = plain.graph.output
    from luodi.modalities.image.backbone import run

    found = run.tensors(plain, given, [output.name], TRIED, "")
    if found[output.name].ndim == 4:
        plain.graph.initializer.append(numpy_helper.from_array(np.array([2, 3]), "luodi_places"))
        inputs = [output.name, "luodi_places"]
        node = helper.make_node("ReduceMean", inputs, ["luodi_features"], keepdims=0)
        plain.graph.node.append(node)
        output.name = "luodi_features"
    plain.ir_version = IR_VERSION
    return bytes(plain.SerializeToString(deterministic=True))
