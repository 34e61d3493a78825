"""Builds on 0.1, 1 and 10 million generated rows x 30 columns: time a row and memory.

Each size is generated in one process and built in another, whose peak memory is taken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.options import ROOT, Options
from bench.result import Result, end

SIZES = (100_000, 1_000_000, 10_000_000)
QUICK_SIZES = (2_000, 6_000)
COLUMNS, PART_ROWS = 30, 1_000_000
MOST_GIB, TOLERANCE = 12.0, 1.1
GENERATE = """
import sys
from luodi.testing import generate
path, rows, columns, seed = sys.argv[1], *map(int, sys.argv[2:])
generate.sensor_rows(rows, columns, seed).write_parquet(path)
"""
BUILD = """
import json, resource, sys
import luodi
built = luodi.build(json.loads(sys.argv[1]), output=sys.argv[2], force=True)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"seconds": built.seconds, "peak_gib": peak}))
"""


def measured(options: Options) -> list[Result]:
    """Build at each size."""
    sizes = QUICK_SIZES if options.quick else SIZES
    runs = {rows: _built(rows, options) for rows in sizes}
    micros = [1e6 * run["seconds"] / rows for rows, run in runs.items()]
    peak = max(run["peak_gib"] for run in runs.values())
    steady = all(later <= earlier * TOLERANCE for earlier, later in pairwise(micros))
    said = ", ".join(
        f"{rows:,} rows: {run['seconds']:.0f} s, {run['peak_gib']:.1f} GiB"
        for rows, run in runs.items()
    )
    result = Result(
        figure="growth",
        title=f"growth, {' / '.join(f'{rows:,}' for rows in sizes)} rows x {COLUMNS}",
        measure="build, µs a row at the largest",
        values={"luodi": micros[-1:]},
        wanted=f"a row costs no more than at the size before; < {MOST_GIB:g} GiB",
        reached=steady and peak < MOST_GIB,
        protocol=f"generated sensor rows; {options.budget_s:g} s budget each, one build a size",
        against=said,
        details={"runs": runs},
    )
    return [result]


def _built(rows: int, options: Options) -> dict[str, Any]:
    """Seconds and peak memory of one build."""
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, start in enumerate(range(0, rows, PART_ROWS)):
            parts.append(str(Path(folder) / f"part-{number}.parquet"))
            size = min(PART_ROWS, rows - start)
            _run(folder, GENERATE, parts[-1], str(size), str(COLUMNS), str(number))
        task = {
            "name": "growth",
            "goal": "classify",
            "data": {"source": parts, "target": "fault"},
            "budget": options.budget_s,
        }
        output = str(Path(folder) / "growth.luodi")
        return dict(json.loads(_run(folder, BUILD, json.dumps(task), output)))


def _run(folder: str, program: str, *arguments: str) -> str:
    """What a program prints last, run in a process of its own."""
    environment = {**os.environ, "LUODI_KEY_DIR": folder}
    command = [sys.executable, "-c", program, *arguments]
    ran = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    return ran.stdout.strip().rpartition("\n")[2]


if __name__ == "__main__":
    end(__doc__, measured)
