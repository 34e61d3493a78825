"""What the tests of a run say of each promise, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from promise import PROMISES, Promise

CLAIM, TRIED = "promise", "promise tried"
"""Names under which a test's report tells the promise and what was tried."""
HEADINGS = ("promise", "trials", "failures", "seconds", "95 % bound", "")


@dataclass
class Row:
    """What is known of one promise so far.

    Attributes:
        promise: The promise.
        trials: How often it was tried.
        failures: How often it did not hold; a failed test is one at least.
        seconds: Time of its tests, their preparation included.
        skipped: Why tests were skipped.
    """

    promise: Promise
    trials: int = 0
    failures: int = 0
    seconds: float = 0.0
    skipped: list[str] = field(default_factory=list)

    def note(self, report: Any) -> None:
        """Add one report of pytest: of a test's preparation, the test, or what follows it."""
        self.seconds += report.duration
        tried = [value for name, value in report.user_properties if name == TRIED]
        told = sum(failures for _, failures in tried) if report.when == "call" else 0
        if report.when == "call":
            self.trials += sum(trials for trials, _ in tried)
        self.failures += max(told, 1) if report.failed else told
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "skipped"
            self.skipped.append(reason.removeprefix("Skipped: "))

    @property
    def kept(self) -> bool:
        """Whether it was tried often enough and never failed."""
        return not self.failures and self.trials >= self.promise.trials

    @property
    def bound(self) -> str:
        """The most that the true rate of failures is, with 95 % confidence: 3/n after none in n."""
        if self.failures or not self.trials:
            return ""
        return "every one" if self.promise.every else f"< {3 / self.trials:.2%}"

    @property
    def verdict(self) -> str:
        """What there is to say of it in words."""
        missing = f"too few: {self.promise.trials:,} owed" if self.trials else "NOT RUN"
        said = "" if self.kept else "FAILED" if self.failures else missing
        reasons = "; ".join(dict.fromkeys(self.skipped))
        skipped = f"{len(self.skipped)} skipped: {reasons}" if reasons else ""
        return ", ".join(filter(None, (said, skipped)))

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        counts = (f"{self.trials:,}", str(self.failures), f"{self.seconds:.1f}")
        return (self.promise.text, *counts, self.bound, self.verdict)


class Proof:
    """All promises in their order. It is an object because reports come one by one."""

    def __init__(self, promises: Sequence[Promise] = PROMISES) -> None:
        self.rows = {promise.text: Row(promise) for promise in promises}

    def note(self, report: Any) -> None:
        """Add one report of pytest to the promise that its test claims, if it claims one."""
        for text in (value for name, value in report.user_properties if name == CLAIM):
            self.rows[text].note(report)

    @property
    def holds(self) -> bool:
        """Whether every promise is kept."""
        return all(row.kept for row in self.rows.values())

    def lines(self) -> Iterable[str]:
        """The table."""
        cells = [HEADINGS, *(row.cells() for row in self.rows.values())]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            first, *rest, last = zip(row, widths, strict=True)
            numbers = [text.rjust(width) for text, width in rest]
            yield "  ".join([first[0].ljust(first[1]), *numbers, last[0]]).rstrip()
