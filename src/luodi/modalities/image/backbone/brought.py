"""A backbone as a release would hold it, so that it can be judged before anything is trained."""

from __future__ import annotations

import numpy as np

from luodi.core.task import Task
from luodi.modalities.graph import tail
from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.backbone.opened import opened
from luodi.modalities.image.backbone.value import Backbone

CLASSES = 3


def brought(task: Task, allowed: frozenset[str]) -> bytes | None:
    """A graph with the backbone of a task and answers that mean nothing; None without one.

    Args:
        task: The task.
        allowed: Operators that a release may hold.

    Raises:
        LuodiError: ``backbone.*``.
    """
    return None if task.train.backbone is None else wrapped(opened(task, allowed=allowed))


def wrapped(backbone: Backbone) -> bytes:
    """A graph from pixels of any size through a backbone to answers."""
    from onnx import TensorProto, helper

    from luodi.core.decision import Rule
    from luodi.modalities.image.graph import inline, resize

    b = Builder()
    planes = resize.at_size(b, resize.planes(b, "image"), backbone.height, backbone.width)
    features = inline.features(b, backbone, planes, backbone.channels)
    head = b.constant(np.zeros((backbone.size, CLASSES), np.float32))
    said = b("Softmax", b.cast(b("MatMul", features, head), np.float64), axis=1)
    costs = (1 - np.eye(CLASSES)).tolist()
    rule = Rule.from_json({"costs": costs, "threshold": None, "review": None})
    tail.decided(b, said, rule, "multiclass")
    sides: list[str | int | None] = ["rows", "height", "width", backbone.channels]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, sides)
    return b.model([image], tail.outputs(CLASSES), {})
