"""What ships answers as the trained networks do, and says how it was made."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from shapes import KINDS, parts, task

from luodi.core.codec import Codec
from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Recipe
from luodi.modalities import modality
from luodi.modalities.codecs import codec as read_codec
from luodi.modalities.image import adversary, export, trained

IMAGES = modality("image")
RULE = {"costs": [[0, 1, 1], [1, 0, 1], [1, 1, 0]], "threshold": None, "review": None}


@pytest.fixture(scope="module")
def built():
    own = parts()
    workshop = IMAGES.workshop(own, task())
    recipe = Recipe("lenet", {"width": 0.25, "batch": 32}, "pixels", 0, (6,))
    *_, member = workshop.fit(recipe)
    whole = Candidate("single", (member,), (1.0,), {"slope": 1.0, "offset": 0.0}, RULE,
                      member.score, workshop.prepared)  # fmt: skip
    return own, whole


@pytest.fixture(scope="module")
def shipped(built):
    own, candidate = built
    return export.proven(export.converted(candidate), candidate, own, task())


def opened(artifact) -> tuple[Codec, Session]:
    codec = read_codec(artifact.codec)
    return codec, Session(artifact.model, codec.goal)


def test_the_graph_answers_files_as_the_network_answers_pixels(built, shipped):
    own, candidate = built
    codec, session = opened(shipped)
    images = own.holdout.table["image"].to_list()
    batch = codec.encode_rows([{"image": file} for file in images])
    probabilities, decision, review = session(batch.feeds)
    said = trained.says(candidate, list(batch.feeds["image"]))
    assert probabilities == pytest.approx(said.probabilities, abs=1e-6)
    assert (decision == said.decision).all() and not review.any()
    truth = [codec.classes.index(label) for label in own.holdout.table["label"]]
    assert np.mean(decision == truth) > 0.9


def test_images_of_any_size_are_answered_as_by_the_network(built, shipped):
    _, candidate = built
    codec, session = opened(shipped)
    for image in adversary.images(codec, 24, seed=5):
        batch = codec.encode_row({"image": image})
        said = trained.says(candidate, list(batch.feeds["image"]))
        assert session(batch.feeds)[0] == pytest.approx(said.probabilities, abs=1e-5)


def test_the_proof_names_what_was_compared(shipped):
    assert shipped.parity["passed"] and shipped.parity["records"]["rows"] == 30
    assert shipped.parity["adversarial"]["rows"] == 100
    assert shipped.parity["records"]["largest"] <= shipped.parity["tolerance"] == 1e-4


def test_a_graph_that_answers_otherwise_is_refused(built, shipped):
    own, candidate = built
    (member,) = candidate.members
    (model,) = member.models
    other = replace(model, mean=tuple(value + 20 for value in model.mean))
    changed = replace(candidate, members=(replace(member, models=(other,)),))
    with pytest.raises(LuodiError) as raised:
        export.proven(shipped, changed, own, task())
    assert raised.value.code == "convert.parity"


def test_golden_images_are_made_up_and_come_back_from_json(shipped):
    codec, session = opened(shipped)
    golden = json.loads(json.dumps(shipped.golden))
    batch = codec.encode_rows(golden["rows"])
    assert len(golden["rows"]) == 8
    assert session(batch.feeds)[0].tolist() == golden["answers"]["probabilities"]


def test_the_reference_counts_light_and_sharpness_and_answers(shipped):
    columns = shipped.reference["columns"]
    assert columns["brightness"]["missing"] == 0 and columns["sharpness"]["counts"]
    assert sum(shipped.reference["answers"]["decision"].values()) == 120
    assert shipped.reference == json.loads(json.dumps(shipped.reference))


def test_the_plan_is_enough_to_build_it_again(built, shipped):
    _, candidate = built
    (member,) = shipped.plan["members"]
    assert member["family"] == "lenet" and member["rounds"] == [6]
    assert shipped.plan["format"] == "image-plan/1" and shipped.plan["metric"] == "accuracy"
    assert candidate.prepared.codec.classes == KINDS


def test_two_classes_have_a_threshold_and_a_review(built):
    own, _ = built
    two = replace(own, **{
        name: replace(part, table=part.table.filter(part.table["label"] != "disc"))
        for name, part in (("train", own.train), ("holdout", own.holdout))
    }, folds=(np.arange(0, 80, 5),))  # fmt: skip
    workshop = IMAGES.workshop(two, task())
    *_, member = workshop.fit(Recipe("linear", {}, "pixels", 0, (8,)))
    rule = {"costs": [[0, 1], [5, 0]], "threshold": None, "review": 0.3}
    candidate = Candidate("single", (member,), (1.0,), {"slope": 0.5, "offset": 0.1}, rule,
                          member.score, workshop.prepared)  # fmt: skip
    made = export.proven(export.converted(candidate), candidate, two, task())
    codec, session = opened(made)
    batch = codec.encode_rows([{"image": file} for file in two.holdout.table["image"]])
    probabilities, _, review = session(batch.feeds)
    said = trained.says(candidate, list(batch.feeds["image"]))
    assert probabilities == pytest.approx(said.probabilities, abs=1e-6)
    assert (review == said.review).all()


def test_several_members_are_weighed(built):
    own, candidate = built
    workshop = IMAGES.workshop(own, task())
    *_, other = workshop.fit(Recipe("linear", {}, "pixels", 0, (3,)))
    both = replace(candidate, members=(*candidate.members, other), weights=(0.75, 0.25))
    made = export.proven(export.converted(both), both, own, task())
    assert made.parity["records"]["largest"] <= 1e-6 and len(made.plan["members"]) == 2


def test_large_photos_are_proven_a_few_at_a_time(built, monkeypatch):
    from luodi.modalities.image.codec import layout

    own, candidate = built
    # as with photos of megapixels: all of them together are more than may be laid out at once
    monkeypatch.setattr(layout, "MOST_TOGETHER", 16 * 16 * 8)
    monkeypatch.setattr(layout, "MOST_AT_ONCE", 16 * 16 * 4)
    monkeypatch.setattr(
        adversary, "images", lambda *given, **how: [np.zeros((16, 16, 1), np.uint8)]
    )
    made = export.proven(export.converted(candidate), candidate, own, task())
    assert made.parity["records"]["rows"] == 30 and made.reference["rows"] == 120
