"""Requests a second and latency, beside the plainest fast server around the same graph.

luodi checks every record, asks for a token and keeps every answer; the plain server (raw ASGI,
msgspec, onnxruntime; the faster of granian and uvicorn) does none of that. One core serves.
``mlflow models serve`` and BentoML answer with the same graph where they are installed.
"""

from __future__ import annotations

import math
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import at_hand, clock, service
from bench.options import Options
from bench.result import Result, Skipped, end

ROUNDS, DURATION_S = 7, 3.0
CONNECTIONS = (1, 32)
WARM_S = 4.0
WANTED, WANTED_P50 = 0.6, 2.5


def measured(options: Options) -> list[Result]:
    """Load all servers in turns."""
    names = service.rivals()
    if not names:
        raise Skipped("neither granian nor uvicorn is installed: pip install granian uvicorn")
    record = at_hand.machines(10, seed=1).drop(at_hand.TARGET).row(0, named=True)
    with tempfile.TemporaryDirectory() as folder:
        release = at_hand.release(Path(folder), options)
        seen = _loaded(release, record, names, options)
    results = []
    for connections in CONNECTIONS:
        results.append(_rate(seen[connections], connections))
        results += _frameworks(seen[connections], connections)
    return [*results, _latency(seen[1])]


Rounds = list[dict[str, dict[str, Any]]]


def _loaded(
    release: Path, record: dict[str, Any], names: list[str], options: Options
) -> dict[int, Rounds]:
    """What each load saw of each server, round by round; one server runs at a time."""
    rounds, duration = (2, 0.5) if options.quick else (ROUNDS, DURATION_S)
    token = service.token(release.parent)
    seen: dict[int, Rounds] = {connections: [] for connections in CONNECTIONS}
    for _ in range(rounds):
        for connections in CONNECTIONS:
            seen[connections].append({})
        for name in ("luodi", *names):
            port = service.free_port()
            if name == "luodi":
                command = service.luodi(release, port)
            else:
                command = service.bare(name, release, port)
            with service.started(command, port, release.parent):
                for connections in CONNECTIONS:
                    told = {"connections": connections, "duration_s": duration, "token": token}
                    seen[connections][-1][name] = service.load(port, record, **told)
        for name, one in service.frameworks(release).items():
            port = service.free_port()
            with service.started([*one.command, str(port)], port, release.parent):
                for connections in CONNECTIONS:
                    told = {"connections": connections, "duration_s": duration, "path": one.path}
                    load = service.load(port, one.body(record), warm_s=WARM_S, **told)
                    seen[connections][-1][name] = load
    return seen


def _best(one: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The fastest plain server of a round."""
    plain = (one[name] for name in service.RIVALS if name in one)
    return max(plain, key=lambda seen: float(seen["rate"]))


def _frameworks(rounds: Rounds, connections: int) -> list[Result]:
    """How many times the rate of each framework that is here."""
    return [
        _result(
            f"requests a second, {connections} connections, beside {name}",
            f"rate_{connections} / {name}",
            [one["luodi"]["rate"] / one[name]["rate"] for one in rounds],
            least=wanted,
            protocol="one core, the same graph",
            against=f"{name} {version(name.lower())}: {_told(rounds, name, 'rate'):,.0f}/s",
        )
        for name, wanted in service.TIMES.items()
        if name in rounds[0]
    ]


def _rate(rounds: Rounds, connections: int) -> Result:
    return _result(
        f"requests a second, {connections} connections",
        f"rate_{connections} / bare server",
        [one["luodi"]["rate"] / _best(one)["rate"] for one in rounds],
        least=WANTED,
        protocol="one core, token, checks and durable log on",
        against=", ".join(f"{name} {_told(rounds, name, 'rate'):,.0f}/s" for name in rounds[0]),
        rounds=rounds,
    )


def _latency(rounds: Rounds) -> Result:
    return _result(
        "latency, 1 connection",
        "p50 / bare server",
        [one["luodi"]["p50_ms"] / _best(one)["p50_ms"] for one in rounds],
        most=WANTED_P50,
        protocol="as above",
        against=", ".join(f"{name} {_told(rounds, name, 'p50_ms'):.2f} ms" for name in rounds[0]),
    )


def _told(rounds: Rounds, name: str, what: str) -> float:
    return clock.median([one[name][what] for one in rounds])


def _result(
    title: str,
    measure: str,
    ratios: list[float],
    *,
    protocol: str,
    against: str,
    least: float = 0.0,
    most: float = math.inf,
    **details: Any,
) -> Result:
    """One ratio over all rounds, of which the median is judged."""
    middle = clock.median(ratios)
    return Result(
        figure="serve",
        title=title,
        measure=measure,
        values={"luodi": ratios},
        wanted=f">= {least:g}" if most == math.inf else f"<= {most:g}",
        reached=least <= middle <= most,
        protocol=f"{protocol}; median of {len(ratios)} rounds",
        against=against,
        details={"median": middle, **details},
    )


if __name__ == "__main__":
    end(__doc__, measured)
