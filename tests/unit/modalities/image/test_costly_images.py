"""Files that would take memory or time out of all proportion are refused before they do."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from pictures import GREY, WHOLE, chunk, dicom, grey_tags, png, refused, tiff
from PIL import ImageFile

from luodi.modalities.image.codec import MOST_PIXELS

DEFLATED = "1.2.840.10008.1.2.1.99"

LARGE = 100_000
BOMBS = {
    "PNG": png(LARGE, LARGE, bytes(1000)),
    "BMP": b"BM" + struct.pack("<IHHI", 0, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, LARGE, LARGE, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(1000),
    "TIFF": tiff(grey_tags(LARGE, LARGE), bytes(1000)),
    "JPEG": WHOLE["JPEG"].replace(struct.pack(">HH", 13, 17), struct.pack(">HH", 65_000, 65_000)),
    "DICOM": dicom(GREY, Rows=65_000, Columns=65_000),
    "array": np.broadcast_to(np.uint8(0), (LARGE, LARGE)),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOMBS)
def test_too_many_pixels_are_refused_before_one_is_decoded(kind, monkeypatch):
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    error = refused(BOMBS[kind])
    assert (error.code, error.facts["most"]) == ("rows.image_pixels", MOST_PIXELS)


def deflated(pixels: int) -> bytes:
    width = 4096
    return png(width, pixels // width, bytes(pixels // width * (width + 1)))


SWOLLEN = {
    "pixels at the limit": lambda: deflated(MOST_PIXELS),
    "pixels beyond": lambda: deflated(8 * MOST_PIXELS),
    "texts": lambda: (
        png(1, 1, b"\0\0")[:33]
        + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**28)))
        + png(1, 1, b"\0\0")[33:]
    ),
    "a profile": lambda: (
        png(1, 1, b"\0\0")[:33]
        + chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2**28)))
        + png(1, 1, b"\0\0")[33:]
    ),
    "tags of the same bytes": lambda: tiff(
        dict.fromkeys(range(300, 2300), (7, 2**22, 8)) | grey_tags(1, 1), bytes(2**22)
    ),
    "strips without end": lambda: tiff(grey_tags(1, 1) | {273: (4, 2**21, 8)}, bytes(2**23)),
    "a huge tile": lambda: tiff(
        grey_tags(1, 1) | {259: (3, 1, 8), 322: (4, 1, 2**15), 323: (4, 1, 2**15), 324: (4, 1, 8)},
        bytes(99),
    ),
    "inflated DICOM": lambda: dicom(np.zeros((4096, 4096), np.uint16), DEFLATED),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("kind", SWOLLEN)
def test_memory_stays_bounded(kind, tmp_path):
    file = tmp_path / "bomb"
    file.write_bytes(SWOLLEN[kind]())
    program = (
        "import sys, pathlib, resource, PIL.TiffImagePlugin\n"
        "from luodi.modalities.image.codec import decode\n"
        "from luodi.core.errors import LuodiError\n"
        "data = pathlib.Path(sys.argv[1]).read_bytes()\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before = peak()\n"
        "try: decode(data, 3)\n"
        "except LuodiError as error: pass\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True)
    most = 256 if kind == "pixels at the limit" else 64
    assert int(done.stdout) <= most, done.stderr


ELEMENT = b"\x09\0\x01\x10LO\0\0"
SEQUENCE = b"\x09\0\x02\x10SQ\0\0" + b"\xff" * 4 + b"\xfe\xff\0\xe0" + b"\xff" * 4
MANY = {
    "JPEG segments": (WHOLE["JPEG"], 2, b"\xff\xfe\0\2"),
    "PNG chunks": (WHOLE["PNG"], 33, chunk(b"tEXt", b"")),
    "PNG data": (WHOLE["PNG"], 33, chunk(b"IDAT", b"")),
    "DICOM elements": (WHOLE["DICOM"], 292, ELEMENT),
    "DICOM elements in a sequence": (
        WHOLE["DICOM"][:292] + SEQUENCE + WHOLE["DICOM"][292:],
        292 + len(SEQUENCE),
        ELEMENT,
    ),
}


@pytest.mark.parametrize("kind", MANY)
def test_a_file_of_countless_small_parts_is_refused_within_seconds(kind):
    data, at, part = MANY[kind]
    begin = time.process_time()
    error = refused(data[:at] + part * 600_000 + data[at:])
    assert error.code == "rows.image_broken"
    assert time.process_time() - begin < 5


def test_more_scans_than_an_image_can_need_are_refused():
    data = WHOLE["progressive"]
    at = data.rindex(b"\xff\xda")
    assert refused(data[:at] + data[at:-2] * 100 + data[-2:]).code == "rows.image_broken"
