"""Training under a wall-clock budget: search, ensembles, calibration, the decision rule.

Nothing here knows which kind of data it is: a ``Workshop`` fits recipes, and what comes back
are out-of-fold predictions.
"""

from luodi.train.clock import Clock
from luodi.train.compose import baselines, candidate, compose, finished, replayed
from luodi.train.search import Found, replay, search

__all__ = [
    "Clock",
    "Found",
    "baselines",
    "candidate",
    "compose",
    "finished",
    "replay",
    "replayed",
    "search",
]
