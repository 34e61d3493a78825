"""Truths that come back in a spreadsheet, weeks later, joined with the answers they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.codec import Codec
from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.text import canonical
from luodi.modalities.codecs import codec as read_codec
from luodi.modalities.tabular.read.gather import one
from luodi.modalities.tabular.read.raw import Options
from luodi.runtime.container import open_release
from luodi.store import lookup
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.outcomes import checked
from luodi.store.ledger.rows import Outcome

if TYPE_CHECKING:
    from luodi.store.home import Home

AT_ONCE = 1000
MOST_NAMED = 20


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a file of truths.

    Attributes:
        id: The id that an answer came with.
        truth: What came true.
        at: When; None where the file does not say, and this moment counts.
    """

    id: str = "id"
    truth: str = "truth"
    at: str | None = None


@dataclass
class Report:
    """What became of the rows of a file.

    Attributes:
        rows: How many there were.
        counted: How many count from now on.
        same: How many were known already.
        empty: How many hold no truth yet.
        set_aside: How many are kept but do not count, by code.
        impossible: Rows, from 1, whose truth cannot be one or whose moment cannot be read; at
            most 20 of them. They are not kept.
        impossible_count: How many those are.
    """

    rows: int = 0
    counted: int = 0
    same: int = 0
    empty: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    impossible: list[int] = field(default_factory=list)
    impossible_count: int = 0

    def refused(self, row: int) -> None:
        """Note a row that is not kept."""
        self.impossible_count += 1
        if len(self.impossible) < MOST_NAMED:
            self.impossible.append(row)


def taken(
    home: Home, file: Path, columns: Columns | None = None, listener: Listener = silent
) -> Report:
    """Keep the truths of a file; what was kept before is not kept twice, so it may be repeated.

    Args:
        home: The home that gave the answers.
        file: CSV, Parquet, Excel or JSON lines, with a row for each answer.
        columns: Names of its columns.
        listener: Told how far it is.

    Returns:
        What became of its rows.

    Raises:
        LuodiError: ``read.*`` when the file cannot be read, ``improve.no_column``; as
            ``Ledger.keep_outcomes``.
    """
    columns = columns or Columns()
    rows = _rows(file, columns)
    report = Report(rows=len(rows))
    codecs: dict[str, Codec] = {}
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        _keep(home, list(_outcomes(home, part, start, file.name, codecs, report)), report)
        facts = {"what": "truths", "done": start + len(part), "total": len(rows)}
        listener(Event("progress", facts))
    return report


def _rows(file: Path, columns: Columns) -> list[tuple[Any, Any, Any]]:
    """Id, truth and moment of each row, as they stand there."""
    frame = one(file, Options(text=lambda name: True, sample=False)).frame
    wanted = [columns.id, columns.truth, *([columns.at] if columns.at else [])]
    for name in wanted:
        if name not in frame.columns:
            seen = ", ".join(frame.columns[:10])
            raise LuodiError("improve.no_column", column=name, seen=seen)
    found = frame.select(wanted).rows()
    return [(row[0], row[1], row[2] if columns.at else None) for row in found]


def _outcomes(
    home: Home,
    rows: Sequence[tuple[Any, Any, Any]],
    start: int,
    source: str,
    codecs: dict[str, Codec],
    report: Report,
) -> Iterator[Outcome]:
    """The outcomes of some rows; of an answer that is not known, the truth is kept as text."""
    releases = lookup.releases_of(home.ledger, {canonical(row[0]) for row in rows})
    for number, (given, value, when) in enumerate(rows, start + 1):
        name = canonical(given)
        if canonical(value) == "":
            report.empty += 1
            continue
        codec = _codec(home, releases.get(name), codecs)
        truth = canonical(value) if codec is None else codec.truth(value)
        at = _moment(when)
        if not name or truth is None or at is None:
            report.refused(number)
            continue
        try:
            yield checked(Outcome(name, truth, at, source))
        except LuodiError:  # an id too long, a moment before 1970: the other rows still count
            report.refused(number)


def _codec(home: Home, digest: str | None, known: dict[str, Codec]) -> Codec | None:
    """The codec of the release that gave an answer, which knows what can be true."""
    if digest is None:
        return None
    if digest not in known:
        blobs: Mapping[str, str] = {r.digest: r.blob for r in home.ledger.releases()}
        members = open_release(home.blobs.get(blobs[digest]))
        known[digest] = read_codec(members.json["codec.json"])
    return known[digest]


def _moment(value: Any) -> int | None:
    """Microseconds since 1970; this moment where there is none, None where it cannot be read."""
    if value is None or value == "":
        return now_us()
    try:
        text = str(value).strip()  # of a datetime too: its text is read back as it was
        read = datetime.fromisoformat(text)
        zoned = read if read.tzinfo else read.replace(tzinfo=UTC)
        return int(zoned.timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def _keep(home: Home, outcomes: list[Outcome], report: Report) -> None:
    for receipt in home.ledger.keep_outcomes(outcomes).result():
        if receipt.code is None:
            report.counted += 1
        elif receipt.counts:
            report.same += 1
        else:
            report.set_aside[receipt.code] += 1
