"""A task with a backbone goes the whole way: check, build, plan, and the file that is gone."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent / "modalities" / "image"))
sys.path.insert(0, str(Path(__file__).parent / "modalities" / "image" / "backbone"))
from shapes import folder
from small import Mapped, exported, written

from luodi import loop
from luodi.core.errors import LuodiError
from luodi.runtime.load import load

TASK = """name: few
goal: classify
data: {source: photos, target: label, modality: image}
metric: accuracy
budget: 6s
train: {backbone: net.onnx, mean: 0.5, std: [0.25, 0.25, 0.25]}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("few")
    folder(root / "photos", 90)
    torch.manual_seed(0)
    written(root, exported(Mapped()))
    (root / "task.yaml").write_text(TASK)
    return root


@pytest.fixture(scope="module")
def plan() -> dict:
    member = {"family": "frozen", "params": {"mirror": False, "strength": 0.0}, "weight": 1.0}
    member |= {"features": "frozen", "seed": 0, "rounds": [0]}
    return {"name": "single", "members": [member]}


@pytest.fixture(scope="module")
def built(place, plan):
    from luodi.core.task import Task
    from luodi.loop.making import made
    from luodi.loop.pipeline import examined

    task = Task.load(place / "task.yaml")
    heard = []
    parts, findings = examined(task, heard.append)
    done = made(parts, findings, task, recorded=plan, force=True, listener=heard.append)
    (place / "few.luodi").write_bytes(done.packed)
    return done, heard


def test_the_release_holds_the_backbone_and_is_judged_by_its_graph(place, built):
    done, heard = built
    release = load(place / "few.luodi")
    (member,) = release.plan["members"]
    assert member["family"] == "frozen" and member["params"]["strength"] > 0
    assert release.plan["backbone"]["source"] == "net.onnx"
    assert done.verdict.figures["accuracy"].value > 0.8 and done.artifact.parity["passed"]
    assert [e.data["done"] for e in heard if e.data.get("what") == "features"][-1] == 72


def test_answers_need_neither_the_file_nor_a_training_library(place, built):
    fresh = folder(place / "fresh", 30, seed=5)
    (place / "net.onnx").rename(place / "away.onnx")
    try:
        answers = loop.predict(place / "few.luodi", fresh)
    finally:
        (place / "away.onnx").rename(place / "net.onnx")
    truth = [name.split("/")[0] for name in answers["name"]]
    assert np.mean(answers["decision"].to_numpy() == truth) > 0.8


def test_a_build_repeats_the_plan_and_says_when_the_file_is_gone_or_another(place, built, tmp_path):
    again = loop.build(place / "task.yaml", output=tmp_path, plan=place / "few.luodi", force=True)
    one, two = (load(path).plan for path in (place / "few.luodi", again.path))
    assert one["members"] == two["members"] and one["backbone"] == two["backbone"]
    kept = (place / "net.onnx").read_bytes()
    try:
        torch.manual_seed(9)
        written(place, exported(Mapped()))
        with pytest.raises(LuodiError) as caught:
            loop.build(place / "task.yaml", output=tmp_path, plan=place / "few.luodi", force=True)
        assert caught.value.code == "backbone.planned"
        (place / "net.onnx").unlink()
        with pytest.raises(LuodiError) as caught:
            loop.build(place / "task.yaml", output=tmp_path, plan=place / "few.luodi", force=True)
        assert caught.value.code == "backbone.missing"
    finally:
        (place / "net.onnx").write_bytes(kept)


def test_the_check_refuses_a_backbone_before_it_reads_an_image(place, tmp_path):
    shuffled = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 1), torch.nn.PixelShuffle(2))
    written(tmp_path, exported(shuffled))
    (tmp_path / "task.yaml").write_text(TASK)  # there are no photos at all
    with pytest.raises(LuodiError) as caught:
        loop.check(tmp_path / "task.yaml")
    assert caught.value.code == "backbone.operator" and "DepthToSpace" in str(caught.value)


def test_what_came_back_of_service_is_learned_from_on_the_same_backbone(place, built):
    from dataclasses import replace

    from luodi.core.task import Task
    from luodi.loop.making import refitted
    from luodi.loop.pipeline import examined

    task = Task.load(place / "task.yaml")
    parts, _ = examined(task, lambda event: None)
    more = replace(parts.train, table=parts.train.table.vstack(parts.train.table[:9]))
    grown = replace(parts, train=more)
    artifact = refitted(grown, task, load(place / "few.luodi").plan)
    assert artifact.codec["classes"] == ["disc", "frame", "stripes"]


def test_for_small_devices_a_backbone_is_refused_after_the_release_was_written(place, built):
    from luodi.cli.small import edge_lines, limits
    from luodi.core.task import Task
    from luodi.loop.edge import edge
    from luodi.loop.pipeline import examined

    done, task, contract = built[0], Task.load(place / "task.yaml"), limits(1.0)
    parts, findings = examined(task, lambda event: None)
    digest, path = load(place / "few.luodi").digest, place / "few.luodi"
    found = edge(done, digest, parts, findings, task, path, contract, lambda event: None)
    assert found.files == () and not found.int8.passed and path.is_file()
    codes = [found.int8.refused.code, *(one.refused.code for one in found.lite)]
    assert codes == ["compress.brought"] * 3
    told = "\n".join(edge_lines(found, contract))
    assert "frozen" in told and "compress.brought" in told
    with pytest.raises(LuodiError) as caught:
        loop.compress(path, contract, task=place / "task.yaml")
    assert caught.value.code == "compress.brought"


def test_a_build_that_was_killed_begins_anew_with_another_file_of_the_same_name(tmp_path):
    from shapes import parts

    from luodi.core.task import Task
    from luodi.loop.keeping import kept

    (tmp_path / "task.yaml").write_text(TASK)
    task, records, heard = Task.load(tmp_path / "task.yaml"), parts(30), []
    for content in (b"one", b"one", b"other"):
        (tmp_path / "net.onnx").write_bytes(content)
        found = kept(tmp_path / "few.luodi", records, task, None, False, heard.append)
        with pytest.raises(RuntimeError), found as shelf:
            shelf.put("way", b"{}")
            raise RuntimeError  # as a kill: nothing is cleared
    assert [event.data["text"] for event in heard] == ["aside_found", "aside_strange"]
