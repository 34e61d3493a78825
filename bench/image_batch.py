"""5,000 image files as a batch, beside a loop over Pillow and onnxruntime written by hand.

The loop decodes 256 files, stacks them, and hands them to a session that may use all cores: what
one writes first. A second one decodes in as many threads as there are cores.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from bench import at_hand, clock
from bench.image_one import KINDS, bare
from bench.options import Options
from bench.result import Result, end

IMAGES, ROUNDS, BLOCK, LIMIT = 5000, 5, 256, 0.9


def measured(options: Options) -> list[Result]:
    """Each kind of image."""
    return [_one(name, *kind, options) for name, kind in KINDS.items()]


def _one(name: str, side: int, channels: int, form: str, options: Options) -> Result:
    import onnxruntime

    import luodi

    with tempfile.TemporaryDirectory() as folder:
        path = at_hand.picture_release(Path(folder), side, channels, form, options)
        release = luodi.load(path)
    count = 300 if options.quick else IMAGES
    files = at_hand.files(at_hand.pictures(count, side, channels, seed=1)[0], form)
    (column,) = release.scorer.codec.names
    rows = [{column: file} for file in files]
    names = release.scorer.session.names
    session = onnxruntime.InferenceSession(release.members.model)  # all cores, by default
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        calls = {
            "luodi": lambda: release.score(rows),
            "by hand": lambda: _by_hand(session, names, files, channels, map),
            "by hand, in threads": lambda: _by_hand(session, names, files, channels, pool.map),
        }
        rounds = 2 if options.quick else ROUNDS
        took = clock.in_turns(calls, 1, rounds)
    faster = clock.ratios(took, "by hand", "luodi")
    middle = clock.median(faster)
    speed = {who: count / clock.median(values) for who, values in took.items()}
    return Result(
        figure="image_batch",
        title=f"{count:,} files of {name.removeprefix('a ')}",
        measure=f"throughput / by hand, {form}",
        values={"luodi": faster},
        wanted=f">= {LIMIT:g}",
        reached=middle >= LIMIT,
        protocol=f"generated pictures; the same graph; {rounds} rounds",
        against=", ".join(f"{who} {value:,.0f} images/s" for who, value in speed.items()),
        details={"median": middle, "images_per_second": speed},
    )


def _by_hand(session: Any, names: list[str], files: list[bytes], channels: int, each: Any) -> Any:
    (entry,) = session.get_inputs()
    found = []
    for at in range(0, len(files), BLOCK):
        some = np.concatenate(list(each(lambda one: bare(one, channels), files[at : at + BLOCK])))
        found.append(session.run(names, {entry.name: some}))
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]


if __name__ == "__main__":
    end(__doc__, measured)
