"""A source of images, told by what it is: a folder, a list, a zip file or arrays."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import MOST_BYTES
from luodi.modalities.image.read import archive, folder, idx, listing, naming, npz
from luodi.modalities.image.read.archive import Entry
from luodi.modalities.image.read.folder import Folder
from luodi.modalities.image.read.notes import Skipped
from luodi.modalities.image.read.packed import Packed
from luodi.modalities.image.read.value import MOST_LIST_BYTES, Picture, Pictures, Store
from luodi.modalities.tabular.read.sources import explained

_ZIPPED_LISTS = (".csv", ".tsv", ".parquet")


def read(address: str | Path, target: str | None = "") -> Pictures:
    """The images of a source; none is decoded.

    Args:
        address: A folder with a folder per class, also below ``train``, ``val`` and ``test``; a
            CSV or Parquet of paths and labels; a zip file of either; an ``.npz`` file; or idx
            files, by the name of one of a pair or by their folder.
        target: The column of labels in a list; "" to find it by its name; None for images whose
            class is not known.

    Returns:
        The images, with notes of what was passed over.

    Raises:
        LuodiError: ``read.image_*``, ``read.not_found``, ``read.not_permitted``.
    """
    path = Path(address)
    with explained(path):
        if path.resolve().is_dir():
            return _folder(path.resolve(), target)
        with path.open("rb") as file:
            head = file.read(4)
    if path.suffix.lower() == ".npz":
        return npz.read(path, target is not None)
    if idx.named(path.name):
        return idx.read(path.parent, [path.name], path.name, target is not None)
    if head == b"PK\3\4" or head == b"PK\5\6":
        return _zip(path, target)
    if path.suffix.lower() in listing.SUFFIXES:
        return _list(path, target)
    if target is None and naming.pictured(path.name):
        return _single(path)
    raise LuodiError("read.image_source", source=path.name)


def _single(path: Path) -> Pictures:
    """One image by itself, which has no class."""
    found = Picture(path.name, None, None, path.name)
    return _named([found], Folder(path.parent.resolve()), path.name, Skipped())


def _folder(root: Path, target: str | None) -> Pictures:
    with explained(root):
        pairs = idx.in_folder(item.name for item in root.iterdir())
    if pairs:
        return idx.read(root, pairs, root.name, target is not None)
    skipped = Skipped()
    names = folder.found(root, skipped)
    rows = naming.placed(((name, name) for name in names), skipped, target is not None)
    return _named(rows, Folder(root), root.name, skipped)


def _list(path: Path, target: str | None) -> Pictures:
    root = path.parent.resolve()
    skipped = Skipped()
    with explained(path), path.open("rb") as file:
        data = file.read(MOST_LIST_BYTES + 1)

    def find(name: str) -> tuple[str, str | None]:
        if not folder.inside(root, root / name):
            return name, "read.image_link"
        file = root / name
        return name, _fit(file.stat().st_size) if file.is_file() else "read.image_absent"

    listed = listing.read(data, path.name, target, find, skipped)
    return _listed(listed, Folder(root), path.name, skipped)


def _zip(path: Path, target: str | None) -> Pictures:
    entries = {entry.name: entry for entry in archive.entries(path)}
    lists = [n for n in entries if n.lower().endswith(_ZIPPED_LISTS) and not _hidden(n)]
    if len(lists) != 1:
        return _zipped_folders(path, entries, target)
    try:
        return _zipped_list(path, entries, lists[0], target)
    except LuodiError as error:
        if error.code != "read.image_list":  # a table that names no images lies there by chance
            raise
    return _zipped_folders(path, entries, target)


def _zipped_folders(path: Path, entries: dict[str, Entry], target: str | None) -> Pictures:
    skipped, found = Skipped(), []
    for name, entry in entries.items():
        code = naming.reason(name) or _fit(entry.size)
        if code:
            skipped.add(code, name)
        else:
            found.append((name, entry))
    rows = naming.placed(found, skipped, target is not None)
    return _named(rows, Packed(path.resolve()), path.name, skipped)


def _fit(size: int) -> str | None:
    """The code of the reason to pass over a file of that size."""
    return None if 0 < size <= MOST_BYTES else "read.image_unfit"


def _hidden(name: str) -> bool:
    return any(map(naming.hidden, name.split("/")))


def _zipped_list(path: Path, entries: dict[str, Entry], name: str, target: str | None) -> Pictures:
    """The images of a zip file that holds one list; paths begin at the folder of the list."""
    skipped, store = Skipped(), Packed(path.resolve())
    if entries[name].size > MOST_LIST_BYTES:
        facts = {"size_mb": entries[name].size >> 20, "most_mb": MOST_LIST_BYTES >> 20}
        raise LuodiError("read.image_memory", source=path.name, **facts)
    above = PurePosixPath(name).parent

    def find(text: str) -> tuple[Entry | None, str | None]:
        entry = entries.get(str(above / text))
        return entry, _fit(entry.size) if entry else "read.image_absent"

    listed = listing.read(store.load(entries[name]), path.name, target, find, skipped)
    return _listed(listed, store, path.name, skipped)


def _named(rows: list[Picture], store: Store, source: str, skipped: Skipped) -> Pictures:
    notes = skipped.findings(source)
    if not rows:
        raise _nothing(source, notes)
    kind = naming.kind_of(row.label for row in rows)
    return Pictures(tuple(rows), store, source, kind, None, notes)


def _listed(found: listing.Listed, store: Store, source: str, skipped: Skipped) -> Pictures:
    notes = (*found.notes, *skipped.findings(source))
    if not found.pictures:
        raise _nothing(source, notes)
    return Pictures(tuple(found.pictures), store, source, found.labels, found.table, notes)


def _nothing(source: str, notes: Any) -> LuodiError:
    passed = sum(note.evidence.get("count", 0) for note in notes)
    return LuodiError("read.image_none", source=source, passed=passed)
