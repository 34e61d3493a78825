"""One image file in process, beside decoding it with Pillow and a bare onnxruntime call."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench import at_hand, clock
from bench.options import Options
from bench.result import Result, end

ROUNDS, TIMES, LIMIT = 31, 50, 1.5
KINDS = {"a digit of 28 x 28": (28, 1, "png"), "a photo of 200 x 200": (200, 3, "jpeg")}


def measured(options: Options) -> list[Result]:
    """Each kind of image."""
    return [_one(name, *kind, options) for name, kind in KINDS.items()]


def _one(name: str, side: int, channels: int, form: str, options: Options) -> Result:
    import luodi

    with tempfile.TemporaryDirectory() as folder:
        path = at_hand.picture_release(Path(folder), side, channels, form, options)
        release = luodi.load(path)
    (file,) = at_hand.files(at_hand.pictures(1, side, channels, seed=1)[0], form)
    (column,) = release.scorer.codec.names
    session, names = release.scorer.session.native, release.scorer.session.names
    (entry,) = session.get_inputs()
    row, pixels = {column: file}, bare(file, channels)
    calls = {
        "luodi": lambda: release.predict(row),
        "Pillow and onnxruntime": lambda: session.run(names, {entry.name: bare(file, channels)}),
        "onnxruntime": lambda: session.run(names, {entry.name: pixels}),
    }
    rounds, times = (3, 5) if options.quick else (ROUNDS, TIMES)
    took = clock.in_turns(calls, times, rounds)
    ratios = clock.ratios(took, "luodi", "Pillow and onnxruntime")
    middle = clock.median(ratios)
    micros = {who: round(1e6 * clock.median(values), 1) for who, values in took.items()}
    return Result(
        figure="image_one",
        title=f"{name}, in process",
        measure=f"time / bare, {form}",
        values={"luodi": ratios},
        wanted=f"<= {LIMIT:g}",
        reached=middle <= LIMIT,
        protocol=f"generated pictures; the same graph; median of {rounds} rounds of {times} calls",
        against=", ".join(f"{who} {value:,.0f} µs" for who, value in micros.items()),
        details={"median": middle, "micros": micros, "model_mb": len(release.members.model) / 1e6},
    )


def bare(file: bytes, channels: int) -> Any:
    """An image file as one does it by hand: uint8 (1, height, width, channels)."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(file)).convert("L" if channels == 1 else "RGB"))
    return pixels.reshape(1, *pixels.shape[:2], channels)


if __name__ == "__main__":
    end(__doc__, measured)
