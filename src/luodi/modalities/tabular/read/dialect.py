"""How a delimited text is written: its delimiter, its header, and lines that are not records."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

CANDIDATES = ("\t", ";", "|", ",")
WHITESPACE = " "
_SAMPLE_CHARACTERS = 200_000
_SAMPLE_RECORDS = 200
_JUNK_RECORDS = 20
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")

csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record and the line it ends on, counted from 1."""

    fields: tuple[str, ...]
    line: int

    @property
    def filled(self) -> int:
        """How many fields hold something."""
        return sum(1 for field in self.fields if field.strip())


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is written.

    Attributes:
        delimiter: One character; a blank stands for any run of blanks and tabs.
        width: Fields that records usually have.
        junk: What stands before the header and is no record.
        records: The first records after the junk, the header among them.
        spaced_quotes: Whether quotes follow a blank after the delimiter (``a, "b"``).
    """

    delimiter: str
    width: int
    junk: tuple[Record, ...]
    records: tuple[Record, ...]
    spaced_quotes: bool

    @property
    def decimal_comma(self) -> bool:
        """Whether the first records hold numbers with a decimal comma."""
        if self.delimiter == ",":
            return False
        fields = (field.strip() for record in self.records[1:] for field in record.fields)
        return any(_COMMA_NUMBER.fullmatch(field) for field in fields)

    def lines_before(self, headed: bool) -> int:
        """Lines that stand before the first record of data."""
        if headed:
            return self.records[0].line
        return self.junk[-1].line if self.junk else 0


def find(text: str, wanted: str | None) -> Dialect:
    """Find the dialect from the beginning of a text.

    Args:
        text: The text, or its beginning; a record that is cut at the end does no harm.
        wanted: The delimiter that the task names; None to find it.
    """
    text = text.replace("\r\n", "\n").replace("\r", " ")
    sample = text[: max(_SAMPLE_CHARACTERS, _end_of_line(text, 5))]
    whole = len(sample) == len(text)
    chosen = wanted or _best(sample, whole)
    records = _records(sample, chosen, whole)
    width = _usual_width(records)
    junk = _junk(records, width)
    quoted = rf'(^|\n|{re.escape(chosen)}) +"'
    spaced = chosen != WHITESPACE and re.search(quoted, sample) is not None
    return Dialect(chosen, width, tuple(records[:junk]), tuple(records[junk:]), spaced)


def looks_like_data(header: Sequence[str]) -> bool:
    """Whether what should be a header is full of numbers, as a first record is."""
    filled = [field.strip() for field in header if field.strip()]
    numbers = sum(bool(_NUMBER.fullmatch(field)) for field in filled)
    return numbers >= max(1, len(filled) * 0.3)


def split_blanks(line: str) -> list[str]:
    """The fields of a line whose fields stand between runs of blanks and tabs."""
    if '"' not in line:
        return line.split()
    found = re.finditer(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)', line)
    return [m[2] if m[1] is None else m[1].replace('""', '"') for m in found]


def _end_of_line(text: str, count: int) -> int:
    """Where the given number of lines ends; a header of 10,000 names is one long line."""
    end = 0
    for _ in range(count):
        end = text.find("\n", end) + 1
        if end == 0:
            return len(text)
    return end


def _best(sample: str, whole: bool) -> str:
    """The delimiter under which most records have the same width as the first full one."""
    scored = []
    for rank, candidate in enumerate((*CANDIDATES, WHITESPACE)):
        records = _records(sample, candidate, whole)
        width = _usual_width(records)
        agreeing = sum(len(record.fields) == width for record in records)
        if width > 1 and _fits(records, width, agreeing, candidate):
            scored.append((round(agreeing / len(records), 1), -rank, candidate))
    return max(scored)[2] if scored else ","


def _fits(records: list[Record], width: int, agreeing: int, candidate: str) -> bool:
    """Blanks stand inside values too: as a delimiter they must agree everywhere."""
    share = agreeing / len(records)
    if candidate == WHITESPACE:
        return share == 1.0 and len(records) > 1
    return share >= 0.5 and len(records[_junk(records, width)].fields) > 1


def _records(sample: str, delimiter: str, whole: bool) -> list[Record]:
    """The first records that hold something; the last one goes if it may be cut."""
    stream = io.StringIO(sample, newline="\n")
    if delimiter == WHITESPACE:
        found = (Record(tuple(split_blanks(t)), n) for n, t in enumerate(stream, 1))
    else:
        reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True)
        found = (Record(tuple(fields), reader.line_num) for fields in reader)
    records: list[Record] = []
    for record in found:
        if record.filled:
            records.append(record)
        if len(records) > _SAMPLE_RECORDS:
            return records[:-1]
    return records if whole or len(records) < 2 else records[:-1]


def _usual_width(records: list[Record]) -> int:
    widths = Counter(len(record.fields) for record in records)
    return max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))[0]


def _junk(records: list[Record], width: int) -> int:
    """How many first records are plainly none: one filled field where several are usual.

    Spreadsheets write a first line such as ``sep=;`` for each other.
    """
    found = 0
    for record in records[:_JUNK_RECORDS]:
        hint = not found and record.fields[0].startswith("sep=")
        short = hint or (len(record.fields) < width if width == 2 else width > 2)
        if not short or record.filled > 1:
            break
        found += 1
    return found if found < len(records) else 0
