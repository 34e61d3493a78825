"""What the name of a file says: whether it is an image, of which class and in which part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from luodi.core.text import canonical
from luodi.core.values import Labels
from luodi.modalities.image.read.notes import Skipped
from luodi.modalities.image.read.value import Part, Picture

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".tif", ".tiff", ".dcm", ".dicom")
PARTS: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
_LEFT_BEHIND = ("__macosx", "thumbs.db", "desktop.ini", "@eadir")
_NUMBERED = re.compile(r"(.+)_\d+")
_WHOLE = re.compile(r"0|-?[1-9]\d*")


def hidden(name: str) -> bool:
    """Whether one part of a path is what systems leave behind and people do not see."""
    return name.startswith(".") or name.lower() in _LEFT_BEHIND


def pictured(name: str) -> bool:
    """Whether a file calls itself an image."""
    return name.lower().endswith(SUFFIXES)


def reason(name: str) -> str | None:
    """The code of the reason to pass over a path below the source; None for an image."""
    if any(map(hidden, name.split("/"))):
        return "read.image_hidden"
    return None if pictured(name) else "read.image_foreign"


def placed(found: Iterable[tuple[str, Any]], skipped: Skipped, labelled: bool) -> list[Picture]:
    """Images in the order of their names, with class and part from folders and names.

    Above the classes there may be folders that hold everything, and ``train``, ``val``, ``test``.
    Without a folder of its class, an image is of the class that stands before the last
    underscore and number of its name: ``crazing_12.jpg``.

    Args:
        found: Names below the source, and where the store finds each.
        skipped: Is told of images without a class.
        labelled: Whether images without a class are passed over.
    """
    ordered = sorted(((tuple(name.split("/")), place) for name, place in found), key=_name)
    shared = _shared([parts for parts, _ in ordered])
    paths = [(parts[shared:], place) for parts, place in ordered]
    split = _split([parts for parts, _ in paths])
    foldered = any(len(parts) > 1 + split for parts, _ in paths)
    pictures = []
    for parts, place in paths:
        inner = parts[1:] if split and len(parts) > 1 else parts
        label = _label(inner, foldered)
        part = PARTS[parts[0].lower()] if split and len(parts) > 1 else None
        if labelled and (label is None or split and part is None):
            skipped.add("read.image_unlabelled", "/".join(parts))
        else:
            pictures.append(Picture("/".join(parts), label, part, place))
    return pictures


def kind_of(labels: Iterable[str | None]) -> Labels:
    """The type of labels that are names: whole numbers, or text."""
    held = {label for label in labels if label is not None}
    return "integer" if held and all(map(_WHOLE.fullmatch, held)) else "string"


def _name(entry: tuple[tuple[str, ...], Any]) -> tuple[str, ...]:
    return entry[0]


def _shared(paths: Sequence[tuple[str, ...]]) -> int:
    """How many folders stand above all of the classes and parts."""
    depth = 0
    while paths:
        heads = {parts[depth] for parts in paths if len(parts) > depth + 1}
        deeper = all(len(parts) > depth + 2 for parts in paths)
        if len(heads) != 1 or not deeper or heads.pop().lower() in PARTS:
            return depth
        depth += 1
    return depth


def _split(paths: Sequence[tuple[str, ...]]) -> bool:
    """Whether every folder at the top is a part of the split."""
    heads = {parts[0].lower() for parts in paths if len(parts) > 1}
    return bool(heads) and heads <= set(PARTS)


def _label(parts: tuple[str, ...], foldered: bool) -> str | None:
    if len(parts) > 1:
        return canonical(parts[0]) or None
    if foldered:  # an image beside the folders of the classes is of none of them
        return None
    match = _NUMBERED.fullmatch(parts[0].rpartition(".")[0])
    return canonical(match[1]) or None if match else None
