"""Lines of delimited text, looked at closely: ragged ones, open quotes, and a patient reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.read.dialect import WHITESPACE, Dialect, split_blanks

_CHUNK_BYTES = 32_000_000
_NEWLINE, _QUOTE = 10, 34


def file_is_utf8(path: Path) -> bool:
    """Whether a whole file is strict UTF-8, without holding it."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path, 0):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def skip(text: bytes, count: int) -> bytes:
    """A text without its first lines."""
    return text[end_of(text, count) :]


def end_of(text: bytes, count: int) -> int:
    """Where the given number of lines ends."""
    end = 0
    for _ in range(count):
        end = text.find(b"\n", end) + 1
        if end == 0:
            return len(text)
    return end


def refuse_short(
    text: bytes | Path, frame: pl.DataFrame, dialect: Dialect, before: int, label: str
) -> None:
    """Refuse records with too few fields, which the fast parser fills up without a word.

    Args:
        text: The whole text or its file.
        frame: What the parser made of it; only a null in the last column can hide a short record.
        dialect: How the text is written.
        before: Lines before the first record.
        label: What to call the source in messages.

    Raises:
        LuodiError: ``read.ragged`` with the line and its number of fields.
    """
    if frame.width < 2 or not frame.height or not frame[:, -1].null_count():
        return
    if _suspect(_chunks(text, before), ord(dialect.delimiter), frame.width):
        content = text.read_bytes() if isinstance(text, Path) else text
        for _ in _careful(content, dialect, frame.width, before, label):
            pass


def patient(
    text: bytes, dialect: Dialect, columns: Sequence[str], before: int, label: str
) -> pl.DataFrame:
    """Read what the fast parser cannot: blanks as delimiter, blanks before quotes, stray quotes.

    Args:
        text: The text in UTF-8.
        dialect: How it is written.
        columns: Names of the columns.
        before: Lines before the first record.
        label: What to call the source in messages.

    Returns:
        Text columns; an empty field is null.

    Raises:
        LuodiError: ``read.ragged``, ``read.open_quote``.
    """
    rows = list(_careful(text, dialect, len(columns), before, label))
    held = zip(*rows, strict=True) if rows else ([] for _ in columns)
    series = (pl.Series(n, list(v), pl.String) for n, v in zip(columns, held, strict=True))
    frame = pl.DataFrame(list(series))
    return frame.with_columns(pl.all().replace("", None))


def records(
    stream: io.TextIOBase, dialect: Dialect, width: int, label: str, line: int = 0
) -> Iterator[list[str]]:
    """Records of a stream one by one, each of the same width.

    Raises:
        LuodiError: ``read.ragged``.
    """
    if dialect.delimiter == WHITESPACE:
        numbered = ((n, split_blanks(text)) for n, text in enumerate(stream, line + 1))
    else:
        reader = csv.reader(
            stream, delimiter=dialect.delimiter, skipinitialspace=dialect.spaced_quotes
        )
        numbered = ((line + reader.line_num, fields) for fields in reader)
    for number, fields in numbered:
        if len(fields) == width:
            yield fields
        elif any(field.strip() for field in fields):
            facts = {"line": number, "fields": len(fields), "wanted": width}
            raise LuodiError("read.ragged", source=label, **facts)


def _careful(
    text: bytes, dialect: Dialect, width: int, before: int, label: str
) -> Iterator[list[str]]:
    body = skip(text, before).decode("utf-8")
    body = body.replace("\r\n", "\n")
    if '"' in body and dialect.delimiter != WHITESPACE:
        _refuse_open_quote(body, dialect, before, label)
    return records(io.StringIO(body, newline="\n"), dialect, width, label, before)


def _refuse_open_quote(body: str, dialect: Dialect, before: int, label: str) -> None:
    """A quote that nothing closes would swallow the rest of the file."""
    stream = io.StringIO(body, newline="\n")
    reader = csv.reader(
        stream, delimiter=dialect.delimiter, skipinitialspace=dialect.spaced_quotes, strict=True
    )
    start = 0
    try:
        for _ in reader:
            start = reader.line_num
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise LuodiError("read.open_quote", source=label, line=before + start + 1) from None


def _chunks(text: bytes | Path, before: int) -> Iterator[bytes]:
    """The text after its first lines, in pieces that end with a line."""
    stream = text.open("rb") if isinstance(text, Path) else io.BytesIO(text)
    with stream:
        for _ in range(before):
            stream.readline()
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk + stream.readline()


def _suspect(chunks: Iterator[bytes], delimiter: int, width: int) -> bool:
    """Whether any record seems to have another number of delimiters than its width asks for."""
    pending, inside = 0, 0
    for chunk in chunks:
        codes = np.frombuffer(chunk, np.uint8)
        ends, cuts = codes == _NEWLINE, codes == delimiter
        if inside or _QUOTE in chunk:
            quoted = (np.cumsum(codes == _QUOTE, dtype=np.int32) + inside) & 1
            ends, cuts, inside = ends & (quoted == 0), cuts & (quoted == 0), int(quoted[-1])
        places = np.flatnonzero(ends)
        before = np.searchsorted(np.flatnonzero(cuts), places)
        counts = np.diff(before, prepend=0)
        if len(counts):
            counts[0] += pending
            pending = 0
        pending += int(cuts.sum()) - (int(before[-1]) if len(before) else 0)
        for odd in np.flatnonzero(counts != width - 1):
            start = int(places[odd - 1]) + 1 if odd else 0
            if chunk[start : int(places[odd])].strip():
                return True
    return inside == 1 or pending not in (0, width - 1)
