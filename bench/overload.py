"""Twice and five times as many requests as can be answered, planned by the clock.

A request is sent when a connection is free for it, so what is really sent is less the longer
refused clients wait; it is told beside each figure.

Goodput is good answers a second as a share of what the same server answers when asked no faster
than it answers; latency counts from the moment a request was planned for.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import at_hand, clock, service
from bench.options import Options
from bench.result import Result, end

ROUNDS, DURATION_S = 5, 4.0
TIMES = (2, 5)
CONNECTIONS, PROBES = 900, 128
LEAST, SLOWEST_MS = 0.8, 250.0


def measured(options: Options) -> list[Result]:
    """Find the capacity, then go beyond it, and look whether it is there again afterwards."""
    rounds, duration = (1, 0.7) if options.quick else (ROUNDS, DURATION_S)
    record = at_hand.machines(10, seed=1).drop(at_hand.TARGET).row(0, named=True)
    beyond: dict[int, list[dict[str, float]]] = {times: [] for times in TIMES}
    with tempfile.TemporaryDirectory() as folder:
        release = at_hand.release(Path(folder), options)
        told = {"token": service.token(release.parent), "duration_s": duration}
        port = service.free_port()
        with service.started(service.luodi(release, port), port, release.parent):
            for _ in range(rounds):
                for times in TIMES:
                    usual = service.load(port, record, connections=PROBES, **told)["rate"]
                    seen = service.load(
                        port, record, connections=CONNECTIONS, rate=times * usual, **told
                    )
                    after = service.load(port, record, connections=PROBES, **told)["rate"]
                    beyond[times].append(
                        {
                            "goodput": seen["rate"] / usual,
                            "sent": sum(seen["counts"].values()) / duration / usual,
                            "p99_ms": seen["p99_ms"],
                            "refused_p99_ms": seen["refused_p99_ms"] or 0.0,
                            "unanswered": seen["unanswered"],
                            "unsent": seen["unsent"],
                            "afterwards": after / usual,
                        }
                    )
    return [_result(times, seen) for times, seen in beyond.items()]


def _result(times: int, rounds: list[dict[str, float]]) -> Result:
    shares = [one["goodput"] for one in rounds]
    middle = clock.median(shares)
    slowest = clock.median([one["p99_ms"] for one in rounds])
    refused = clock.median([one["refused_p99_ms"] for one in rounds])
    sent = clock.median([one["sent"] for one in rounds])
    after = clock.median([one["afterwards"] for one in rounds])
    return Result(
        figure="overload",
        title=f"overload, {times} times the capacity",
        measure=f"goodput_{times} / capacity",
        values={"luodi": shares},
        wanted=f">= {LEAST}, p99 <= {SLOWEST_MS:g} ms",
        reached=middle >= LEAST and slowest <= SLOWEST_MS,
        protocol=f"open loop, {CONNECTIONS} connections, one core; median of {len(rounds)} rounds",
        against=f"{sent:.1f} times really sent, p99 {slowest:.0f} ms, refused {refused:.0f} ms, "
        f"afterwards {after:.2f}",
        details={"rounds": rounds},
    )


if __name__ == "__main__":
    end(__doc__, measured)
