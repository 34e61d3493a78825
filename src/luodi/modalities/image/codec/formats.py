"""Which format bytes are in, told from their beginning; names and claims do not count."""

from __future__ import annotations

from luodi.modalities.image.codec import png

MEDIA = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "DICOM": "application/dicom",
}
LISTED = tuple(MEDIA)
_BEGINNINGS = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, png.SIGNATURE, "PNG"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (128, b"DICM", "DICOM"),
    # those below are not read, but a name says more than bytes do
    (0, b"II+\0", "BigTIFF"),
    (0, b"MM\0+", "BigTIFF"),
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (4, b"ftyp", "HEIC / AVIF / MP4"),
    (0, b"8BPS", "PSD"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"PK\3\4", "ZIP"),
)
_MARKUP = 512


def name(data: bytes) -> str:
    """The name of a format; ``?`` when the beginning is that of none that is known here."""
    for at, beginning, format_name in _BEGINNINGS:
        if data[at : at + len(beginning)] == beginning:
            return format_name
    head = data[:_MARKUP].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "SVG / XML" if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) else "?"
