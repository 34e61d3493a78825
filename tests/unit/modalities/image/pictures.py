"""Pictures for tests, made in memory."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import decode

HEIGHT, WIDTH = 13, 17
GREY = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
COLOURS = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
DEEP = np.random.default_rng(3).integers(0, 65_536, (HEIGHT, WIDTH), dtype=np.uint16)


def saved(picture: Image.Image | np.ndarray, kind: str = "PNG", **wishes: object) -> bytes:
    """A picture as the bytes of a file."""
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    buffer = io.BytesIO()
    image.save(buffer, kind, **wishes)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    end = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", end)


def png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG file that says of itself what it is told to."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff(tags: dict[int, tuple[int, int, int]], body: bytes = b"", order: str = "<") -> bytes:
    """A TIFF file of one directory: number to kind, count and value; pixels start at byte 8."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = b"".join(
        struct.pack(f"{order}HHI", number, kind, count)
        + (struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value))
        for number, (kind, count, value) in sorted(tags.items())
    )
    start = struct.pack(f"{order}I", 8 + len(body))
    return mark + start + body + struct.pack(f"{order}H", len(tags)) + entries + bytes(4)


def grey_tags(width: int, height: int, bits: int = 8) -> dict[int, tuple[int, int, int]]:
    """The tags of a grey picture that is not compressed."""
    size = min(width * height * bits // 8, 2**32 - 1)
    return {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, bits),
        259: (3, 1, 1),
        262: (3, 1, 1),
        273: (4, 1, 8),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, size),
    }


def dicom(
    values: np.ndarray | bytes, syntax: str = ExplicitVRLittleEndian, **said: object
) -> bytes:
    """A DICOM file; ``said`` overrides what it says of its pixels."""
    given = values if isinstance(values, np.ndarray) else np.zeros((HEIGHT, WIDTH), np.uint8)
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    data.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    data.PatientName = "Nobody"
    data.Rows, data.Columns = given.shape[:2]
    data.SamplesPerPixel = 3 if given.ndim == 3 else 1
    data.PhotometricInterpretation = "RGB" if given.ndim == 3 else "MONOCHROME2"
    data.PlanarConfiguration = 0
    data.BitsAllocated = data.BitsStored = 8 * given.dtype.itemsize
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(given.dtype.kind == "i")
    for name, value in said.items():
        setattr(data, name, value)
    data.PixelData = encapsulate([values]) if isinstance(values, bytes) else given.tobytes()
    data["PixelData"].VR = "OB" if isinstance(values, bytes) else "OW"
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


WHOLE = {
    "PNG": saved(COLOURS),
    "palette": saved(Image.fromarray(COLOURS).quantize(9), transparency=1),
    "BMP": saved(COLOURS, "BMP"),
    "JPEG": saved(COLOURS, "JPEG"),
    "progressive": saved(COLOURS, "JPEG", progressive=True),
    "TIFF": saved(DEEP, "TIFF"),
    "LZW": saved(COLOURS, "TIFF", compression="tiff_lzw"),
    "DICOM": dicom(DEEP),
    "JPEG in DICOM": dicom(saved(GREY, "JPEG"), "1.2.840.10008.1.2.4.50"),
}
"""A file of each kind."""


def refused(value: object) -> LuodiError:
    """The error that a value gives, whose texts can be said in both languages."""
    with pytest.raises(LuodiError) as caught:
        decode(value, 3, "photo")
    assert "'photo'" in caught.value.text("en") and "“photo”" in caught.value.text("zh")
    return caught.value
