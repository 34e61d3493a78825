"""A release that loads answers as it was judged, with its digest beside every answer."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fuzz.release_maker import ROWS, good, release
from luodi.core.errors import LuodiError
from luodi.core.manifest import canonical_json
from luodi.runtime import golden
from luodi.runtime.load import load


def test_every_answer_carries_the_digest():
    loaded = load(release())
    assert loaded.predict(ROWS[0])["release"] == loaded.digest
    assert {answer["release"] for answer in loaded.predict(ROWS)} == {loaded.digest}
    assert loaded.digest.startswith("sha256:") and len(loaded.digest) == 71


def test_what_the_release_holds_can_be_read():
    loaded = load(release())
    assert (loaded.name, loaded.goal) == ("t", "classify")
    assert loaded.card == {"title": "t"}
    assert loaded.plan == {"seed": 0}
    assert loaded.provenance == {"luodi": "0"}
    assert loaded.codec["target"] == "fails"
    assert loaded.reference == {"rows": 4}
    assert loaded.golden["rows"] == ROWS
    assert loaded.signer.fingerprint is None


def test_card_and_provenance_do_not_change_the_digest_and_the_model_does():
    same = release(card=b'{"title":"other"}', provenance=b'{"built":"later"}')
    assert load(same).digest == load(release()).digest
    assert load(release(plan=b'{"seed":1}')).digest != load(release()).digest


def test_a_release_cannot_be_changed_after_loading():
    with pytest.raises(AttributeError):
        load(release()).manifest = None


@pytest.mark.parametrize(("shift", "holds"), [(5e-7, True), (2e-6, False)])
def test_golden_answers_may_differ_by_rounding_only(shift, holds):
    spoiled = json.loads(good()["golden.json"])
    moved = np.array(spoiled["answers"]["probabilities"]) + shift
    spoiled["answers"]["probabilities"] = moved.tolist()
    data = release(golden=canonical_json(spoiled))
    if holds:
        assert load(data).name == "t"
        return
    with pytest.raises(LuodiError) as caught:
        load(data)
    assert caught.value.code == "release.golden"
    assert caught.value.facts["row"] == 0


class Values:
    """A scorer of another goal, with values of any size."""

    goal, classes = "regress", ()

    def __init__(self, value):
        self.value, self.probabilities, self.codec = np.array(value), None, self

    def score_batch(self, rows):
        return self

    predict = encode_rows = score_batch


@pytest.mark.parametrize(
    ("value", "wanted", "holds"),
    [(1e9, 1e9 + 500, True), (1e9, 1e9 + 5000, False), (0.0, 5e-7, True), (np.nan, 1.0, False)],
)
def test_large_values_are_compared_by_their_relative_difference(value, wanted, holds):
    rows = {"rows": [{}], "answers": {"value": [wanted]}}
    if holds:
        assert golden.check(rows, Values([value])) <= golden.TOLERANCE
        return
    with pytest.raises(LuodiError):
        golden.check(rows, Values([value]))


def test_the_steps_are_watched_in_their_order():
    from contextlib import nullcontext

    seen = []
    load(release(), watch=lambda step: (seen.append(step), nullcontext())[1])
    assert seen == ["size", "structure", "signature", "digests", "graph", "session", "golden"]
