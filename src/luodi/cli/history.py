"""``luodi history``: which release was in use when, by whom, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from typer import Argument

from luodi.cli.options import Home, Json, Language
from luodi.cli.outcome import verb
from luodi.cli.promote import titles
from luodi.cli.speech import answer, answer_json, phrase, say

SHORT = 19  # sha256: and twelve digits


@verb
def history(
    name: Annotated[str | None, Argument(metavar="[NAME]", help="Of one task only.")] = None,
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Tell which release was in use when, by whom, and why."""
    from luodi.store.home import Home as Opened

    with Opened.open(home) as opened:
        moves = opened.ledger.frame("history", name=name).to_dicts()
    if as_json:
        answer_json({"history": moves})
        return 0
    if not moves:
        say(phrase("history_empty"))
    for line in lines(moves):
        answer(line)
    return 0


def lines(moves: list[dict[str, Any]]) -> Iterator[str]:
    """One line a move: when, what for, from which release to which, who and why."""
    called = titles()
    for move in moves:
        before, after = (str(move[key] or "-")[:SHORT] for key in ("before", "after"))
        when = f"{move['at']:%Y-%m-%d %H:%M:%S}Z"
        what = f"{move['name']}  {called[move['alias']]}: {before} → {after}"
        yield f"{when}  {what}  {move['actor']}  {move['reason']}".rstrip()
