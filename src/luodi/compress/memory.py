"""Memory that a graph takes in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

from luodi.core.values import Artifact

LONGEST_S = 60.0
# What the interpreter and onnxruntime take themselves is left out, for it is the same for all; the
# peak that importing them left behind is forgotten first (proc(5), clear_refs).
_ALONE = """
import json, sys
from luodi.runtime.score import Scorer
def told(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))
length = int(sys.stdin.buffer.readline())
model, codec = sys.stdin.buffer.read(length), json.loads(sys.stdin.buffer.read())
import onnxruntime
with open("/proc/self/clear_refs", "w") as refs:
    refs.write("5")
before = told("VmRSS")
scorer = Scorer(model, codec)
scorer.predict(scorer.codec.blank())
print((told("VmHWM") - before) / 1024)
"""


def peak_mb(artifact: Artifact) -> float | None:
    """What opening a graph and answering one record adds to the peak of a process, MiB.

    Returns:
        None where no process could be asked, as anywhere but on Linux.
    """
    given = f"{len(artifact.model)}\n".encode() + artifact.model
    given += json.dumps(dict(artifact.codec)).encode()
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _ALONE], input=given, capture_output=True, timeout=LONGEST_S
        )
        return float(ran.stdout) if ran.returncode == 0 else None
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
