"""What the tests ask of a reading, and where real data is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from luodi.core.values import Column, Dataset


def kinds(dataset: Dataset) -> dict[str, str]:
    """The kind of each feature column."""
    return {column.name: column.kind for column in dataset.columns}


def column(dataset: Dataset, name: str) -> Column:
    """A feature column by name."""
    return next(column for column in dataset.columns if column.name == name)


def codes(dataset: Dataset) -> list[str]:
    """The codes of the notes; each note must have its text in both languages."""
    for note in dataset.notes:
        assert note.part("seen", "en")
        assert note.part("seen", "zh")
    return [note.code for note in dataset.notes]


def evidence(dataset: Dataset, code: str) -> dict[str, Any]:
    """The evidence of the first note with a code, and its column."""
    note = next(note for note in dataset.notes if note.code == code)
    return {"column": note.column, **note.evidence}


def real(name: str) -> Path:
    """A file of real data, or a skip that says why."""
    root = Path(__file__).parents[5]
    path = Path(os.environ.get("LUODI_DATA", root.parent / "shared" / "data")) / name
    if not path.exists():
        pytest.skip(f"no real data at {path}; set LUODI_DATA")
    return path
