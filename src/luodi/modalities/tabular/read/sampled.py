"""An evenly spread sample of delimited text that is larger than memory allows."""

from __future__ import annotations

import io

import polars as pl

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.read import delimited, encoding, lines, memory, sources
from luodi.modalities.tabular.read.delimited import Layout
from luodi.modalities.tabular.read.dialect import WHITESPACE
from luodi.modalities.tabular.read.missing import PARSER_WORDS
from luodi.modalities.tabular.read.raw import Options, Raw
from luodi.modalities.tabular.read.sources import Source

_ROW = "\x00row"


def read(source: Source, options: Options, part: float) -> Raw:
    """Read a share of the records, the same ones every time.

    Args:
        source: The file.
        options: How to read it.
        part: The share of records to keep.

    Returns:
        The sample, with the warning ``read.sampled``.
    """
    if delimited.plain_file(source, options):
        layout = delimited.layout_of(_whole_lines(source.head), options, source.label)
        simple = layout.dialect.delimiter != WHITESPACE and not layout.dialect.spaced_quotes
        frame = _scanned(source, layout, part) if simple else None
    else:
        layout, frame = _stream_layout(source, options), None
    if frame is None:
        frame = _streamed(source, options, layout, part)
    note = memory.sampled(source.label, frame.height, part)
    return delimited.finished(frame, layout, (note,), options, source.label)


def _scanned(source: Source, layout: Layout, part: float) -> pl.DataFrame | None:
    """The sample by the fast parser; None where it stumbles."""
    for numbers in (True, False):
        lazy = pl.scan_csv(
            source.path,
            schema=layout.schema(numbers),
            has_header=False,
            skip_lines=layout.before,
            separator=layout.dialect.delimiter,
            null_values=list(PARSER_WORDS),
            row_index_name=_ROW,
            glob=False,
        )
        try:
            kept = lazy.filter(memory.kept_expression(_ROW, part)).drop(_ROW)
            frame = kept.collect(engine="streaming")
        except pl.exceptions.PolarsError:
            continue
        lines.refuse_short(source.path, frame, layout.dialect, layout.before, source.label)
        return frame
    return None


def _stream_layout(source: Source, options: Options) -> Layout:
    text, _ = encoding.as_utf8(_whole_lines(source.head), options.encoding, source.label)
    return delimited.layout_of(text, options, source.label)


def _streamed(source: Source, options: Options, layout: Layout, part: float) -> pl.DataFrame:
    """The sample record by record, for packed files and other encodings."""
    found = encoding.find(_whole_lines(source.head), options.encoding, source.label)
    with sources.explained(source.path), sources.opened(source.path, source.packed) as file:
        file.read(found.mark)
        stream = io.TextIOWrapper(file, found.name, newline="")
        for _ in range(layout.before):
            stream.readline()
        width = len(layout.columns)
        records = lines.records(stream, layout.dialect, width, source.label, layout.before)
        try:
            rows = [record for row, record in enumerate(records) if memory.kept(row, part)]
        except UnicodeDecodeError as error:
            facts = {
                "encoding": found.name,
                "line": "?",
                "byte": f"0x{error.object[error.start]:02x}",
            }
            raise LuodiError("read.undecodable", source=source.label, **facts) from None
    frame = pl.DataFrame(rows, schema=dict.fromkeys(layout.columns, pl.String), orient="row")
    return frame.with_columns(pl.all().replace("", None))


def _whole_lines(head: bytes) -> bytes:
    """The beginning of a file, cut after its last whole line."""
    if len(head) < sources.HEAD_BYTES:
        return head
    end = head.rfind(b"\n") + 1
    return head[: end + (end % 2 and head[end : end + 1] == b"\x00")] if end else head
