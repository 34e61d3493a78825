"""Time of a build that is spent outside the learners, as a share of its budget.

A thread looks every 20 ms at what the build is doing; time counts for a learner while its
library is on the stack of any thread, for folds are fitted side by side in threads of their own.
Each look counts for the time since the last one, because a library that holds Python's lock
delays the next look.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from bench import at_hand
from bench.options import Options
from bench.result import Result, end

LEARNERS = {"lightgbm", "catboost", "_catboost", "xgboost", "sklearn"}
WAIT_S = 0.02


class Watch:
    """Counts seconds of a thread by what it was doing, while the ``with`` block runs."""

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.seconds: Counter[str] = Counter()
        self._ended = threading.Event()
        self._looker = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._looker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._looker.join()

    def _look(self) -> None:
        last = time.perf_counter()
        while not self._ended.wait(WAIT_S):
            doing = self._doing()
            now = time.perf_counter()
            self.seconds[doing] += now - last
            last = now

    def _doing(self) -> str:
        """``learner`` if a thread is in one, else what the watched thread does."""
        found = {thread: _innermost(frame) for thread, frame in sys._current_frames().items()}
        return "learner" if "learner" in found.values() else found.get(self.thread, "other")


def _innermost(frame: FrameType | None) -> str:
    """``learner``, or the innermost module of luodi on the stack."""
    own = ""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] in LEARNERS:
            return "learner"
        if not own and name.startswith("luodi."):
            own = name
        frame = frame.f_back
    return own or "other"


def measured(options: Options) -> list[Result]:
    """Build once under watch."""
    import luodi

    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUODI_KEY_DIR"] = folder
        source = Path(folder) / "machines.parquet"
        at_hand.machines(1500 if options.quick else 10_000).write_parquet(source)
        data = {"source": str(source), "target": at_hand.TARGET}
        task = {"name": "overhead", "goal": "classify", "data": data, "budget": options.budget_s}
        began = time.monotonic()
        with Watch(threading.get_ident()) as watch:
            luodi.build(task, output=Path(folder) / "overhead.luodi", force=True)
        whole = time.monotonic() - began
    outside = whole - watch.seconds["learner"]
    share = outside / options.budget_s
    most = [(name, round(s, 2)) for name, s in watch.seconds.most_common(13) if name != "learner"]
    result = Result(
        figure="overhead",
        title="time outside learners in a build",
        measure="share of the budget",
        values={"luodi": [share]},
        wanted="<= 0.1",
        reached=share <= 0.1,
        protocol=f"10,000 generated machine records, {options.budget_s:g} s budget, one build",
        against=f"{outside:.1f} s of {whole:.1f} s; most in {most[0][0]}: {most[0][1]} s",
        details={"whole_s": whole, "outside_s": outside, "most_s": dict(most)},
    )
    return [result]


if __name__ == "__main__":
    end(__doc__, measured)
