"""The few blocks that every section is built of: tables, lists of facts, figures, sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from luodi.release.card.markup import Markup, join, tag

Cell = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, what it says of an item, and the class of its cells."""

    heading: str
    cell: Cell
    kind: str = ""


def number(heading: str, cell: Cell) -> Column:
    """A column of numbers, set flush right."""
    return Column(heading, cell, "number")


def drawing(cell: Cell) -> Column:
    """A column of bars or intervals, which needs no heading."""
    return Column("", cell, "graph")


def table(
    caption: str,
    columns: Sequence[Column],
    items: Iterable[Any],
    *,
    style: str = "",
    ours: Callable[[Any], object] | None = None,
    below: Callable[[Any], object] | None = None,
    after: Markup | None = None,
) -> Markup:
    """A table with a heading for every column and every row; nothing where there are no items.

    Args:
        caption: What the table holds.
        columns: Its columns; the first one names the row.
        items: What it tells of, one row each.
        style: Class of the table.
        ours: Whether an item is this release's own, which stands out.
        below: More to say of an item, in a row of its own.
        after: A row to put at the end, such as an axis.
    """
    rows: list[Markup] = []
    for item in items:
        rows.append(_row(columns, item, bool(ours and ours(item))))
        rows += [_more(columns, said)] if below and (said := below(item)) else []
    if not rows:
        return Markup("")
    heads = [_head(column) for column in columns]
    body = join(tag("thead", tag("tr", *heads)), tag("tbody", *rows, after))
    return scrolling(caption, tag("table", titled_table(caption), body, class_=style or None))


def titled_table(caption: str) -> Markup:
    """A table's caption, kept as wide as the page when the table is wider."""
    return tag("caption", tag("span", caption))


def scrolling(caption: str, whole: Markup) -> Markup:
    """A table that scrolls by itself where the page is narrow, also by keyboard."""
    return tag("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def _head(column: Column) -> Markup:
    kind = column.kind or None
    if not column.heading:
        return tag("td", "", class_=kind)
    return tag("th", column.heading, scope="col", class_=kind)


def _row(columns: Sequence[Column], item: Any, ours: bool) -> Markup:
    first, *rest = columns
    head = tag("th", first.cell(item), scope="row", class_=first.kind or None)
    cells = [tag("td", column.cell(item), class_=column.kind or None) for column in rest]
    return tag("tr", head, *cells, class_="ours" if ours else None)


def _more(columns: Sequence[Column], said: object) -> Markup:
    return tag("tr", tag("td", ""), tag("td", said, colspan=len(columns) - 1), class_="more")


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Terms and what they are; a pair without a value leaves no trace."""
    known = [(term, value) for term, value in pairs if value not in (None, "")]
    if not known:
        return Markup("")
    listed = (join(tag("dt", term), tag("dd", value)) for term, value in known)
    return tag("dl", *listed, class_="facts")


def figure(title: str, drawn: Markup, note: object = "") -> Markup:
    """A drawing with its title and what to see in it."""
    caption = tag("figcaption", title, tag("span", note, class_="note") if note else None)
    return tag("figure", caption, drawn)


def charts(figures: Iterable[Markup]) -> Markup:
    """Figures beside each other as far as the width allows."""
    drawn = [one for one in figures if one]
    return tag("div", *drawn, class_="charts") if drawn else Markup("")


def section(anchor: str, title: str, matter: Iterable[object], step: str = "") -> Markup:
    """A section with its title in the margin."""
    named = tag("h2", title, id=f"{anchor}-title")
    head = tag("div", tag("b", step) if step else None, named, class_="title")
    body = tag("div", *matter, class_="matter")
    return tag("section", head, body, id=anchor, aria_labelledby=f"{anchor}-title")


def titled(title: str, *matter: object) -> Markup:
    """A part of a section, or nothing when there is nothing to say."""
    said = join(*matter)
    return join(tag("h3", title), said) if said else Markup("")


def paragraph(text: object) -> Markup:
    """A paragraph, or nothing for nothing."""
    return tag("p", text) if text else Markup("")


def note(text: object) -> Markup:
    """A remark in small type, or nothing for nothing."""
    return tag("p", text, class_="note") if text else Markup("")


def folded(summary: str, *matter: object) -> Markup:
    """Matter that opens on demand, or nothing when there is none."""
    said = join(*matter)
    return tag("details", tag("summary", summary), said) if said else Markup("")
