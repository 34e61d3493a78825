"""JPEG, PNG, BMP and TIFF by Pillow's decoders of these four formats, and by no others."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.errors import LuodiError, needs
from luodi.modalities.image.codec import pixels
from luodi.modalities.image.codec.limits import Refusal, allow, broken
from luodi.modalities.image.codec.still import Still

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_CONVERTED = {"1": "L", "La": "LA", "RGBa": "RGBA", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB"}
_DEEP = {"I;16", "I;16B", "I;16L", "I", "F"}
_PLAIN = {"L", "LA", "RGB", "RGBA", "P", *_CONVERTED, *_DEEP}


def read(still: Still, channels: int) -> np.ndarray:
    """The pixels of an image, upright.

    Args:
        still: The image.
        channels: 1 or 3.

    Returns:
        uint8 (height, width, channels).

    Raises:
        Refusal: ``rows.image_*``.
        LuodiError: ``environment.missing_package``.
    """
    try:
        return pixels.upright(_pixels(still, channels), still.orientation)
    except (LuodiError, Refusal):
        raise
    except Exception:  # decoders raise whatever comes up when bytes are not what they seem
        raise broken(still.kind) from None


def sides(still: Still) -> tuple[int, int]:
    """Width and height of an image as it is shown, in pixels; none of them is decoded.

    Raises:
        Refusal: ``rows.image_broken``.
        LuodiError: ``environment.missing_package``.
    """
    try:
        image = _opened(still)
        width, height = image.size
        _let_go(image)
    except LuodiError:
        raise
    except Exception:  # as above
        raise broken(still.kind) from None
    return (height, width) if still.orientation in (5, 6, 7, 8) else (width, height)


def _pixels(still: Still, channels: int) -> np.ndarray:
    image = _opened(still)
    width, height = image.size
    allow(height, width)
    if image.mode not in _PLAIN:
        raise Refusal("rows.image_format", seen=f"{still.kind}, {image.mode}")
    try:
        image.load()
    finally:
        _let_go(image)

    def band(top: int, end: int) -> np.ndarray:
        whole = end - top == height
        return _values(image if whole else image.crop((0, top, width, end)), still)

    return pixels.in_bands(height, width, channels, band)


def _opened(still: Still) -> ImageFile:
    """The image with its head read; no pixel is decoded yet.

    The class of the format is called directly: ``Image.open`` would load every decoder there is.
    """
    try:
        from PIL import BmpImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin
    except ImportError:
        raise needs("pillow", "image") from None
    classes: dict[str, Any] = {
        "BMP": BmpImagePlugin.BmpImageFile,
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
    }
    file = io.BytesIO(still.data)
    image: Any = classes[still.kind](file)
    more = getattr(image, "load_read", file.read)

    def read_on(size: int) -> bytes:
        # Pillow can be told to fill up files that were cut off, for a whole process at once
        found: bytes = more(size)
        if not found:
            raise broken(still.kind)
        return found

    image.load_read = read_on
    opened: ImageFile = image
    return opened


def _let_go(image: ImageFile) -> None:
    """Take the reader of ``_opened`` away: it and the image hold each other, and so the memory of
    each image would only be free when Python looks for such rings, which is hundreds later."""
    vars(image).pop("load_read", None)


def _values(band: Image, still: Still) -> np.ndarray:
    """Rows of an image, uint8 (height, width) or (height, width, 2 to 4)."""
    if band.mode in _DEEP:
        values = pixels.eight_bits(np.asarray(band), still.bits)
        return 255 - values if still.white_is_zero else values
    if "transparency" in band.info:
        return np.asarray(band.convert("RGBA"))
    if band.mode == "P":
        return np.asarray(band.convert("RGB"))
    mode = _CONVERTED.get(band.mode, band.mode)
    return np.asarray(band if mode == band.mode else band.convert(mode))
