"""DICOM: the first frame, as the window that the file names shows it."""

from __future__ import annotations

import io
import struct
from typing import Any, NamedTuple

import numpy as np

from luodi.core.errors import LuodiError, needs
from luodi.modalities.image.codec import jpeg, pixels, raster
from luodi.modalities.image.codec.limits import MOST_READS, Refusal, allow, broken

_IMPLICIT, _EXPLICIT, _JPEG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"
_LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
_TAGS = [
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames",
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "WindowCenter", "WindowWidth", "RescaleIntercept", "RescaleSlope", "VOILUTFunction",
    "PixelData",
]  # fmt: skip


class _Counted(io.BytesIO):
    """Bytes that can be read only so often: elements that hold nothing still take time."""

    left = MOST_READS

    def read(self, size: int | None = -1) -> bytes:
        """As ``io.BytesIO.read``.

        Raises:
            Refusal: ``rows.image_broken`` when there was too much to read.
        """
        self.left -= 1
        if self.left < 0:
            raise broken("DICOM")
        return super().read(size)


class Scan(NamedTuple):
    """What the file says of its pixels.

    Attributes:
        height: Rows.
        width: Columns.
        samples: 1, a brightness, or 3, a colour.
        colours: Photometric interpretation.
        planes: Whether colours come one after the other.
        allocated: Bits that a value takes, 8 or 16.
        stored: Bits of them that are used.
        highest: Place of the highest of these.
        signed: Whether values may be negative.
    """

    height: int
    width: int
    samples: int
    colours: str
    planes: bool
    allocated: int
    stored: int
    highest: int
    signed: bool


def read(data: bytes, channels: int) -> np.ndarray:
    """The first frame of a DICOM file (PS3.10), uncompressed or as baseline JPEG.

    Args:
        data: The file, with ``DICM`` at byte 128.
        channels: 1 or 3.

    Returns:
        uint8 (height, width, channels).

    Raises:
        Refusal: ``rows.image_*``.
        LuodiError: ``environment.missing_package``.
    """
    try:
        return _frame(data, channels)
    except (LuodiError, Refusal):
        raise
    except Exception:  # values are checked as they are asked for, and any of them may be wrong
        raise broken("DICOM") from None


def sides(data: bytes) -> tuple[int, int]:
    """Width and height of a DICOM file's image, in pixels.

    Raises:
        Refusal: ``rows.image_broken``.
        LuodiError: ``environment.missing_package``.
    """
    try:
        from pydicom.filereader import read_dataset
        from pydicom.tag import Tag
    except ImportError:
        raise needs("pydicom", "image") from None
    try:
        syntax, at = _syntax(data)
        tags: Any = [Tag(name) for name in ("Rows", "Columns")]
        found: Any = read_dataset(
            _Counted(data[at:]), syntax == _IMPLICIT, True, specific_tags=tags
        )
        return int(found.Columns), int(found.Rows)
    except Exception:  # as above
        raise broken("DICOM") from None


def _frame(data: bytes, channels: int) -> np.ndarray:
    try:
        from pydicom.encaps import get_frame
        from pydicom.filereader import read_dataset
        from pydicom.tag import Tag
    except ImportError:
        raise needs("pydicom", "image") from None
    syntax, at = _syntax(data)
    if syntax not in (_IMPLICIT, _EXPLICIT, _JPEG):
        raise Refusal("rows.image_format", seen=f"DICOM, transfer syntax {syntax[:64]}")
    tags: Any = [Tag(name) for name in _TAGS]
    # read from after the head: what the head may ask for, such as inflating, is out of reach
    found: Any = read_dataset(_Counted(data[at:]), syntax == _IMPLICIT, True, specific_tags=tags)
    scan = _scan(found)
    if syntax == _JPEG:
        frames = int(found.get("NumberOfFrames", 1))
        frame = get_frame(_Counted(found.PixelData), 0, number_of_frames=frames)
        values = raster.read(jpeg.plain(frame), scan.samples)
        if values.shape[:2] != (scan.height, scan.width):
            raise broken("DICOM")
        return _shown(values, scan, found, channels)
    return _shown(_stored(found.PixelData, scan), scan, found, channels)


def _syntax(data: bytes) -> tuple[str, int]:
    """How the file is written (0002,0010), and where its head ends (PS3.10, section 7.1)."""
    at, syntax = 132, b""
    while data[at : at + 2] == b"\x02\x00":
        (element,) = struct.unpack_from("<H", data, at + 2)
        if data[at + 4 : at + 6] in _LONG:
            (length,) = struct.unpack_from("<I", data, at + 8)
            at += 12
        else:
            (length,) = struct.unpack_from("<H", data, at + 6)
            at += 8
        if element == 0x0010:
            syntax = data[at : at + length]
        at += length
    return syntax.rstrip(b"\0 ").decode("ascii", "replace"), at


def _scan(found: Any) -> Scan:
    allocated, samples = int(found.BitsAllocated), int(found.get("SamplesPerPixel", 1))
    colours = str(found.get("PhotometricInterpretation", "MONOCHROME2"))
    stored = int(found.get("BitsStored", allocated))
    highest = int(found.get("HighBit", stored - 1))
    grey = samples == 1 and colours in ("MONOCHROME1", "MONOCHROME2")
    colour = samples == 3 and allocated == 8 and colours in ("RGB", "YBR_FULL", "YBR_FULL_422")
    if not (grey or colour) or allocated not in (8, 16):
        raise Refusal("rows.image_format", seen=f"DICOM, {colours[:32]}, {allocated} bits")
    if not (1 <= stored <= allocated and stored - 1 <= highest < allocated):
        raise broken("DICOM")
    height, width = int(found.Rows), int(found.Columns)
    allow(height, width)
    planes, signed = bool(found.get("PlanarConfiguration", 0)), bool(found.PixelRepresentation)
    return Scan(height, width, samples, colours, planes, allocated, stored, highest, signed)


def _stored(data: bytes, scan: Scan) -> np.ndarray:
    """The values of the first frame, (height, width, samples), without what is not used."""
    if scan.colours.startswith("YBR"):
        raise Refusal("rows.image_format", seen=f"DICOM, {scan.colours}, not compressed")
    kind = np.dtype(f"<{'i' if scan.signed else 'u'}{scan.allocated // 8}")
    values = np.frombuffer(data, kind, scan.height * scan.width * scan.samples)
    if scan.planes and scan.samples == 3:
        return values.reshape(3, scan.height, scan.width).transpose(1, 2, 0)
    values = values.reshape(scan.height, scan.width, scan.samples)
    if scan.stored == scan.allocated:
        return values
    return (values << (scan.allocated - 1 - scan.highest)) >> (scan.allocated - scan.stored)


def _shown(values: np.ndarray, scan: Scan, found: Any, channels: int) -> np.ndarray:
    """Stored values as 8 bits: colours as they are, brightness through its window."""
    if scan.samples == 3:
        return pixels.from_array(values, channels)
    low, high = _window(scan, found)

    def band(top: int, end: int) -> np.ndarray:
        share = (values[top:end].astype(np.float64) - low) / (high - low)
        shown = np.floor(np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
        return 255 - shown if scan.colours == "MONOCHROME1" else shown

    return pixels.in_bands(scan.height, scan.width, channels, band)


def _window(scan: Scan, found: Any) -> tuple[float, float]:
    """Stored values that are black and white: the first window, else all that can be stored.

    Source: PS3.3, section C.11.2.1.2, the functions LINEAR and LINEAR_EXACT; the window is
    told after rescaling, so it is taken back to what is stored.
    """
    if found.get("WindowCenter") is None or found.get("WindowWidth") is None:
        half = 2 ** (scan.stored - 1)
        return (-half, half - 1) if scan.signed else (0, 2 * half - 1)
    function = str(found.get("VOILUTFunction") or "LINEAR")
    if function not in ("LINEAR", "LINEAR_EXACT"):
        raise Refusal("rows.image_format", seen=f"DICOM, {function[:32]}")
    centre, width = _first(found.WindowCenter), _first(found.WindowWidth)
    slope = float(1 if found.get("RescaleSlope") is None else found.RescaleSlope)
    intercept = float(found.get("RescaleIntercept") or 0)
    if function == "LINEAR":
        centre, width = centre - 0.5, max(width - 1, 2.0**-20)  # a width of one is a step
    low, high = ((centre + side * width - intercept) / slope for side in (-0.5, 0.5))
    if not (np.isfinite([low, high]).all() and width > 0 and low != high):
        raise broken("DICOM")
    return low, high


def _first(value: Any) -> float:
    """The first of one or several numbers."""
    several = isinstance(value, list | tuple) or hasattr(value, "append")
    return float(value[0]) if several else float(value)
