"""Sources of images for tests, made in memory and written below a folder of the test."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from luodi.core.errors import LuodiError
from luodi.modalities.image.read import Pictures, read


def picture(value: int) -> bytes:
    """A small PNG of one grey."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((4, 5), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


CLASSES = {f"{name}/{n}.png": picture(10 * n) for name in ("cat", "dog") for n in range(3)}
"""Two classes with three images each, by name."""


def laid(root: Path, files: Mapping[str, bytes]) -> Path:
    """Files below a folder."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Files in a zip file."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def idx(values: np.ndarray) -> bytes:
    """An array of bytes as a packed idx file."""
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(head + values.tobytes())


def noted(pictures: Pictures) -> dict[str, int]:
    """How many were passed over, by the reason; each can be said in both languages."""
    for note in pictures.notes:
        assert note.record("en")["seen"] != note.record("zh")["seen"]
    return {note.code: note.evidence["count"] for note in pictures.notes}


def refused(path: Path, target: str | None = "") -> LuodiError:
    """The error that a source gives, which can be said in both languages."""
    with pytest.raises(LuodiError) as caught:
        read(path, target)
    assert caught.value.text("en") != caught.value.text("zh")
    return caught.value
