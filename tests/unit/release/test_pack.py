"""What was judged is what is packed: the same parts give the same bytes, checked by loading."""

from __future__ import annotations

import json

import pytest

from fuzz.release_maker import good
from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.core.values import Artifact, GateResult, Verdict
from luodi.release.pack import pack, write
from luodi.runtime.load import load
from luodi.runtime.verify import STEPS, verify
from luodi.store import seal

TASK = Task.load({"name": "t", "goal": "classify", "data": {"source": "a.csv", "target": "fails"}})
CARD = {"title": "t", "built": "2026-11-21T22:00:00Z"}


@pytest.fixture(autouse=True)
def keys(tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))


def artifact(**changes) -> Artifact:
    names = ("codec", "golden", "reference", "plan")
    parts = {name: json.loads(good()[f"{name}.json"]) for name in names}
    return Artifact(**{"model": good()["model.onnx"], "parity": {}, **parts, **changes})


def verdict(*passed: bool) -> Verdict:
    gates = tuple(GateResult(f"gate_{i}", p, ">= 1", 0.5) for i, p in enumerate(passed))
    return Verdict({}, gates, {})


def packed(**options) -> bytes:
    return pack(TASK, artifact(), verdict(True), {"luodi": "0"}, **{"card": CARD, **options})


def test_what_is_packed_loads_and_is_signed_by_this_user():
    loaded = load(packed(), key=seal.public_key())
    assert loaded.signer.demanded and loaded.signer.verified
    assert loaded.card == CARD


def test_building_twice_gives_the_same_bytes():
    assert packed() == packed()


def test_times_on_the_card_do_not_change_the_digest():
    later = packed(card={**CARD, "built": "2027-01-01T00:00:00Z"})
    assert later != packed()
    assert load(later).digest == load(packed()).digest


def test_a_release_can_be_left_unsigned():
    assert load(packed(sign=False)).signer.fingerprint is None


def test_a_failed_gate_is_not_packed_unless_forced():
    arguments = (TASK, artifact(), verdict(True, False, False), {})
    with pytest.raises(LuodiError) as caught:
        pack(*arguments, card=CARD)
    assert caught.value.code == "release.gate_failed"
    assert caught.value.facts["gates"] == "gate_1, gate_2"
    assert load(pack(*arguments, card=CARD, force=True)).name == "t"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", "\ud800"])
def test_what_is_not_json_data_is_not_packed(value):
    with pytest.raises(LuodiError) as caught:
        packed(card={"a": value})
    assert caught.value.code == "release.not_json"


def test_an_artifact_that_does_not_answer_as_judged_is_not_packed():
    golden = json.loads(good()["golden.json"])
    golden["answers"]["decision"] = [1 - d for d in golden["answers"]["decision"]]
    with pytest.raises(LuodiError) as caught:
        pack(TASK, artifact(golden=golden), verdict(True), {}, card=CARD)
    assert caught.value.code == "release.golden"


def test_writing_is_whole_and_readable_by_others(tmp_path):
    path = write(tmp_path / "t.luodi", packed())
    assert path.read_bytes() == packed()
    assert path.stat().st_mode & 0o777 == 0o644


def test_verify_reports_every_step_with_its_time():
    report = verify(packed(), seal.public_key())
    assert report.ok
    assert [(step.name, step.outcome) for step in report.steps] == [(s, "ok") for s in STEPS]
    assert all(step.milliseconds >= 0 for step in report.steps)
    record = report.record()
    assert record["digest"] == load(packed()).digest
    assert record["signature_checked"] and record["signer_demanded"]
    json.dumps(record)


@pytest.mark.parametrize(
    ("spoil", "step", "code"),
    [
        (lambda data: data[:-1], "structure", "release.truncated"),
        (lambda data: b"x", "structure", "release.not_a_release"),
        (lambda data: data.replace(b'"built"', b'"BUILT"'), "structure", "release.damaged"),
    ],
)
def test_verify_says_which_step_failed_and_skips_the_rest(spoil, step, code):
    report = verify(spoil(packed()))
    outcomes = {s.name: s.outcome for s in report.steps}
    at = STEPS.index(step)
    assert [outcomes[name] for name in STEPS[at:]] == ["failed"] + ["skipped"] * (6 - at)
    assert report.error.code == code
    assert report.record()["error"]["code"] == code
    json.dumps(report.record())


def test_verify_of_a_missing_file_is_a_report_too(tmp_path):
    report = verify(tmp_path / "no.luodi")
    assert (report.ok, report.error.code) == (False, "release.not_found")
