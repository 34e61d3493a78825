"""A fresh process to its first answer, beside one that only imports numpy and onnxruntime."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import at_hand, clock
from bench.options import Options
from bench.result import Result, end

ROUNDS = 15
BARE = "import numpy, onnxruntime"
ANSWER = """
import json, sys
import luodi
luodi.load(sys.argv[1]).predict(json.loads(sys.argv[2]))
"""


def measured(options: Options) -> list[Result]:
    """Start both processes in turns."""
    row = at_hand.machines(10, seed=1).drop(at_hand.TARGET).row(0, named=True)
    with tempfile.TemporaryDirectory() as folder:
        release = at_hand.release(Path(folder), options)
        calls = {
            "luodi": lambda: _run(ANSWER, str(release), json.dumps(row)),
            "imports": lambda: _run(BARE),
        }
        rounds = 3 if options.quick else ROUNDS
        took = clock.in_turns(calls, 1, rounds)
        size = release.stat().st_size / 1e6
    ratios = clock.ratios(took, "luodi", "imports")
    middle = clock.median(ratios)
    seconds = {who: round(clock.median(values), 3) for who, values in took.items()}
    result = Result(
        figure="first_answer",
        title="fresh process to first answer",
        measure="time / importing numpy and onnxruntime",
        values={"luodi": ratios},
        wanted="< 2",
        reached=middle < 2,
        protocol=f"a release of {size:.1f} MB, every check on; median of {rounds} rounds",
        against=", ".join(f"{who} {value} s" for who, value in seconds.items()),
        details={"median": middle, "seconds": seconds, "release_mb": size},
    )
    return [result]


def _run(program: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", program, *arguments], check=True)


if __name__ == "__main__":
    end(__doc__, measured)
