"""Images in a folder: found without leaving it, opened one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import MOST_BYTES
from luodi.modalities.image.read import naming
from luodi.modalities.image.read.notes import Skipped, shown
from luodi.modalities.image.read.value import MOST_PICTURES
from luodi.modalities.tabular.read.sources import explained

_MOST_DEEP = 32


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below a folder.

    Attributes:
        root: The folder, resolved.
    """

    root: Path

    def load(self, place: str) -> bytes:
        """The bytes of a file, one more than allowed if it is larger.

        Raises:
            LuodiError: ``read.image_changed`` when it is gone, or a link now leads elsewhere.
        """
        path = self.root / place
        try:
            if not inside(self.root, path) or not path.is_file():
                raise LuodiError("read.image_changed", name=shown(place), source=self.root.name)
            with path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        except (OSError, ValueError):
            facts = {"name": shown(place), "source": self.root.name}
            raise LuodiError("read.image_changed", **facts) from None


def inside(root: Path, path: Path) -> bool:
    """Whether a path, with every link followed, lies below a resolved folder."""
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link that leads to itself
        return False


def found(root: Path, skipped: Skipped) -> list[str]:
    """Names of the images below a folder, in no order.

    Links to files are followed where they stay below the folder; links to folders never are.

    Args:
        root: The folder, resolved.
        skipped: Is told of everything that is passed over.

    Raises:
        LuodiError: ``read.image_many``, ``read.not_permitted``, ``read.not_found``.
    """
    names: list[str] = []
    for entry, name in _walked(root):
        code = _reason(root, entry, name)
        if code:
            skipped.add(code, name)
            continue
        names.append(name)
        if len(names) > MOST_PICTURES:
            raise LuodiError("read.image_many", source=root.name, most=MOST_PICTURES)
    return names


def _walked(root: Path) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Everything below a folder but the folders that are looked into."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with explained(root / above), os.scandir(root / above) as entries:
            listed = list(entries)
        for entry in listed:
            name = f"{above}/{entry.name}" if above else entry.name
            open_folder = entry.is_dir(follow_symlinks=False) and not naming.hidden(entry.name)
            if open_folder and name.count("/") < _MOST_DEEP:
                waiting.append(name)
            else:
                yield entry, name


def _reason(root: Path, entry: os.DirEntry[str], name: str) -> str | None:
    if naming.hidden(entry.name):
        return "read.image_hidden"
    if entry.is_symlink() and (not inside(root, Path(entry.path)) or entry.is_dir()):
        return "read.image_link"
    if not entry.is_file() or not naming.pictured(entry.name):
        return "read.image_foreign"
    return None if 0 < entry.stat().st_size <= MOST_BYTES else "read.image_unfit"
