"""What luodi promises about faults, and how often each promise is put to the test.

A test claims a promise by ``@pytest.mark.promise(text)`` and tells how often it tried by the
fixture of the same name. Every day the counts are short. With ``LUODI_PROVE=1``, as in
``make prove``, they are long, and a table is printed that has a row for each promise here: one
that failed, was not tried or was tried too seldom fails the run.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

PROVING = os.environ.get("LUODI_PROVE") == "1"


def count(short: int, long: int) -> int:
    """How often to try: ``short`` every day, ``long`` in ``make prove``."""
    return long if PROVING else short


@dataclass(frozen=True)
class Promise:
    """One promise.

    Attributes:
        text: What is promised; tests claim it by this text.
        trials: How many trials ``make prove`` owes it at least.
        every: Whether the trials are all there are, so that no rate is left to be bounded.
    """

    text: str
    trials: int
    every: bool = False


PROMISES = (
    Promise("kill -9 during feedback writes: no acknowledged row lost, integrity holds", 200),
    Promise("kill -9 during promote, roll back, pack, collect: never half promoted", 200),
    Promise("kill -9 while records are corrected or forgotten: they stay so", 200),
    Promise("kill -9 of who writes to PostgreSQL: nothing acknowledged lost, none half done", 200),
    Promise("kill -9 of PostgreSQL itself during writes: nothing acknowledged lost", 200),
    Promise("kill -9 of a server under load: nothing acknowledged lost", 100),
    Promise("power lost at any step of a write: whole, and nothing acknowledged lost", 500, True),
    Promise("any one sync removed from a write: noticed", 15, True),
    Promise("disk full: predictions go on, feedback gets 507, nothing lost", 1000),
    Promise("promotions and roll backs under load: every answer that of its release", 200),
    Promise("fuzzed bodies: no unplanned 5xx", 20_000),
    Promise("fuzzed bytes on the socket: no unplanned 5xx", 2000),
    Promise("Schemathesis on the published OpenAPI: no unplanned 5xx", 1000),
    Promise("slow and half-open clients: closed in 10 s, others unharmed", 200),
    Promise("all routes but health: 401 without a token", 50, True),
    Promise("10 % or 30 % of labels flipped: a worse challenger is never promoted", 40),
    Promise("an edit, removal or reordering in the audit: found", 100_000, True),
    Promise("name, phone and ID number of the inputs: in no log, metric or error", 1000),
    Promise("odd feedback: one clear answer each", 7, True),
    Promise("releases with a flipped bit: refused", 10_000, True),
    Promise("releases made to deceive: refused, fast and without a trace", 200),
)
