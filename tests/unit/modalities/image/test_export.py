"""What ships answers as the trained networks do, and says how it was made."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from shapes import KINDS, SIDE, parts, task

from luodi.core.codec import Codec
from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Recipe
from luodi.modalities import modality
from luodi.modalities.codecs import codec as read_codec
from luodi.modalities.image import adversary, export, trained
from luodi.runtime.score import Scorer

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
    probabilities, decision, review, _ = session(batch.feeds)
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
    probabilities, _, review, *_ = session(batch.feeds)
    said = trained.says(candidate, list(batch.feeds["image"]))
    assert probabilities == pytest.approx(said.probabilities, abs=1e-6)
    assert (review == said.review).all()


def test_several_members_are_weighed(built):
    own, candidate = built
    workshop = IMAGES.workshop(own, task())
    *_, other = workshop.fit(Recipe("linear", {}, "pixels", 0, (3,)))
    both = replace(candidate, members=(*candidate.members, other), weights=(0.75, 0.25))
    made = export.proven(export.converted(both), both, own, task())
    assert made.parity["records"]["largest"] <= 1e-5 and len(made.plan["members"]) == 2


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


def test_the_graph_says_how_strange_an_image_is_as_the_networks_do(built, shipped):
    _, candidate = built
    codec, session = opened(shipped)
    assert session.names[-1] == "strangeness"
    for image in adversary.images(codec, 24, seed=6):
        batch = codec.encode_row({"image": image})
        said = trained.says(candidate, list(batch.feeds["image"]))
        assert session(batch.feeds)[3] == pytest.approx(said.strangeness, rel=1e-4, abs=1e-4)


def test_strange_images_go_to_review_with_a_warning_and_own_ones_do_not(built, shipped):
    own, _ = built
    scorer = Scorer(shipped.model, shipped.codec)
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), np.uint8)
    answer = scorer.predict({"image": noise})
    assert answer["action"] == "review" and answer["warnings"] == ["unlike_training:image"]
    assert answer["strangeness"] > 1
    usual = scorer.score([{"image": file} for file in own.holdout.table["image"]])
    strange = usual.strangeness > 1
    assert strange.mean() < 0.2
    assert [bool(codes) for codes in usual.warnings] == strange.tolist()
    alone = [scorer.predict({"image": file}) for file in own.holdout.table["image"]]
    assert [one["strangeness"] for one in alone] == pytest.approx(usual.strangeness, rel=1e-4)


def test_a_task_may_do_without_the_look_for_strange_images(built):
    own, candidate = built
    plain = replace(candidate, prepared=replace(candidate.prepared, strange=0.0))
    made = export.proven(export.converted(plain), plain, own, task())
    scorer = Scorer(made.model, made.codec)
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), np.uint8)
    assert "strangeness" not in scorer.predict({"image": noise})
    assert "strangeness" not in made.golden["answers"]
    asked = task(review={"strange": 0})
    assert not IMAGES.workshop(own, asked).prepared.strange


def test_a_higher_rate_calls_more_images_strange(built):
    _, candidate = built
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 1), np.uint8)
    found = [
        trained.says(
            replace(candidate, prepared=replace(candidate.prepared, strange=rate)), [noise]
        ).strangeness[0]
        for rate in (0.01, 0.2)
    ]
    assert found[0] < found[1]


def test_the_proof_sees_a_graph_that_finds_other_images_strange(built, shipped):
    own, candidate = built
    (member,) = candidate.members
    (model,) = member.models
    first, *rest = model.strange.stages
    off = replace(first, centre=first.centre + 0.5)
    other = replace(model, strange=replace(model.strange, stages=(off, *rest)))
    changed = replace(candidate, members=(replace(member, models=(other,)),))
    with pytest.raises(LuodiError) as raised:
        export.proven(shipped, changed, own, task())
    assert raised.value.code == "convert.parity"


def test_two_networks_find_an_image_as_strange_as_they_do_by_weight(built):
    own, candidate = built
    workshop = IMAGES.workshop(own, task())
    *_, other = workshop.fit(Recipe("mlp", {}, "pixels", 0, (2,)))
    both = replace(candidate, members=(*candidate.members, other), weights=(0.75, 0.25))
    made = export.proven(export.converted(both), both, own, task())
    assert made.parity["records"]["largest"] <= 1e-5
    images = [{"image": file} for file in own.holdout.table["image"]]
    assert (Scorer(made.model, made.codec).score(images).strangeness > 1).mean() < 0.2


def test_how_strange_usual_images_are_is_counted_over_images_not_learned_from(built, shipped):
    own, _ = built
    column = shipped.reference["columns"]["strangeness"]
    assert sum(column["counts"]) == len(own.folds[0])
    (fold,) = own.folds
    fresh = own.train.table[fold]["image"].to_list()
    strangeness = Scorer(shipped.model, shipped.codec).score([{"image": file} for file in fresh])
    assert column["mean"] == pytest.approx(strangeness.strangeness.mean(), rel=1e-4)
