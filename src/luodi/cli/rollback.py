"""``luodi rollback``: the champion before is the champion again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from luodi.cli.options import Home, Json, Language, Why
from luodi.cli.outcome import verb
from luodi.cli.person import actor
from luodi.cli.promote import told


@verb
def rollback(
    name: Annotated[str, Argument(metavar="NAME", help="The name of a task.")],
    reason: Why = "",
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Swap a task's champion and the one before it."""
    from luodi.release import promote as promoting
    from luodi.store.home import Home as Opened
    from luodi.store.ledger.rows import Reason

    with Opened.open(home) as opened:
        held = promoting.rolled_back(opened, name, Reason(actor(), reason))
    told(held, as_json)
    return 0
