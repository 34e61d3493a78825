"""Whether a server would answer, as its parts have seen it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Health:
    """What stands in the way of answering. It is an object because that changes.

    Attributes:
        draining: The server ends.
        ledger_answers: The watcher could read the ledger when it last looked.
        ledger_dead: A sync has failed, so that nothing is kept until the server starts again.
    """

    draining: bool = False
    ledger_answers: bool = True
    ledger_dead: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether requests would be answered, and kept."""
        return self.ledger_answers and not self.draining and not self.ledger_dead

    def heard(self, code: str) -> None:
        """Learn from an error of the ledger."""
        self.ledger_dead = self.ledger_dead or code == "ledger.dead"
