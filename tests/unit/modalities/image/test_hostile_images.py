"""Files that lie or break, and what is no image at all, are refused with a code."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pictures import COLOURS, GREY, WHOLE, dicom, grey_tags, png, refused, saved, tiff
from PIL import Image, ImageFile

from luodi.modalities.image.codec import MOST_BYTES

DEFLATED, JPEG_2000, RLE = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"


@pytest.mark.parametrize("value", [None, float("nan"), "", "  "])
def test_nothing_is_told_as_missing(value):
    assert refused(value).code == "rows.image_missing"


@pytest.mark.parametrize("value", [5, 1.5, True, [[1]], {"a": 1}, object(), Image.new("L", (2, 2))])
def test_other_things_are_told_by_their_type(value):
    error = refused(value)
    assert (error.code, error.facts["kind"]) == ("rows.image_kind", type(value).__name__)


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd",
        "image.png",
        "file:///etc/passwd",
        "https://example.com/a.png",
        "data:image/png,raw",
        "data:" + "a" * 1000,
        "Zm9=v",
        "Zm9v-_==",
        "图像",
        "\ud800",
        "A",
    ],
)
def test_text_that_is_not_base64_is_told(text):
    assert refused(text).code == "rows.image_text"


@pytest.mark.parametrize("text", ["data:image/png;base64,", base64.b64encode(b"abc").decode()])
def test_text_that_holds_no_image_is_told(text):
    assert refused(text).code in ("rows.image_empty", "rows.image_format")


def test_text_opens_no_file(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("builtins.open", lambda *a, **k: opened.append(a))
    monkeypatch.setattr("io.open", lambda *a, **k: opened.append(a))
    for text in ("abcd", "etc/", "tmp/abcd", str(tmp_path)):
        refused(text)
    assert not opened


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (saved(COLOURS, "GIF"), "GIF"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20), "WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG / XML"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", "SVG / XML"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "EPS"),
        (b"%PDF-1.7\n", "PDF"),
        (saved(COLOURS, "ICO"), "ICO"),
        (saved(COLOURS, "PPM"), "?"),
        (saved(COLOURS, "JPEG2000"), "JPEG 2000"),
        (saved(COLOURS, "TIFF", big_tiff=True), "BigTIFF"),
        (b"PK\3\4", "ZIP"),
        (b"hello", "?"),
        (b"\0" * 200, "?"),
        (dicom(bytes(64), RLE), f"DICOM, transfer syntax {RLE}"),
        (dicom(GREY, DEFLATED), f"DICOM, transfer syntax {DEFLATED}"),
        (dicom(saved(GREY, "JPEG2000"), JPEG_2000), f"DICOM, transfer syntax {JPEG_2000}"),
        (dicom(GREY, PhotometricInterpretation="PALETTE COLOR"), "DICOM, PALETTE COLOR, 8 bits"),
        (dicom(COLOURS, PhotometricInterpretation="YBR_FULL"), "DICOM, YBR_FULL, not compressed"),
        (dicom(GREY.astype(np.float32)), "DICOM, MONOCHROME2, 32 bits"),
        (tiff(grey_tags(17, 13) | {259: (3, 1, 50001)}, GREY.tobytes()), "TIFF, compression 50001"),
        (saved(COLOURS, "TIFF", compression="zstd"), "TIFF, compression 50000"),
        (b"BM" + bytes(12) + b"\x28" + bytes(15) + b"\1" + bytes(50), "BMP, compression 1"),
        (saved(Image.new("LAB", (2, 2)), "TIFF"), "TIFF, LAB"),
    ],
)  # fmt: skip
def test_formats_that_are_not_listed_are_refused_by_name(data, seen):
    error = refused(data)
    assert (error.code, error.facts["seen"]) == ("rows.image_format", seen)


def test_no_decoder_is_loaded_but_the_listed_ones(tmp_path):
    program = tmp_path / "once.py"
    program.write_text(
        "import sys\n"
        "from luodi.modalities.image.codec import decode\n"
        "from luodi.core.errors import LuodiError\n"
        "for data in (sys.stdin.buffer.read(), b'GIF89a', b'RIFF    WEBP', b'%PDF'):\n"
        "    try: decode(data, 3)\n"
        "    except LuodiError: pass\n"
        "names = (n for n in sys.modules if n.startswith('PIL.') and n.endswith('Plugin'))\n"
        "print(*sorted(n[4:-11] for n in names))\n"
    )
    done = subprocess.run([sys.executable, program], input=WHOLE["PNG"], capture_output=True)
    assert done.stdout.decode().split() == ["Bmp", "Jpeg", "Png", "Tiff"], done.stderr


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_ends_early_is_refused(kind):
    data = WHOLE[kind]
    for length in sorted({3, 8, 20, len(data) // 3, len(data) // 2, len(data) - 12}):
        error = refused(data[:length])
        assert error.code in ("rows.image_broken", "rows.image_format"), length


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_ends_early_is_refused_even_where_pillow_was_told_to_fill_it_up(
    kind, monkeypatch
):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    refused(WHOLE[kind][: len(WHOLE[kind]) // 2])


@pytest.mark.parametrize("data", [b"", bytearray(), np.zeros((0, 5)), np.zeros((5, 0, 3)),
                                  png(0, 5, b""), tiff(grey_tags(0, 5)),
                                  dicom(GREY, Rows=0)])  # fmt: skip
def test_an_image_without_pixels_is_told(data):
    assert refused(data).code == "rows.image_empty"


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(5),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((2, 2, 5), np.uint8),
        np.zeros((1, 2, 2, 3), np.uint8),
        np.zeros((2, 2), np.int64),
        np.zeros((2, 2), complex),
        np.array([[None]]),
        np.array([["a"]]),
        np.array(5),
        np.zeros((2, 2), [("a", "u1")]),
    ],
)
def test_arrays_that_are_no_images_are_told_by_shape_and_type(array):
    error = refused(array)
    assert (error.code, error.facts["shape"]) == ("rows.image_array", str(array.shape))


def test_a_single_flipped_bit_of_png_is_noticed():
    for at in range(0, len(WHOLE["PNG"]), 7):
        data = bytearray(WHOLE["PNG"])
        data[at] ^= 1 << at % 8
        refused(data)


@pytest.mark.parametrize("wrap", [bytes, lambda data: base64.b64encode(data).decode()])
def test_too_many_bytes_are_refused_by_their_number_alone(wrap):
    error = refused(wrap(bytes(2 * MOST_BYTES)))
    assert (error.code, error.facts["most_mb"]) == ("rows.image_bytes", MOST_BYTES >> 20)


def test_paths_of_what_is_no_file_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "none", tmp_path / "pipe", Path("/dev/zero"), Path("a\0b")):
        assert refused(path).code == "rows.image_unread"


def test_a_file_longer_than_allowed_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "long"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert refused(path).code == "rows.image_bytes"
