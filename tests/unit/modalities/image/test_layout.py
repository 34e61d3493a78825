"""Images are laid out the same way one by one, in lists and in columns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pictures import COLOURS, GREY, saved

from luodi.core.errors import LuodiError
from luodi.modalities import codecs
from luodi.modalities.image.codec import Codec, layout

CODEC = Codec(
    goal="classify",
    target="verdict",
    classes=("good", "scratch"),
    column="photo",
    channels=1,
    least=10,
    most=20,
)
SMALL, LARGE = np.zeros((9, 12), np.uint8), np.zeros((12, 21, 3), np.uint8)


def test_codec_survives_json():
    assert codecs.codec(json.loads(json.dumps(CODEC.to_json()))) == CODEC


@pytest.mark.parametrize(
    "change",
    [
        {"format": "image/99"},
        {"channels": 4},
        {"least": 0},
        {"least": 30},
        {"most": float("inf")},
        {"most": "a"},
        {"classes": None},
    ],
)
def test_a_codec_of_another_form_is_refused(change):
    with pytest.raises(LuodiError) as caught:
        codecs.codec({**CODEC.to_json(), **change})
    assert caught.value.code == "rows.codec"


def test_a_codec_that_lacks_something_is_refused():
    for name in CODEC.to_json():
        data = {key: value for key, value in CODEC.to_json().items() if key != name}
        with pytest.raises(LuodiError) as caught:
            codecs.codec(data)
        assert caught.value.code == "rows.codec"


def test_the_field_is_described_as_an_image():
    (field,) = CODEC.fields
    assert (field.name, field.kind, field.required, field.seen) == (
        "photo",
        "image",
        True,
        (10, 20),
    )
    assert (CODEC.names, CODEC.widths, CODEC.optional) == (("photo",), {"image": 1}, ())


def test_one_record_becomes_one_image():
    batch = CODEC.encode_row({"photo": saved(GREY), "verdict": "good", "line": 3})
    assert batch.feeds["image"].dtype == np.uint8
    np.testing.assert_array_equal(batch.feeds["image"], GREY[None, :, :, None])
    assert batch.warnings == [()]


@pytest.mark.parametrize("image", [SMALL, LARGE])
def test_sizes_that_training_did_not_see_are_flagged(image):
    assert CODEC.encode_row({"photo": image}).warnings == [("out_of_range:photo",)]
    batch = CODEC.encode_rows([{"photo": GREY}, {"photo": image}])
    assert batch.warnings == [(), ("out_of_range:photo",)]


def test_images_of_one_size_become_one_array():
    batch = CODEC.encode_rows([{"photo": GREY}, {"photo": saved(COLOURS, "BMP")}])
    assert batch.feeds["image"].shape == (2, *GREY.shape, 1)
    assert batch.feeds["image"].dtype == np.uint8


def test_images_of_several_sizes_stay_apart():
    feeds = CODEC.encode_rows([{"photo": GREY}, {"photo": SMALL}, {"photo": LARGE}]).feeds
    assert feeds["image"].dtype == object and feeds["image"].shape == (3,)
    assert [image.shape for image in feeds["image"]] == [(13, 17, 1), (9, 12, 1), (12, 21, 1)]


def columns_of(values: list) -> np.ndarray:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def test_rows_and_columns_are_laid_out_alike():
    values = [GREY, saved(COLOURS), SMALL, saved(GREY, "JPEG"), LARGE]
    by_row = CODEC.encode_rows([{"photo": value} for value in values])
    by_column = CODEC.encode_columns({"photo": columns_of(values)}, len(values))
    assert by_row.warnings == by_column.warnings
    for one, other in zip(by_row.feeds["image"], by_column.feeds["image"], strict=True):
        np.testing.assert_array_equal(one, other)
    for number, value in enumerate(values):
        alone = CODEC.encode_row({"photo": value}).feeds["image"]
        np.testing.assert_array_equal(alone[0], by_row.feeds["image"][number])


def test_an_array_of_pixels_is_a_column_of_images():
    stack = np.stack([GREY, 255 - GREY])
    for column in (stack, stack[..., None]):
        batch = CODEC.encode_columns({"photo": column}, 2)
        np.testing.assert_array_equal(batch.feeds["image"], stack[..., None])


def test_errors_name_the_row_and_the_column():
    values = [GREY, b"GIF89a", None]
    attempts = (
        lambda: CODEC.encode_rows([{"photo": value} for value in values]),
        lambda: CODEC.encode_columns({"photo": columns_of(values)}, 3),
    )
    for attempt in attempts:
        with pytest.raises(LuodiError) as caught:
            attempt()
        assert caught.value.code == "rows.image_format"
        assert (caught.value.facts["row"], caught.value.facts["column"]) == (1, "photo")


def test_a_record_without_the_field_names_what_it_holds():
    attempts = (
        lambda: CODEC.encode_row({"foto": GREY}),
        lambda: CODEC.encode_rows([{"foto": GREY}]),
        lambda: CODEC.encode_columns({"foto": columns_of([GREY])}, 1),
        lambda: CODEC.encode_columns({}, 1),
    )
    for attempt in attempts:
        with pytest.raises(LuodiError) as caught:
            attempt()
        assert caught.value.code == "rows.no_known_column"
        assert "photo" in str(caught.value)


def test_no_rows_give_an_empty_array():
    for batch in (CODEC.encode_rows([]), CODEC.encode_columns({}, 0)):
        assert batch.feeds["image"].shape == (0, 10, 10, 1)
        assert batch.warnings == []


def test_images_that_swell_only_together_are_refused(monkeypatch):
    monkeypatch.setattr(layout, "MOST_TOGETHER", 500)
    CODEC.encode_rows([{"photo": GREY}] * 2)
    with pytest.raises(LuodiError) as caught:
        CODEC.encode_rows([{"photo": GREY}] * 9)
    assert (caught.value.code, caught.value.facts["row"]) == ("rows.image_together", 2)
    assert caught.value.text("en") != caught.value.text("zh")


def test_a_path_is_read_only_for_a_caller_in_python(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(saved(GREY))
    np.testing.assert_array_equal(CODEC.encode_row({"photo": path}).feeds["image"][0, ..., 0], GREY)
    with pytest.raises(LuodiError) as caught:
        CODEC.encode_row({"photo": str(path)})
    assert caught.value.code == "rows.image_text"
