"""What an answer hangs on is asked of the graph that answers, part by part."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

from fuzz import release_maker
from luodi.core.decision import Rule
from luodi.core.errors import LuodiError
from luodi.modalities.graph import tail
from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.codec import Codec
from luodi.runtime.explain import explain
from luodi.runtime.load import load
from luodi.runtime.score import Scorer


def corner() -> Scorer:
    """A release that looks at the brightness of the upper left quarter and at nothing else."""
    b = Builder()
    planes = b("Transpose", b.cast("image", np.float64), perm=[0, 3, 1, 2])
    whole = b("Shape", planes, start=2)
    half = b("Div", whole, b.constant(np.array([2, 2])))
    quarter = b("Slice", planes, b.constant(np.array([0, 0])), half, b.constant(np.array([2, 3])))
    mean = b("ReduceMean", quarter, b.constant(np.array([1, 2, 3])), keepdims=0)
    light = b("Unsqueeze", b("Div", mean, b.constant(np.array(255.0))), b.constant(np.array([1])))
    tail.decided(b, light, Rule(((0.0, 1.0), (1.0, 0.0)), 0.5), "binary")
    sides = ["rows", "height", "width", 1]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, sides)
    codec = Codec("classify", "lamp", ("off", "on"), channels=1, least=1, most=64)
    return Scorer(b.model([image], tail.outputs(2), {}), codec.to_json())


def picture(height: int, width: int) -> np.ndarray:
    image = np.zeros((height, width), np.uint8)
    image[: height // 2, : width // 2] = 255
    return image


@pytest.mark.parametrize("size", [(32, 32), (24, 64), (8, 8), (5, 3), (1, 1)], ids=str)
def test_an_image_is_asked_about_field_by_field(size):
    found = explain(corner(), {"image": picture(*size)})
    assert found.without.shape == (8, 8) and found.names == ()
    assert np.isfinite(found.weight).all() and found.weight.shape == (8, 8)


def test_the_fields_that_an_answer_hangs_on_weigh_most():
    found = explain(corner(), {"image": picture(32, 32)})
    assert found.answer == "on" and found.given == 1.0
    assert (found.weight[:4, :4] > 0).all()
    assert np.abs(found.weight[5:, :]).max() == 0 == np.abs(found.weight[:, 5:]).max()


def test_large_images_are_covered_a_few_at_a_time(monkeypatch):
    from luodi.modalities.image.codec import hidden

    whole = explain(corner(), {"image": picture(40, 40)}).without
    monkeypatch.setattr(hidden, "MOST_PIXELS", 3 * 40 * 40)
    sizes = [len(some) for some in hidden.covered(picture(40, 40)[:, :, None])]
    assert max(sizes) == 3 and sum(sizes) == 64
    assert (explain(corner(), {"image": picture(40, 40)}).without == whole).all()


def test_a_record_is_asked_about_column_by_column():
    release = load(release_maker.release())
    row = release_maker.ROWS[0]
    found = release.explain(row)
    place = release.scorer.codec.typed_classes.index(found.answer)
    for name, given in zip(found.names, found.without, strict=True):
        without = release.score({**row, name: None}).probabilities[0, place]
        assert given == without
    assert set(found.names) == set(row)


def test_what_cannot_be_answered_cannot_be_explained():
    with pytest.raises(LuodiError) as raised:
        explain(corner(), {"image": b"no image"})
    assert raised.value.code == "rows.image_format"
