"""Electricity prices up or down, replayed under four policies of retraining."""

from __future__ import annotations

from bench.policies import compared
from bench.result import end
from bench.streams import electricity

if __name__ == "__main__":
    end(__doc__, lambda options: compared("replay_electricity", electricity, options))
