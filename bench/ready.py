"""Start to ready: from the command to the first connection taken, every check of a release done.

Where MLflow is installed, ``mlflow models serve`` of the same graph stands beside it; else only the
imports of numpy and onnxruntime do.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import at_hand, clock, service
from bench.options import Options
from bench.result import Result, end

ROUNDS = 9
SHARE = 1 / 6


def measured(options: Options) -> list[Result]:
    """Start the servers in turns."""
    rounds = 2 if options.quick else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = at_hand.release(folder, options)
        service.token(folder)
        rival = service.frameworks(release).get("MLflow")
        took: dict[str, list[float]] = {"luodi": [], "imports": []}
        for _ in range(rounds):
            port = service.free_port()
            with service.started(service.luodi(release, port), port, folder) as seconds:
                took["luodi"].append(seconds)
            took["imports"].append(_imports())
            if rival is not None:
                port = service.free_port()
                with service.started([*rival.command, str(port)], port, folder) as seconds:
                    took.setdefault("mlflow", []).append(seconds)
    other = "mlflow" if "mlflow" in took else "imports"
    told = ", ".join(f"{who} {clock.median(all):.2f} s" for who, all in took.items())
    ratios = clock.ratios(took, "luodi", other)
    middle = clock.median(ratios)
    return [
        Result(
            figure="ready",
            title="start to ready",
            measure="time / the other",
            values={"luodi": ratios},
            wanted="<= 1/6 of MLflow",
            reached=middle <= SHARE if other == "mlflow" else None,
            protocol=f"one core, median of {rounds} rounds",
            against=f"{other}; {told}",
            details={"median": middle, "seconds": took},
        )
    ]


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import numpy, onnxruntime"], check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    end(__doc__, measured)
