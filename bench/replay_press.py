"""A generated year of a press in which sensors, units and tools change, under four policies."""

from __future__ import annotations

from bench.policies import compared
from bench.result import end
from bench.streams import press

if __name__ == "__main__":
    end(__doc__, lambda options: compared("replay_press", press, options))
