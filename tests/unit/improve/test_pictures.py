"""Pictures go round the loop as tables do: answered, told the truth, learned from, promoted."""

from __future__ import annotations

import base64
import json
import sys

import numpy as np
import pytest

import luodi
from luodi import loop
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id
from unit.improve.world import DAY, kinds

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/modalities/image")
from pictures import saved
from shapes import KINDS, folder, picture

BUDGET = "8s"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a task, its photos, and a release made of them."""
    root = tmp_path_factory.mktemp("inspection")
    photos = folder(root / "photos", 240)
    task = {
        "name": "inspection",
        "goal": "classify",
        "data": {"source": str(photos), "target": "label", "modality": "image"},
        "metric": "accuracy",
        "budget": BUDGET,
    }
    (root / "task.yaml").write_text(json.dumps(task))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUODI_KEY_DIR", str(root))
        loop.build(root / "task.yaml", output=root / "inspection.luodi", force=True)
        yield root


def relit(rows: int, seed: int) -> tuple[list[dict[str, str]], list[str]]:
    """Records of pictures, and what they show: of every other one light and dark are swapped."""
    random = np.random.default_rng(seed)
    shown = [KINDS[number % len(KINDS)] for number in range(rows)]
    swapped = random.random(rows) < 0.5
    pictures = [picture(kind, random) for kind in shown]
    files = [saved(255 - one if dark else one) for one, dark in zip(pictures, swapped, strict=True)]
    return [{"image": base64.b64encode(file).decode()} for file in files], shown


def answered(
    home: Home, release: luodi.Release, rows: int, days: tuple[float, float], seed: int
) -> None:
    """Answers of some days to pictures in another light, each with its truth a day later."""
    records, shown = relit(rows, seed)
    scores = release.score(records)
    start, end = days
    at = [now_us() - int((start + (end - start) * i / rows) * DAY) for i in range(rows)]
    made = [
        Prediction(
            new_id(moment), release.digest, release.scorer.classes[int(d)], record,
            "review" if r else "accept", float(p.max()), at=moment,
        )
        for moment, d, p, r, record in zip(
            at, scores.decision, scores.probabilities, scores.review, records, strict=True
        )
    ]  # fmt: skip
    home.ledger.keep_predictions(made).result()
    came = [Outcome(one.id, kind, one.at + DAY) for one, kind in zip(made, shown, strict=True)]
    home.ledger.keep_outcomes(came).result()


def test_another_light_brings_a_network_that_wins_and_takes_over(place, tmp_path):
    first = luodi.load(place / "inspection.luodi")
    with Home.create(tmp_path / "home") as home:
        home.add((place / "inspection.luodi").read_bytes(), first.digest, "inspection", {})
        home.ledger.promote("inspection", first.digest, Reason("a test", "to begin"))
        answered(home, first, 600, (30, 8), seed=5)
        steps = loop.improve(place / "task.yaml", home)
        assert kinds(steps)[0] == "trained"
        answered(home, first, 600, (8, 2), seed=6)
        steps += loop.improve(place / "task.yaml", home)
        assert "promoted" in kinds(steps), [step.text() for step in steps]
        held = home.ledger.aliases("inspection")
        assert held["champion"] == steps[0].facts["release"] and held["previous"] == first.digest
        (known,) = [
            one for one in home.ledger.releases("inspection") if one.digest == held["champion"]
        ]
        second = luodi.load(home.blobs.get(known.blob))
        home.ledger.verify_audit()
    records, shown = relit(150, 9)
    was, now = (
        np.mean([answer["decision"] for answer in release.predict(records)] == np.array(shown))
        for release in (first, second)
    )
    assert was < 0.7 and now > 0.9


def test_pictures_of_the_holdout_that_came_back_judge_no_longer(place):
    from luodi.core.task import Task
    from luodi.improve.window import ALL
    from luodi.loop.improving import _grown
    from luodi.loop.pipeline import examined
    from luodi.modalities import modality

    task = Task.load(place / "task.yaml")
    parts, _ = examined(task, lambda event: None)
    kind, shown = modality("image"), parts.holdout.table[:5]
    fresh, kinds_of = relit(20, 11)
    tried = [{"image": base64.b64encode(file).decode()} for file in shown["image"]]
    new, judging = (
        kind.returned(parts.train, records, truths, [0] * len(truths), task)
        for records, truths in (
            (tried + fresh[:10], shown["label"].to_list() + kinds_of[:10]),
            (fresh[5:], kinds_of[5:]),
        )
    )
    grown = _grown(parts, new, judging, ALL, task)
    held = set(grown.holdout.table["image"])
    assert not held & set(new.table["image"])
    assert set(parts.holdout.table["image"][5:]) <= held
    assert set(judging.table["image"][5:]) <= held
    assert set(new.table["image"]) <= set(grown.train.table["image"])
