"""Whatever a record holds becomes the same pixels everywhere."""

from __future__ import annotations

import base64
import gc
import io
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from pictures import COLOURS, DEEP, GREY, chunk, dicom, grey_tags, saved, tiff
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from pydicom.uid import ImplicitVRLittleEndian, JPEGBaseline8Bit

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import decode

LOSSLESS = ["PNG", "BMP", "TIFF"]


def same(value: object, wanted: np.ndarray, channels: int = 1) -> None:
    """Assert that a value decodes to an array."""
    found = decode(value, channels)
    assert found.dtype == np.uint8 and found.flags.c_contiguous
    np.testing.assert_array_equal(found, wanted if wanted.ndim == 3 else wanted[:, :, None])


@pytest.mark.parametrize("kind", LOSSLESS)
def test_pixels_come_back_as_they_were_saved(kind):
    same(saved(GREY, kind), GREY)
    same(saved(COLOURS, kind), COLOURS, 3)


@pytest.mark.parametrize("kind", [*LOSSLESS, "JPEG"])
@pytest.mark.parametrize("broken", [False, True])
def test_the_memory_of_an_image_is_free_as_soon_as_it_is_decoded(kind, broken):
    data = saved(COLOURS, kind)
    gc.collect()
    gc.disable()
    try:
        with suppress(LuodiError):
            decode(data[: len(data) // 2] if broken else data, 3)
        assert not [one for one in gc.get_objects() if isinstance(one, ImageFile)]
    finally:
        gc.enable()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_comes_back_as_it_was_saved(compression):
    same(saved(COLOURS, "TIFF", compression=compression), COLOURS, 3)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_is_what_its_decoder_says(mode, progressive):
    data = saved(Image.fromarray(COLOURS).convert(mode), "JPEG", progressive=progressive)
    same(data, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), 3)


def test_fax_and_jpeg_inside_tiff_are_read():
    black = GREY > 100
    same(saved(black, "TIFF", compression="group4"), black * np.uint8(255))
    data = saved(COLOURS, "TIFF", compression="jpeg")
    same(data, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), 3)


@pytest.mark.parametrize("kind", LOSSLESS)
def test_one_bit_is_black_or_white(kind):
    same(saved(GREY > 100, kind), (GREY > 100) * np.uint8(255))


@pytest.mark.parametrize("kind", LOSSLESS)
def test_palettes_become_their_colours(kind):
    picture = Image.fromarray(COLOURS).quantize(16)
    same(saved(picture, kind), np.asarray(picture.convert("RGB")), 3)


def test_cmyk_tiff_becomes_colours():
    picture = Image.fromarray(COLOURS).convert("CMYK")
    same(saved(picture, "TIFF"), np.asarray(picture.convert("RGB")), 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_the_upper_eight(kind):
    same(saved(DEEP, kind), (DEEP >> 8).astype(np.uint8))


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bits_are_read_in_either_order_of_bytes(order):
    body = DEEP.astype(f"{order}u2").tobytes()
    same(tiff(grey_tags(17, 13, 16), body, order), (DEEP >> 8).astype(np.uint8))


def test_thirty_two_bits_are_taken_as_sixteen():
    same(saved(DEEP.astype(np.int32), "TIFF"), (DEEP >> 8).astype(np.uint8))


@pytest.mark.parametrize("value", [-1, 65_536])
def test_thirty_two_bits_outside_of_sixteen_are_refused(value):
    with pytest.raises(LuodiError) as caught:
        decode(saved(np.full((2, 2), value, np.int32), "TIFF"), 1)
    assert caught.value.code == "rows.image_range"


def test_twelve_bits_keep_their_upper_eight():
    values = (DEEP[:, :16] >> 4).astype(np.uint32)
    pairs = (values[:, ::2] << 12) | values[:, 1::2]
    body = np.stack([pairs >> 16, (pairs >> 8) & 255, pairs & 255], -1).astype(np.uint8).tobytes()
    same(tiff(grey_tags(16, 13, 12), body), (values >> 4).astype(np.uint8))


def test_floats_from_zero_to_one_span_all_eight_bits():
    same(saved((GREY / 255).astype(np.float32), "TIFF"), GREY)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, np.inf])
def test_floats_outside_are_refused(value):
    pixels = np.full((2, 2), value, np.float32)
    for given in (pixels, saved(pixels, "TIFF")):
        with pytest.raises(LuodiError) as caught:
            decode(given, 1)
        assert caught.value.code == "rows.image_range"


def test_white_that_is_zero_is_turned():
    tags = grey_tags(17, 13, 16) | {262: (3, 1, 0)}
    same(tiff(tags, DEEP.tobytes()), 255 - (DEEP >> 8).astype(np.uint8))
    same(tiff(grey_tags(17, 13) | {262: (3, 1, 0)}, GREY.tobytes()), 255 - GREY)


def on_white(picture: Image.Image) -> np.ndarray:
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB"))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_laid_on_white(kind, mode):
    picture = Image.fromarray(COLOURS).convert("RGBA")
    picture.putalpha(Image.fromarray(GREY))
    picture = picture.convert(mode)
    found = decode(saved(picture, kind), 3).astype(int)
    assert abs(found - on_white(picture)).max() <= 1  # Pillow rounds in a way of its own
    assert (decode(np.zeros((2, 2, 4), np.uint8), 3) == 255).all()


def test_transparent_colours_of_a_palette_are_laid_on_white():
    picture = Image.fromarray(COLOURS).quantize(8)
    same(
        saved(picture, "PNG", transparency=3),
        np.where(
            (np.asarray(picture) == 3)[..., None], np.uint8(255), np.asarray(picture.convert("RGB"))
        ),
        3,
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_pictures_are_turned_as_the_camera_was_held(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(COLOURS, kind, exif=exif.tobytes())
    same(data, np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))), 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_of_several_images_the_first_is_taken(kind):
    data = saved(COLOURS, kind, save_all=True, append_images=[Image.fromarray(255 - COLOURS)])
    same(data, COLOURS, 3)


def test_colours_become_grey_in_one_way_for_files_and_arrays():
    grey = np.asarray(Image.fromarray(COLOURS).convert("L"))
    same(COLOURS, grey)
    same(saved(COLOURS), grey)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (GREY, GREY),
        (GREY[:, :, None], GREY),
        (DEEP, (DEEP >> 8).astype(np.uint8)),
        (DEEP.astype(">u2"), (DEEP >> 8).astype(np.uint8)),
        (GREY > 100, (GREY > 100) * np.uint8(255)),
        (GREY / 255, GREY),
        ((GREY / 255).astype(np.float32), GREY),
        (GREY.T[::-1], GREY.T[::-1]),
    ],
)
def test_arrays_of_every_kind_are_read(given, wanted):
    same(given, wanted)
    same(given, np.repeat(wanted[:, :, None], 3, axis=2), 3)


@pytest.mark.parametrize(
    "wrap",
    [
        bytearray,
        memoryview,
        lambda data: base64.b64encode(data).decode(),
        lambda data: base64.encodebytes(data).decode(),
        lambda data: "data:image/png;base64," + base64.b64encode(data).decode(),
        lambda data: "data:text/plain;name=a;base64," + base64.b64encode(data).decode(),
    ],
)
def test_every_wrapping_holds_the_same_image(wrap):
    same(wrap(saved(COLOURS)), COLOURS, 3)


def test_a_path_is_read_for_a_caller_in_python(tmp_path):
    path = tmp_path / "a.unknown"
    path.write_bytes(saved(COLOURS))
    same(path, COLOURS, 3)


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian])
def test_dicom_colours_come_back_as_they_were_saved(syntax):
    same(dicom(COLOURS, *filter(None, [syntax])), COLOURS, 3)
    same(dicom(GREY, *filter(None, [syntax])), GREY)


def test_dicom_colours_in_planes_are_put_together():
    planes = np.ascontiguousarray(COLOURS.transpose(2, 0, 1)).reshape(COLOURS.shape)
    same(dicom(planes, PlanarConfiguration=1), COLOURS, 3)


def test_dicom_is_shown_through_its_window():
    stored = np.array([[0, 924, 1024, 1124, 2000]], np.int16)
    said = {"WindowCenter": [0.5, 9], "WindowWidth": [201, 9], "RescaleIntercept": -1024}
    same(dicom(stored, **said, RescaleSlope=1), np.array([[0, 0, 128, 255, 255]], np.uint8))


def test_dicom_without_a_window_shows_what_can_be_stored():
    stored = np.array([[0, 2048, 4095]], np.uint16)
    said = {"BitsStored": 12, "HighBit": 11}
    same(dicom(stored, **said), np.array([[0, 128, 255]], np.uint8))
    black = dicom(stored, **said, PhotometricInterpretation="MONOCHROME1")
    same(black, np.array([[255, 127, 0]], np.uint8))


def test_of_a_dicom_film_the_first_frame_is_taken():
    film = np.concatenate([GREY, 255 - GREY])
    same(dicom(film, Rows=13, NumberOfFrames=2), GREY)


def test_jpeg_inside_dicom_is_read():
    data = saved(GREY, "JPEG")
    same(dicom(data, JPEGBaseline8Bit), np.asarray(Image.open(io.BytesIO(data))))


def test_what_else_a_file_carries_changes_nothing():
    data = saved(GREY)
    notes = chunk(b"tEXt", b"a\0b") + chunk(b"iCCP", b"broken") + chunk(b"zTXt", b"c\0\0" + b"x")
    same(data[:33] + notes + data[33:], GREY)
    jpeg = saved(GREY, "JPEG")
    note = b"\xff\xe1\x00\x10Exif\0\0" + b"\xff" * 8 + b"\xff\xfe\x00\x04ab"
    same(jpeg[:2] + note + jpeg[2:] + b"after the end", decode(jpeg, 1))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "DICOM"])
def test_the_same_bytes_give_the_same_pixels_bit_by_bit_also_in_another_process(kind):
    data = dicom(COLOURS) if kind == "DICOM" else saved(COLOURS, kind)
    first, second = decode(data, 3), decode(data, 3)
    assert first.tobytes() == second.tobytes()
    program = (
        "import sys; from luodi.modalities.image.codec import decode;"
        "sys.stdout.buffer.write(decode(sys.stdin.buffer.read(), 3).tobytes())"
    )
    done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True)
    assert done.stdout == first.tobytes()


def test_a_long_image_is_converted_in_bands_without_a_seam():
    tall = np.random.default_rng(4).integers(0, 256, (2100, 1000, 3), dtype=np.uint8)
    same(tall, np.asarray(Image.fromarray(tall).convert("L")))
    same(saved(tall, "BMP"), tall, 3)


@pytest.mark.parametrize(("package", "data"), [("PIL", saved(GREY)), ("pydicom", dicom(GREY))])
def test_a_missing_package_is_told_with_how_to_install_it(package, data, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LuodiError) as caught:
        decode(data, 1)
    assert caught.value.code == "environment.missing_package"
    assert "pip install 'luodi[image]'" in str(caught.value)
    same(GREY, GREY)  # arrays need neither


def test_reading_a_path_is_left_to_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("abcd").write_bytes(saved(GREY))
    for text in ("abcd", "./abcd", str(tmp_path / "abcd"), (tmp_path / "abcd").as_uri()):
        with pytest.raises(LuodiError) as caught:
            decode(text, 1)
        assert caught.value.code in ("rows.image_text", "rows.image_format")
