"""What can be done with a release file: show, verify, and answer from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.task import Data
from luodi.modalities import modality

if TYPE_CHECKING:
    import polars as pl

    from luodi.core.values import Dataset
    from luodi.runtime.explain import Explanation
    from luodi.runtime.load import Release


def show(path: str | Path) -> Mapping[str, Any]:
    """The card of a release, as JSON data, with the digests of the file that was read."""
    from luodi.runtime import load

    release = load.load(path)
    digests = {name: f"sha256:{entry.sha256}" for name, entry in release.manifest.members.items()}
    signed = {} if release.signer.fingerprint is None else {"key": release.signer.fingerprint}
    read = {"release": release.manifest.digest, "digests": digests, **signed}
    return {**release.card, "provenance": {**release.card["provenance"], **read}}


def card_html(path: str | Path, lang: str = "en") -> str:
    """The card of a release, as one HTML page."""
    from luodi.release import card

    return card.html(show(path), "zh" if lang.startswith("zh") else "en")


def verify(path: str | Path, key: str | Path | None = None) -> dict[str, Any]:
    """Each check of a release with how it went."""
    from luodi import release

    return release.verify(path, key).record()


def predict(
    path: str | Path,
    source: str | Path,
    *,
    key: str | Path | None = None,
    query: str | None = None,
    header: bool | Sequence[str] = True,
    listener: Listener = silent,
) -> pl.DataFrame:
    """Answers for the records of a file or of a query, in their order.

    Records that have a name, as images have, are answered beside it; those that cannot be read
    are left out, and the listener hears of them.

    Args:
        path: The release.
        source: The records' file, or a database address.
        key: A public key that must have signed the release.
        query: The SQL query, for a database address.
        header: Whether the first line holds names; or the names.
        listener: Told what the reader noticed, such as renamed columns or turned dates.

    Raises:
        LuodiError: ``release.*``, ``read.*``, ``rows.*``.
    """
    from luodi.runtime import load

    loaded = load.load(path, key=key)
    kind = modality(loaded.manifest.modality)
    reading = Data(source=(str(source),), target="-", query=query, header=header)
    records = _read(loaded, source, reading, listener)
    for note in records.notes:
        listener(Event("finding", {"finding": note}))
    answers: pl.DataFrame = loaded.predict(records.table)
    return answers if kind.NAME is None else records.table.select(kind.NAME).hstack(answers)


def _read(loaded: Release, source: str | Path, reading: Data, listener: Listener) -> Dataset:
    """The records of a source that a release can answer."""
    kind = modality(loaded.manifest.modality)
    columns = kind.columns(loaded.codec)
    records = kind.read_like(source, columns, None, "string", data=reading)
    usable = kind.usable(records, None, listener)
    if len(records) and not len(usable):
        raise LuodiError("read.nothing_usable", source=records.source, rows=len(records))
    return usable


def explain(
    path: str | Path,
    source: str | Path,
    row: int = 0,
    *,
    key: str | Path | None = None,
    draw: bool = False,
) -> tuple[Explanation, bytes | None]:
    """What one answer hangs on.

    Args:
        path: The release.
        source: The records' file, or one image.
        row: Which record, counted from 0.
        key: A public key that must have signed the release.
        draw: Whether an image with heat over it is wanted.

    Returns:
        The explanation; and the picture as PNG, where one is wanted and records are images.

    Raises:
        LuodiError: ``release.*``, ``read.*``, ``rows.*``; ``explain.no_row``.
    """
    from luodi.runtime import load

    loaded = load.load(path, key=key)
    kind = modality(loaded.manifest.modality)
    records = _read(loaded, source, Data(source=(str(source),), target="-"), silent)
    if not 0 <= row < len(records):
        raise LuodiError("explain.no_row", row=row, rows=len(records), source=records.source)
    names = [column.name for column in records.columns]
    (record,) = records.table.select(names)[row].iter_rows(named=True)
    found = loaded.explain(record)
    return found, kind.drawn(record, found.weight) if draw else None


def write_answers(answers: pl.DataFrame, path: str | Path) -> Path:
    """Write answers as .parquet, .csv, .jsonl or .xlsx: whole or not at all.

    Raises:
        LuodiError: ``store.format`` for another ending; ``environment.disk``.
    """
    from luodi.store import table

    return table.put(answers, Path(path))
