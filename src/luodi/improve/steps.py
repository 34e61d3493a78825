"""What one round of improving did, or waits for, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from luodi.core import words

Kind = Literal[
    "rolled_back", "regret", "promoted", "won", "rate", "withdrawn", "trained", "failed", "echo",
    "faulty", "judging", "idle",
]  # fmt: skip
CODES: dict[Kind, str] = {
    "rolled_back": "improve.step_rolled_back",
    "regret": "improve.step_regret",
    "promoted": "improve.step_promoted",
    "won": "improve.step_won",
    "rate": "improve.step_rate",
    "withdrawn": "improve.step_withdrawn",
    "trained": "improve.step_trained",
    "failed": "improve.step_failed",
    "echo": "improve.step_echo",
    "faulty": "improve.step_faulty",
    "judging": "improve.step_judging",
    "idle": "improve.step_idle",
}
MOST_JUDGED = 20_000
"""A gain that so many outcomes do not show is not worth a change."""


@dataclass(frozen=True)
class Step:
    """One thing that was done, or is waited for.

    Attributes:
        kind: ``rolled_back``; ``regret`` and ``won``, where the task asks for a person; ``rate``,
            which only a person can tell; ``promoted``; ``withdrawn``; ``trained`` (and named
            challenger); ``failed`` (gates); ``echo`` (truths repeat the answers); ``faulty``
            (inputs were broken); ``judging``; ``idle``.
        facts: Its numbers, JSON data.
    """

    kind: Kind
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str | None = None) -> str:
        """The step in words, in English or Chinese."""
        spoken = words.language(lang)
        facts = {"why": "", **self.facts}
        whys = words.room("improve")["whys"]
        if facts["why"] in whys:
            facts["why"] = whys[facts["why"]][spoken]
        told = words.part(CODES[self.kind], "seen", spoken, facts)
        remedy = words.part(CODES[self.kind], "remedy", spoken, facts)
        return f"{told} {remedy}".strip()

    def record(self, lang: str | None = None) -> dict[str, Any]:
        """The step as JSON data."""
        return {"step": self.kind, "text": self.text(lang), **self.facts}
