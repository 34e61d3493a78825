"""Small Excel files, written by hand so that the tests need no writer of Excel files."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write_excel(
    path: Path, rows: Sequence[Sequence[Any]], sheets: Sequence[str] = ("One",)
) -> Path:
    """The smallest workbook that a reader of Excel files accepts; every sheet holds the rows."""
    numbers = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats"
    book, page = (
        f"{kind}-officedocument.spreadsheetml.{p}+xml" for p in ("sheet.main", "worksheet")
    )
    named = [f'<sheet name="{sheets[n - 1]}" sheetId="{n}" r:id="r{n}"/>' for n in numbers]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{kind}-package.relationships+xml"/>'
        + _override("workbook", book)
        + "".join(_override(f"worksheets/sheet{n}", page) for n in numbers)
        + "</Types>",
        "_rels/.rels": _links(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{''.join(named)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(
            *(("worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
        ),
    }
    body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for n in numbers:
            archive.writestr(f"xl/worksheets/sheet{n}.xml", sheet)
    return path


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="/xl/{part}.xml" ContentType="{kind}"/>'


def _links(*targets: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
