"""A release is made smaller by its contract, judged anew, and refused where it would lie."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from luodi import loop
from luodi.compress import Contract
from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.runtime.load import load

sys.path.insert(0, __file__.rsplit("/", 1)[0] + "/modalities/image")
from shapes import folder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A release of one network beside what was made of it for small devices."""
    root = tmp_path_factory.mktemp("edge")
    folder(root / "photos", 240)
    task = {"name": "shapes", "goal": "classify", "metric": "accuracy", "budget": 20}
    task["data"] = {"source": str(root / "photos"), "target": "label", "modality": "image"}
    (root / "task.yaml").write_text(json.dumps(task))
    small = Contract(drop=2.0)
    built = loop.build(root / "task.yaml", output=root, edge=small)
    return root, built


def luodi(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "luodi.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_goes_to_small_devices_is_a_release_judged_by_itself(place):
    root, built = place
    assert built.edge is not None and built.edge.int8.passed
    assert [path.name for path in built.edge.files] == ["shapes-int8.luodi", "shapes-int8.onnx"]
    whole, small = load(built.path), load(root / "shapes-int8.luodi")
    assert small.members.model == (root / "shapes-int8.onnx").read_bytes()
    assert len(small.members.model) < len(whole.members.model)
    assert small.provenance["made_of"] == whole.digest != small.digest
    (gate,) = [one for one in small.card["gates"] if one["name"] == "drop"]
    assert gate["passed"]
    assert not list(root.glob(".*building"))
    rows = loop.predict(root / "shapes-int8.luodi", root / "photos")
    assert rows.height == 240


def test_a_small_release_says_what_each_class_lost(place):
    root, built = place
    beside = built.edge.int8.verdict.details["baselines"]
    (original,) = [one for one in beside if one["name"] == "original"]
    assert {one["name"] for one in original["by_class"]} == {"disc", "frame", "stripes"}
    assert sum(one["rows"] for one in original["by_class"]) == 48
    page = loop.card_html(root / "shapes-int8.luodi")
    assert "before it was made smaller" in page
    assert "压缩前" in loop.card_html(root / "shapes-int8.luodi", "zh")


def test_a_small_release_is_built_again_from_its_plan(place, tmp_path):
    root, _ = place
    made = loop.build(root / "task.yaml", output=tmp_path, plan=root / "shapes-int8.luodi")
    plan = load(made.path).plan
    assert plan["members"][0]["params"]["changed"]["bits"] == "whole"
    assert b"QuantizeLinear" in load(made.path).members.model


def test_compress_writes_a_smaller_release_and_its_table(place, tmp_path):
    root, _ = place
    target = tmp_path / "small.luodi"
    ran = luodi("compress", root / "shapes.luodi", "--max-drop", "2", "-o", target, "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["passed"] and told["path"] == str(target) and load(target).digest == told["digest"]
    original, *others = told["table"]
    assert original["name"] == "original" and len(others) >= 2
    (chosen,) = [row for row in told["table"] if row["chosen"]]
    assert chosen["size_mb"] < original["size_mb"] and chosen["drop"] <= 2
    assert {"low", "high", "worst_class", "one_row_ms_p99", "peak_mb"} <= set(chosen)
    assert told["against_original"]["by_class"]


def test_a_contract_that_nothing_keeps_is_refused_with_the_nearest(place):
    root, _ = place
    before = set(root.iterdir())
    few = ("--max-mb", "0.0001", "--budget", "1s", "--lang", "zh")
    ran = luodi("compress", root / "shapes.luodi", *few)
    assert ran.returncode == 1 and set(root.iterdir()) == before
    assert "compress.none_keeps" in ran.stdout and "没有更小的网络满足要求" in ran.stdout
    assert "size_mb" in ran.stdout


def test_a_holdout_that_the_networks_may_have_seen_is_refused(place, tmp_path):
    root, _ = place
    folder(tmp_path / "photos", 239, seed=1)
    text = json.loads((root / "task.yaml").read_text())
    text["data"]["source"] = str(tmp_path / "photos")
    with pytest.raises(LuodiError) as raised:
        loop.compress(root / "shapes.luodi", Contract(), task=Task.load(text))
    assert raised.value.code == "compress.other_data"


def test_the_task_must_be_the_releases_own(place, tmp_path):
    root, _ = place
    text = json.loads((root / "task.yaml").read_text())
    with pytest.raises(LuodiError) as raised:
        loop.compress(root / "shapes.luodi", Contract(), task=Task.load({**text, "name": "other"}))
    assert raised.value.code == "compress.other_task"
    copy = tmp_path / "alone.luodi"
    copy.write_bytes((root / "shapes.luodi").read_bytes())
    ran = luodi("compress", copy)
    assert ran.returncode == 2 and "compress.no_task" in ran.stderr


def test_a_network_that_was_made_small_is_not_made_smaller(place):
    root, _ = place
    with pytest.raises(LuodiError) as raised:
        loop.compress(root / "shapes-int8.luodi", Contract())
    assert raised.value.code == "compress.not_plain"


def test_tables_are_told_before_anything_is_trained(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n" + "\n".join(f"{n},{n % 2}" for n in range(60)))
    task = {"name": "a", "goal": "classify", "data": {"source": "a.csv", "target": "y"}}
    (tmp_path / "task.yaml").write_text(json.dumps(task))
    with pytest.raises(LuodiError) as raised:
        loop.build(tmp_path / "task.yaml", output=tmp_path, edge=Contract())
    assert raised.value.code == "compress.no_network"


@pytest.mark.parametrize("option", ["--max-mb=0", "--max-mb=-1", "--max-ms=nan", "--max-drop=-1"])
def test_limits_that_make_no_sense_are_refused(place, option):
    root, _ = place
    ran = luodi("compress", root / "shapes.luodi", option)
    assert ran.returncode == 2 and "compress.limit" in ran.stderr
