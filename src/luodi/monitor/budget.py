"""How many false alarms are allowed, and what that leaves for one look at one column."""

from __future__ import annotations

from dataclasses import dataclass

DAY_S = 86_400.0
TO_INPUTS = 0.5
OVERWHELMING = 1e-3


@dataclass(frozen=True, slots=True)
class Budget:
    """False alarms that a model may raise.

    Attributes:
        alarms: How many are expected at most, when nothing is wrong.
        days: In how many days.
        settle: How many quiet windows are watched before an ordinary finding counts, where
            training says nothing of how windows wander in time.
    """

    alarms: float = 1.0
    days: float = 90.0
    settle: int = 14

    def for_inputs(self, window_s: float, tests: int) -> float:
        """The level of one test of one window.

        Half the budget goes to inputs, evenly to every window and test (Bonferroni; Dunn 1961):
        so it holds however columns and windows depend on each other. That a finding must last
        for a second window is not counted in; it only makes alarms rarer.

        Args:
            window_s: Length of a window in seconds.
            tests: Tests at the end of each window.

        Example:
            >>> round(Budget().for_inputs(86_400, 80), 7)
            6.94e-05
        """
        return self._look(window_s, TO_INPUTS) / max(1, tests)

    def for_quality(self, window_s: float) -> float:
        """The level of one look at quality; the other half of the budget."""
        return self._look(window_s, 1 - TO_INPUTS)

    def _look(self, window_s: float, share: float) -> float:
        looks = self.days * DAY_S / window_s
        return min(0.05, share * self.alarms / max(looks, 1.0))
