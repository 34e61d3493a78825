"""Small releases of images, photos to ask about, and homes and servers that hold such a release."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from fuzz import image_release_maker as maker
from luodi.core.manifest import canonical_json
from luodi.runtime.load import load
from luodi.runtime.score import Scorer
from luodi.store.home import Home
from luodi.store.ledger.rows import Reason
from serving import NAME

MOST = 400
"""The longest side that training saw; an answer about a longer one goes to a person."""


@cache
def image_release(turn: float = 1.0) -> bytes:
    """A release that answers with one of a, b and c; another number gives other answers."""
    weights = maker.weights()
    weights["w6"] = (weights["w6"] * turn).astype(np.float32)
    weights["limit"] = np.array(1.0)
    graph = maker.model(constants=weights).SerializeToString()
    codec = {**maker.codec(), "most": MOST}
    scores = Scorer(graph, codec).score(maker.ROWS)
    names = ("probabilities", "decision", "review")
    answers = {name: getattr(scores, name).tolist() for name in names}
    golden = canonical_json({"rows": maker.ROWS, "answers": answers})
    return maker.release(model=graph, golden=golden, codec=canonical_json(codec))


@cache
def strange_release() -> bytes:
    """A release that also says how strange an image is: by how light it is, black is 0."""
    steps = [
        maker.make("ReduceMean", ["clipped", "all_sides"], ["light"], keepdims=0),
        maker.make("Div", ["light", "lightest"], ["strangeness"]),
    ]
    weights = maker.weights() | {"limit": np.array(1.0), "all_sides": np.array([1, 2, 3])}
    weights["lightest"] = np.array(200, np.float32)
    whole = [*maker.prologue(), *maker.network(), *maker.tail(), *steps]
    names = ("probabilities", "decision", "review", "strangeness")
    graph = maker.model(whole, weights, names).SerializeToString()
    scores = Scorer(graph, maker.codec()).score(maker.ROWS)
    answers = {name: getattr(scores, name).tolist() for name in names}
    golden = canonical_json({"rows": maker.ROWS, "answers": answers})
    return maker.release(model=graph, golden=golden)


def image_home(folder: Path, *turns: float) -> Home:
    """A new home that knows releases of images; the first one is the champion."""
    home = Home.create(folder)
    loaded = [(data := image_release(turn), load(data).digest) for turn in turns or (1.0,)]
    for data, digest in loaded:
        home.add(data, digest, NAME, {})
    home.ledger.promote(NAME, loaded[0][1], Reason("a test", "0"))
    return home


@cache
def photo(kind: str = "PNG", size: tuple[int, int] = (40, 30), seed: int = 0) -> bytes:
    """A file of an image; ``size`` is (width, height)."""
    width, height = size
    buffer = io.BytesIO()
    Image.fromarray(maker.pixels(height, width, seed)).save(buffer, kind)
    return buffer.getvalue()


def text(data: bytes) -> str:
    """A file as JSON holds it."""
    return base64.b64encode(data).decode()


def bomb(side: int) -> bytes:
    """A PNG of few bytes that says it has many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tensors(name: str, elements: Sequence[bytes]) -> tuple[bytes, dict[str, str]]:
    """A request of the inference protocol whose files come as bytes after its JSON."""
    tail = b"".join(struct.pack("<I", len(one)) + one for one in elements)
    size = {"binary_data_size": len(tail)}
    tensor = {"name": name, "shape": [len(elements), 1], "datatype": "BYTES", "parameters": size}
    head = json.dumps({"inputs": [tensor]}).encode()
    return head + tail, {"Inference-Header-Content-Length": str(len(head))}
