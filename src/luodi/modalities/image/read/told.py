"""Whether a source is one of images, from a short look."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl

from luodi.core.errors import LuodiError
from luodi.modalities.image.read import idx, listing, naming

HEAD = 2**18
"""Bytes of a list that are looked at."""
MOST_NAMES = 1000
MOST_TRIED = 50
"""Names of a list of which one at least must be a file: addresses and notes are none."""


def images(address: str | Path) -> bool:
    """Whether a source holds or lists images; a source that cannot be read holds none.

    Args:
        address: A folder, or a file.
    """
    path = Path(address)
    try:
        if path.is_dir():
            return True
        if not path.is_file():
            return False
        if path.suffix.lower() == ".npz" or idx.named(path.name):
            return True
        if zipfile.is_zipfile(path) and path.suffix.lower() == ".zip":
            return _packed(path)
        return path.suffix.lower() in listing.SUFFIXES and _listed(path)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _packed(path: Path) -> bool:
    with zipfile.ZipFile(path) as file:
        return any(map(naming.pictured, file.namelist()[:MOST_NAMES]))


def _listed(path: Path) -> bool:
    """Whether a column of a list names images that are there."""
    try:
        if path.suffix.lower() == ".parquet":
            frame = pl.scan_parquet(path).head(MOST_NAMES).collect()
        else:
            with path.open("rb") as file:
                text = file.read(HEAD).rpartition(b"\n")[0]
            sign = "\t" if path.suffix.lower() == ".tsv" else ","
            frame = pl.read_csv(
                io.BytesIO(text), separator=sign, infer_schema=False, encoding="utf8-lossy"
            )
        named = frame[listing.paths_of(frame, path.name)].drop_nulls().head(MOST_TRIED)
        return any((path.parent / text.strip().replace("\\", "/")).is_file() for text in named)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, LuodiError):
        return False
