"""Graphs of images made to deceive are refused by name, before onnxruntime sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import onnxruntime
import pytest

from fuzz.hostile_image_graphs import graphs
from fuzz.image_release_maker import ROWS, model, release
from luodi.core.errors import LuodiError
from luodi.runtime import gate
from luodi.runtime.load import load
from promise import count

CORPUS = {name: (code, data) for name, code, data in graphs()}
MUTATIONS = count(2000, 50_000)


def test_the_corpus_is_large():
    assert len(CORPUS) >= 100


def test_the_graph_that_is_spoiled_holds():
    assert gate.check(model().SerializeToString(), "image") == {"image": 3}


@pytest.mark.parametrize("name", CORPUS)
def test_every_hostile_graph_is_refused_with_its_code(name):
    code, data = CORPUS[name]
    with pytest.raises(LuodiError) as caught:
        gate.check(data, "image")
    assert caught.value.code == f"release.{code}", caught.value.text("en")
    assert caught.value.text("zh")


def test_onnxruntime_never_sees_a_graph_that_is_refused(monkeypatch):
    load(release())
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    for name, (code, data) in CORPUS.items():
        with pytest.raises(LuodiError) as caught:
            load(release(model=data))
        assert caught.value.code == f"release.{code}", name


PROGRAM = """
import json, random, sys
from fuzz.image_release_maker import ROWS, codec, model
from luodi.core.errors import LuodiError
from luodi.runtime import gate
from luodi.runtime.score import Scorer

seed, trials = map(int, sys.argv[1:])
choose, good = random.Random(seed), model().SerializeToString()
seen = {"refused": 0, "not a session": 0, "not run": 0, "answered": 0}


def mutated():
    data = bytearray(good)
    # half of them in the nodes, which come first; the rest anywhere
    end = len(data) if choose.random() < 0.5 else 3000
    for _ in range(choose.choice([1, 1, 2, 4])):
        at = choose.randrange(end)
        way = choose.randrange(4)
        if way == 0:
            data[at] ^= 1 << choose.randrange(8)
        elif way == 1:
            data[at] = choose.randrange(256)
        elif way == 2:
            del data[at : at + choose.randrange(1, 5)]
        else:
            data[at:at] = data[choose.randrange(end) :][: choose.randrange(1, 9)]
    return bytes(data)


for _ in range(trials):
    data = mutated()
    try:
        gate.check(data, "image")
    except LuodiError:
        seen["refused"] += 1
        continue
    try:
        scorer = Scorer(data, codec())
    except Exception:  # onnxruntime's own errors share no base class
        seen["not a session"] += 1
        continue
    try:
        scorer.score(ROWS)
        seen["answered"] += 1
    except Exception:
        seen["not run"] += 1
print(json.dumps(seen))
"""


def test_a_graph_with_changed_bytes_is_refused_or_runs_and_never_ends_the_process():
    """In a process of its own: an end by a signal would otherwise take the tests along."""
    command = [sys.executable, "-c", PROGRAM, "20261122", str(MUTATIONS)]
    done = subprocess.run(command, capture_output=True, text=True, env=_paths())
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert sum(seen.values()) == MUTATIONS
    assert seen["refused"] > MUTATIONS / 2
    assert seen["answered"] > MUTATIONS / 50  # weights may be other numbers


def _paths() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def test_a_good_release_of_images_answers():
    assert load(release()).predict(ROWS[0])["decision"] in ("a", "b", "c")
