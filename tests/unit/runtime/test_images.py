"""Records that hold images are answered like any others: a dict, a list or a frame."""

from __future__ import annotations

import base64
import io

import numpy as np
import pandas as pd
import polars as pl
import pytest
from onnx import TensorProto, helper
from PIL import Image

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import Codec
from luodi.runtime.score import Scorer

CODEC = Codec("regress", "brightness", column="photo", channels=3, least=2, most=8)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """Answers the mean of an image's values."""
    made = helper.make_graph(
        [
            helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["float"], ["value"], axes=[1, 2, 3], keepdims=0),
        ],
        "mean",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["rows", "h", "w", 3])],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["rows"])],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return Scorer(model.SerializeToString(), CODEC.to_json())


def png(value: int, side: int = 4) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (side, side), value).save(buffer, "PNG")
    return buffer.getvalue()


def test_one_record_is_answered(scorer):
    assert scorer.predict({"photo": png(7)}) == {"value": 7.0, "action": "accept", "warnings": []}
    text = base64.b64encode(png(7)).decode()
    assert scorer.predict({"photo": text})["value"] == 7.0


def test_a_list_of_images_of_several_sizes_is_answered_in_its_order(scorer):
    rows = [{"photo": png(value, 2 + value % 9)} for value in range(50)]
    answers = scorer.predict(rows)
    assert [answer["value"] for answer in answers] == list(range(50))
    assert answers[0]["action"] == "accept"
    assert answers[7] == {"value": 7.0, "action": "review", "warnings": ["out_of_range:photo"]}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_a_frame_of_images_is_answered(scorer, kind):
    frame = kind({"photo": [png(3), png(200, 5)], "line": [1, 2]})
    assert list(scorer.predict(frame)["value"]) == [3.0, 200.0]


def test_a_frame_may_hold_arrays(scorer):
    frame = pd.DataFrame({"photo": [np.full((4, 4), 9, np.uint8), np.full((4, 4), 8, np.uint8)]})
    assert list(scorer.predict(frame)["value"]) == [9.0, 8.0]


def test_an_image_that_cannot_be_read_names_its_row(scorer):
    with pytest.raises(LuodiError) as caught:
        scorer.predict([{"photo": png(1)}, {"photo": png(1)[:-9]}])
    assert (caught.value.code, caught.value.facts["row"]) == ("rows.image_broken", 1)


def test_no_images_give_no_answers(scorer):
    assert scorer.predict([]) == []
