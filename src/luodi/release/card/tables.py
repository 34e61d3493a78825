"""The few blocks that every section is built of: tables, lists of facts, figures, sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from luodi.release.card.markup import Markup, join, tag

Column = tuple[str, str]


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], style: str = "",
          marked: Sequence[int] = (), after: Markup | None = None) -> Markup:
    """A table with a heading for every column and every row.

    Args:
        caption: What the table holds.
        columns: For each column its heading and the class of its cells (``number``, ``graph``).
        rows: Cells of each row; the first one names the row.
        style: Class of the table.
        marked: Row numbers that are this release's own.
        after: A row to put at the end, such as an axis.
    """
    heads = [tag("th", heading, scope="col", class_=kind or None) for heading, kind in columns]
    body = [_row(cells, [kind for _, kind in columns], number in marked) for number, cells in enumerate(rows)]
    whole = tag("table", tag("caption", caption), tag("thead", tag("tr", *heads)),
                tag("tbody", *body, after), class_=style or None)
    # A table wider than a phone scrolls by itself; it must then be reachable by keyboard.
    return tag("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def _row(cells: Sequence[object], kinds: Sequence[str], ours: bool) -> Markup:
    first = tag("th", cells[0], scope="row", class_=kinds[0] or None)
    rest = [tag("td", cell, class_=kind or None) for cell, kind in zip(cells[1:], kinds[1:], strict=True)]
    return tag("tr", first, *rest, class_="ours" if ours else None)


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Terms and what they are; a pair without a value leaves no trace."""
    known = [(term, value) for term, value in pairs if value not in (None, "")]
    return tag("dl", *(join(tag("dt", term), tag("dd", value)) for term, value in known), class_="facts")


def figure(title: str, drawing: Markup, note: object = "") -> Markup:
    """A drawing with its title and what to see in it."""
    caption = tag("figcaption", title, tag("span", note, class_="note") if note else None)
    return tag("figure", caption, drawing)


def charts(figures: Iterable[Markup]) -> Markup:
    """Figures beside each other as far as the width allows."""
    drawn = [one for one in figures if one]
    return tag("div", *drawn, class_="charts") if drawn else Markup("")


def section(anchor: str, title: str, matter: Iterable[object], step: str = "") -> Markup:
    """A section with its title in the margin."""
    head = tag("div", tag("b", step) if step else None, tag("h2", title, id=f"{anchor}-title"), class_="title")
    return tag("section", head, tag("div", *matter, class_="matter"), id=anchor,
               aria_labelledby=f"{anchor}-title")


def titled(title: str, *matter: object) -> Markup:
    """A part of a section, or nothing when there is nothing to say."""
    said = join(*matter)
    return join(tag("h3", title), said) if said else Markup("")


def note(text: object) -> Markup:
    """A remark in small type."""
    return tag("p", text, class_="note")


def folded(summary: str, *matter: object) -> Markup:
    """Matter that opens on demand."""
    return tag("details", tag("summary", summary), *matter)
