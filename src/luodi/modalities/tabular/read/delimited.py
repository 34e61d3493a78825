"""Delimited text to a frame: numbers at once where the first records promise them, else text."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.values import Finding
from luodi.modalities.tabular.read import dialect as dialects
from luodi.modalities.tabular.read import encoding, lines, memory, names, sources
from luodi.modalities.tabular.read.dialect import WHITESPACE, Dialect
from luodi.modalities.tabular.read.missing import PARSER_WORDS, WORDS
from luodi.modalities.tabular.read.numbers import EXACT, Sign
from luodi.modalities.tabular.read.raw import Options, Raw
from luodi.modalities.tabular.read.sources import Source

IN_PLACE_BYTES = 1_000_000_000
"""From this size on, a plain UTF-8 file is parsed where it lies instead of from a copy."""

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_BYTES_A_BYTE = 2.5  # memory taken per byte of text, the parser's copies included
_UNPACKED = 6.0  # a packed file is about this much larger when unpacked
Text = bytes | Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the records of a text begin, what its columns are called, and which are numbers."""

    dialect: Dialect
    columns: tuple[str, ...]
    before: int
    numbers: frozenset[str]
    notes: tuple[Finding, ...]

    def schema(self, numbers: bool) -> dict[str, type[pl.DataType]]:
        """Types of the columns, with or without those that promise to be numbers."""
        held = self.numbers if numbers else frozenset()
        return {name: pl.Float64 if name in held else pl.String for name in self.columns}


def read(source: Source, options: Options) -> Raw:
    """Read a delimited text file.

    Args:
        source: The file.
        options: How to read it.

    Returns:
        Float64 columns where every value is a plain number, text columns elsewhere.

    Raises:
        LuodiError: ``read.*`` for anything that is wrong with the file.
    """
    needed = source.bytes * (_UNPACKED if source.packed else 1.0) * _BYTES_A_BYTE
    part = memory.share(needed, options.memory, options.sample, source.label)
    if part is not None:
        from luodi.modalities.tabular.read import sampled

        return sampled.read(source, options, part)
    text, notes = _text(source, options)
    layout = layout_of(source.head if isinstance(text, Path) else text, options, source.label)
    frame = _parsed(text, layout, source.label)
    return finished(frame, layout, notes, options, source.label)


def plain_file(source: Source, options: Options) -> bool:
    """Whether the parser can read the file where it lies: UTF-8, no mark, not packed."""
    if source.packed or options.encoding or source.head.count(b"\n") < 5:
        return False
    return not source.head.startswith(b"\xef\xbb\xbf") and lines.file_is_utf8(source.path)


def layout_of(text: bytes, options: Options, label: str) -> Layout:
    """Where the records begin and what the columns are, from UTF-8 text or its beginning.

    Raises:
        LuodiError: ``read.empty``, ``read.ragged``, ``read.header_count``,
            ``read.repeated_columns``, ``read.delimiter``.
    """
    end = max(1_000_000, lines.end_of(text, 5))
    if options.delimiter is not None and len(options.delimiter.encode()) != 1:
        raise LuodiError("read.delimiter", source=label, delimiter=options.delimiter)
    found = dialects.find(text[:end].decode("utf-8", errors="ignore"), options.delimiter)
    if not found.records:
        raise LuodiError("read.empty", source=label)
    columns, headed = _columns(found, options, label)
    full, unnamed = names.cleaned(columns, label)
    notes = (*_doubts(found, headed and options.header is True, label), *unnamed)
    numbers = _promised(found, full, headed, options)
    return Layout(found, tuple(full), found.lines_before(headed), numbers, notes)


def finished(
    frame: pl.DataFrame, layout: Layout, notes: tuple[Finding, ...], options: Options, label: str
) -> Raw:
    """The frame without its blank lines, and which decimal sign its form suggests.

    Raises:
        LuodiError: ``read.header_only``.
    """
    frame, blank = _without_blank(frame)
    if not frame.height:
        raise LuodiError("read.header_only", source=label)
    notes = (*notes, *layout.notes)
    if blank:
        notes = (*notes, Finding("read.blank_rows", "note", None, {"source": label, "rows": blank}))
    comma: Sign | None = "," if layout.dialect.decimal_comma else None
    point: Sign | None = "." if layout.dialect.delimiter == "," else None
    return Raw(frame, label, notes, options.decimal or comma or point)


def _text(source: Source, options: Options) -> tuple[Text, tuple[Finding, ...]]:
    if source.bytes >= IN_PLACE_BYTES and plain_file(source, options):
        return source.path, ()
    text, notes = encoding.as_utf8(sources.content(source), options.encoding, source.label)
    if b"\n" not in text:  # old Macintosh files end a line with a carriage return alone
        text = text.replace(b"\r", b"\n")
    return text, notes


def _columns(found: Dialect, options: Options, label: str) -> tuple[tuple[str, ...], bool]:
    """The names of the columns, and whether they stand in the file."""
    given, first = options.header, found.records[0]
    if given is False:
        return tuple(f"column_{place}" for place in range(1, found.width + 1)), False
    if given is True or {names.loose(n) for n in first.fields} <= {names.loose(n) for n in given}:
        if len(found.records) > 1 and len(first.fields) != found.width:
            facts = {
                "line": found.records[1].line,
                "fields": found.width,
                "wanted": len(first.fields),
            }
            raise LuodiError("read.ragged", source=label, **facts)
        return first.fields, True
    if len(given) == found.width + 1 and options.spare in given:
        return tuple(name for name in given if name != options.spare), False
    if len(given) != found.width:
        raise LuodiError("read.header_count", source=label, given=len(given), found=found.width)
    return given, False


def _doubts(found: Dialect, unsure: bool, label: str) -> tuple[Finding, ...]:
    notes = []
    if found.junk:
        first = found.delimiter.join(found.junk[0].fields).strip()[:60]
        evidence = {"source": label, "lines": len(found.junk), "first": first}
        notes.append(Finding("read.skipped_lines", "warning", None, evidence))
    first_record = found.records[0].fields
    if unsure and dialects.looks_like_data(first_record):
        evidence = {"source": label, "first": names.listed(first_record, 3)}
        notes.append(Finding("read.header_doubt", "warning", None, evidence))
    return tuple(notes)


def _promised(found: Dialect, full: list[str], headed: bool, options: Options) -> frozenset[str]:
    """The columns whose first values are all plain numbers."""
    if found.decimal_comma or options.decimal == ",":
        return frozenset()
    records = [r.fields for r in found.records[headed:] if len(r.fields) == len(full)]
    promised = set()
    for name, values in zip(full, zip(*records, strict=True), strict=False):
        filled = [value for value in values if value.strip() not in WORDS]
        if filled and not options.text(name) and all(map(_PLAIN.fullmatch, filled)):
            promised.add(name)
    return frozenset(promised)


def _parsed(text: Text, layout: Layout, label: str) -> pl.DataFrame:
    """The frame: numbers at once if that goes well, then as text, then by the patient reader."""
    found = layout.dialect
    if not (found.delimiter == WHITESPACE or found.spaced_quotes):
        for numbers in (True, False) if layout.numbers else (False,):
            try:
                frame = parse(text, layout, numbers)
            except pl.exceptions.PolarsError:
                continue
            lines.refuse_short(text, frame, found, layout.before, label)
            return _exact(frame, text, layout) if numbers else frame
    content = text.read_bytes() if isinstance(text, Path) else text
    return lines.patient(content, found, layout.columns, layout.before, label)


def parse(text: Text, layout: Layout, numbers: bool) -> pl.DataFrame:
    """Parse with or without the promised numbers; the parser's own errors come through."""
    return pl.read_csv(
        text if isinstance(text, Path) else io.BytesIO(text),
        schema=layout.schema(numbers),
        has_header=False,
        skip_lines=layout.before,
        separator=layout.dialect.delimiter,
        null_values=list(PARSER_WORDS),
        glob=False,
    )


def _exact(frame: pl.DataFrame, text: Text, layout: Layout) -> pl.DataFrame:
    """Take columns with huge whole numbers as text again, where no digit is lost."""
    numbers = [name for name in layout.columns if name in layout.numbers]
    largest = frame.select(pl.col(numbers).abs().max()).row(0)
    huge = {
        n for n, most in zip(numbers, largest, strict=True) if most is not None and most >= EXACT
    }
    if not huge:
        return frame
    schema = {n: pl.String if n in huge else t for n, t in layout.schema(True).items()}
    lazy = pl.scan_csv(
        text if isinstance(text, Path) else io.BytesIO(text),
        schema=schema,
        has_header=False,
        skip_lines=layout.before,
        separator=layout.dialect.delimiter,
        null_values=list(PARSER_WORDS),
        glob=False,
    )
    return frame.with_columns(lazy.select(sorted(huge)).collect())


def _without_blank(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Without records that are empty altogether, and how many stood before the last full one.

    In a single column an empty line is a missing value, unless it stands at the end.
    """
    first = frame[:, 0]
    if not first.null_count():
        return frame, 0
    empty = first.is_null().to_numpy().copy()
    suspects = frame.filter(first.is_null()).select(pl.all_horizontal(pl.all().is_null()))
    empty[empty] = suspects.to_series().to_numpy()
    full = np.flatnonzero(~empty)
    end = int(full[-1]) + 1 if len(full) else 0
    if frame.width == 1:
        return frame.head(end), 0
    return frame.filter(pl.Series(~empty)), int(empty[:end].sum())
