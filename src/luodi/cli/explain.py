"""``luodi explain``: what one answer hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from luodi.cli.options import Json, Key, Language, Release
from luodi.cli.outcome import verb
from luodi.cli.speech import SHARED, answer, answer_json, phrase, say
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.runtime.explain import Explanation

MOST_NAMED = 12
BAR, LONGEST = "█", 24
SHADES = " ░▒▓█"


@verb
def explain(
    release: Release,
    source: Annotated[str, Argument(metavar="DATA", help="A file of records, or one image.")],
    row: Annotated[int, Option("--row", min=0, help="Which record, counted from 0.")] = 0,
    output: Annotated[
        Path | None,
        Option("--output", "-o", metavar="FILE", help="The image with heat over it, as PNG."),
    ] = None,
    key: Key = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Say what one answer hangs on: columns of a table, fields of an image."""
    from luodi import loop
    from luodi.store import disk

    found, picture = loop.explain(release, source, row, key=key, draw=output is not None)
    if output:
        if picture is None:
            raise LuodiError("explain.no_picture")
        disk.put(output, picture, mode=SHARED)
        say(phrase("explain_drawn", path=output))
    if as_json:
        answer_json(_record(found))
    else:
        answer("\n".join(lines(found)))
    return 0


def lines(found: Explanation) -> Iterator[str]:
    """An explanation for a person: the answer, then what it would be without each part."""
    yield phrase("explain_answer", answer=found.answer, given=found.given)
    if not found.names:
        yield phrase("explain_fields")
        yield from _fields(found)
        return
    yield phrase("explain_columns")
    yield from _columns(found)


def _columns(found: Explanation) -> Iterator[str]:
    """The columns that weigh most, with a bar and the answer without each."""
    order = sorted(range(len(found.names)), key=lambda at: -abs(found.weight[at]))[:MOST_NAMED]
    longest = max((len(found.names[at]) for at in order), default=0)
    most = max((abs(found.weight[at]) for at in order), default=0.0) or 1.0
    for at in order:
        bar = BAR * round(LONGEST * abs(found.weight[at]) / most)
        name = found.names[at].ljust(longest)
        yield f"  {name}  {found.weight[at]:+10.4f}  {bar}".rstrip()


def _fields(found: Explanation) -> Iterator[str]:
    """An image as fields, the darker the more they speak for the answer."""
    most = float(found.weight.max()) or 1.0
    for line in found.weight:
        shares = (max(0.0, float(weight) / most) for weight in line)
        yield "  " + "".join(SHADES[round(share * (len(SHADES) - 1))] * 2 for share in shares)


def _record(found: Explanation) -> dict[str, Any]:
    return {
        "answer": found.answer,
        "given": found.given,
        "names": list(found.names),
        "without": found.without.tolist(),
        "weight": found.weight.tolist(),
    }
