"""Bikes hired an hour, seasons and all, replayed under four policies of retraining."""

from __future__ import annotations

from bench.policies import compared
from bench.result import end
from bench.streams import bikes

if __name__ == "__main__":
    end(__doc__, lambda options: compared("replay_bikes", bikes, options))
