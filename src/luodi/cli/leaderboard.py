"""The live leaderboard on stderr: the best candidates, the stage, the budget that remains."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from luodi.cli.curves import Curves
from luodi.cli.progress import clocked, known, line_of, shown_score
from luodi.cli.speech import phrase
from luodi.core.events import Event, Listener

ROWS = 10


@contextmanager
def watching(budget_s: float | None = None, *, keep: bool = False) -> Iterator[Listener]:
    """A listener for a verb that takes long: a live board on a terminal, plain lines elsewhere.

    Args:
        budget_s: The training budget in seconds; None where no clock limits the work.
        keep: Whether the board stays on the terminal when the work is done.
    """
    if not sys.stderr.isatty():
        yield clocked(budget_s)
        return
    from rich.console import Console
    from rich.live import Live

    board = Board(budget_s)
    console = Console(stderr=True)
    with Live(
        get_renderable=board.table, console=console, refresh_per_second=4, transient=not keep
    ):
        yield board.listen


class Board:
    """What happened so far. Its state outlives a call: events come in, tables go out."""

    def __init__(self, budget_s: float | None = None) -> None:
        self.budget_s = budget_s
        self.candidates: list[Mapping[str, Any]] = []
        self.lines: list[str] = []
        self.curves = Curves()
        self.now = ""
        self.training_since: float | None = None

    def listen(self, event: Event) -> None:
        """Take one event in."""
        if event.kind == "candidate":
            self.candidates.append(event.data)
            self.curves.running = False
        elif event.kind == "epoch":
            self.curves.add(event.data)
        elif event.kind == "stage":
            self.now = known("stage", str(event.data["name"]))
            training = event.data["name"] == "train"
            spent = event.data.get("spent", 0.0)
            self.training_since = time.monotonic() - spent if training else None
        elif event.kind == "progress":
            what = known("stage", str(event.data["what"]))
            self.now = f"{what} {event.data['done']}/{event.data['total']}"
        else:
            self.lines.append(line_of(event) or "")

    def table(self) -> Any:
        """What stands on the terminal now."""
        from rich.console import Group
        from rich.text import Text

        said = [Text(line, overflow="ellipsis", no_wrap=True) for line in self.lines[-ROWS:]]
        drawn = [Text(line, overflow="crop", no_wrap=True) for line in self.curves.lines()]
        return Group(*said, *self._ranked(), *drawn, Text(self.status(), style="bold"))

    def status(self) -> str:
        """The stage and, in training, the budget that remains."""
        if self.training_since is None or self.budget_s is None:
            return self.now
        left_s = max(0.0, self.budget_s - (time.monotonic() - self.training_since))
        return f"{self.now} · {phrase('remaining', seconds=f'{left_s:.0f}')}"

    def _ranked(self) -> list[Any]:
        """The table of the best candidates; nothing before the first."""
        from rich.table import Table

        if not self.candidates:
            return []
        table = Table(box=None, pad_edge=False)
        for name in ("#", phrase("candidate"), str(self.candidates[0]["metric"]), "s"):
            table.add_column(name, justify="left" if name == phrase("candidate") else "right")
        ranked = sorted(self.candidates, key=lambda each: -each["score"])
        for place, each in enumerate(ranked[:ROWS], 1):
            table.add_row(str(place), each["name"], shown_score(each), f"{each['seconds']:.1f}")
        return [table]
