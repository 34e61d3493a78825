"""Networks of a release come back as they were, are changed, and are made again from the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapes import KINDS, parts, task

from luodi import train
from luodi.core.errors import LuodiError
from luodi.core.values import Recipe
from luodi.modalities import modality
from luodi.modalities.image import export
from luodi.modalities.image.learn.networks import NETWORKS
from luodi.modalities.image.learn.portfolio import DEFAULTS
from luodi.modalities.image.shrink.change import Size, students

IMAGES = modality("image")
SHAPE = (1, 16, 16)


@pytest.fixture(scope="module")
def workshop():
    return IMAGES.workshop(parts(), task())


@pytest.fixture(scope="module")
def shrinker(workshop):
    return IMAGES.shrinker(workshop)


@pytest.fixture(scope="module")
def member(workshop):
    settings = replace(DEFAULTS["lenet"], batch=32).to_json()
    recipe = Recipe("lenet", settings, "pixels", 0, (4,))
    *_, made = workshop.fit(recipe)
    return made


def shipped(workshop, members, name="one"):
    weights = (1 / len(members),) * len(members)
    candidate = train.candidate(name, tuple(members), weights, workshop, task())
    return candidate, export.proven(export.converted(candidate), candidate, parts(), task())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_networks_are_read_back_from_the_graph_they_were_written_to(
    workshop, shrinker, member, count
):
    other = replace(member.recipe, family="resnet8", seed=1)
    dense = replace(member.recipe, family="mlp", seed=2)
    members = [member, *workshop.fit(other), *workshop.fit(dense)][:count]
    candidate, artifact = shipped(workshop, members)
    found = shrinker.restored(artifact.model, artifact.plan)
    assert [one.recipe.family for one in found] == [one.recipe.family for one in members]
    again = replace(candidate, members=found)
    (_, before), (_, after) = map(shrinker.held_out, (artifact, IMAGES.converted(again)))
    assert after == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize("family", ["lenet", "mlp", "resnet9"])
def test_a_network_that_asks_about_the_mirror_image_does_so_when_it_is_smaller(
    workshop, shrinker, member, family
):
    asked = {**member.recipe.params, "views": 2, "width": 0.25}
    twice = replace(member.recipe, family=family, params=asked, rounds=(1,))
    members = [*workshop.fit(twice), *workshop.fit(replace(twice, seed=1))]
    candidate, artifact = shipped(workshop, members)
    found = shrinker.restored(artifact.model, artifact.plan)
    assert all(one.models[0].mirrored for one in found)
    again = replace(candidate, members=found)
    (_, before), (_, after) = map(shrinker.held_out, (artifact, IMAGES.converted(again)))
    assert after == pytest.approx(before, abs=1e-6)
    for change in shrinker.changes()[:2]:
        small = shrinker.changed((found[0],), (1.0,), change)
        assert small.models[0].mirrored and small.recipe.params["views"] == 2
        assert shipped(workshop, [small])[1].parity["passed"]


def test_what_was_not_learned_here_is_refused(workshop, shrinker):
    head = next(one for one in workshop.portfolio() if one.family == "bank")
    members = [*workshop.fit(head)]
    _, artifact = shipped(workshop, members)
    with pytest.raises(LuodiError) as raised:
        shrinker.restored(artifact.model, artifact.plan)
    assert raised.value.code == "compress.brought" and raised.value.facts["family"] == "bank"


def test_what_is_small_already_is_not_read_back(workshop, shrinker, member):
    small = shrinker.changed((member,), (1.0,), shrinker.changes()[1])
    _, artifact = shipped(workshop, [small])
    with pytest.raises(LuodiError) as raised:
        shrinker.restored(artifact.model, artifact.plan)
    assert raised.value.code == "compress.not_plain"


def test_networks_for_another_size_of_images_are_refused(workshop, shrinker, member):
    _, artifact = shipped(workshop, [member])
    with pytest.raises(LuodiError) as raised:
        shrinker.restored(artifact.model, {**artifact.plan, "height": 99})
    assert raised.value.code == "compress.other_data"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_change_is_proven_and_repeated_from_its_recipe(workshop, shrinker, member, place):
    change = shrinker.changes()[place]
    small = shrinker.changed((member,), (1.0,), change)
    _, artifact = shipped(workshop, [small])
    assert artifact.parity["passed"]
    assert bool(artifact.parity.get("whole")) == change.whole
    (told,) = artifact.plan["members"]
    recipe = Recipe(
        told["family"], told["params"], told["features"], told["seed"], tuple(told["rounds"])
    )
    *_, again = workshop.fit(recipe)
    assert again.score == small.score
    assert shipped(workshop, [again])[1].model == artifact.model


def test_a_student_is_narrower_knows_the_classes_and_can_be_made_again(workshop, shrinker, member):
    pruned, *others = shrinker.students((member,), None)
    assert pruned.settings["begin"] == "pruned" and pruned.settings["width"] < 1.0
    assert {"resnet8", "mobilenet"} <= {one.settings["family"] for one in others}
    small = shrinker.changed((member,), (1.0,), pruned, seconds=4.0)
    assert small is not None and small.score > 0.9
    _, artifact = shipped(workshop, [small])
    assert len(artifact.model) < len(shipped(workshop, [member])[1].model)
    *_, again = workshop.fit(small.recipe)
    assert again.score > 0.9 and again.recipe.params == small.recipe.params


def test_a_student_of_two_learns_from_both(workshop, shrinker, member):
    *_, other = workshop.fit(replace(member.recipe, seed=5))
    distilled = next(
        one for one in shrinker.students((member,), None) if one.settings["begin"] == "distilled"
    )
    small = shrinker.changed((member, other), (0.75, 0.25), distilled, seconds=5.0)
    assert small is not None
    told = small.recipe.params["from"]
    assert [one["weight"] for one in told] == [0.75, 0.25]
    assert [one["seed"] for one in told] == [0, 5]


def test_a_training_without_time_is_not_begun(shrinker, member):
    change = shrinker.students((member,), None)[0]
    assert shrinker.changed((member,), (1.0,), change, seconds=1e-4) is None


@pytest.mark.parametrize("family", sorted(set(NETWORKS) - {"dumb", "linear"}))
def test_students_keep_to_the_size_that_is_wanted(workshop, member, family):
    own = replace(member, recipe=replace(member.recipe, family=family, params={"width": 1.0}))
    most = Size.of(family, SHAPE, 3, 1.0).megabytes / 3
    found = students(own, SHAPE, len(KINDS), most)
    assert found
    for one in found:
        size = Size.of(one.settings["family"], SHAPE, 3, one.settings["width"])
        assert size.megabytes <= most


def test_a_graph_answers_rows_that_nothing_learned_from(workshop, shrinker, member):
    _, artifact = shipped(workshop, [member])
    truth, probabilities = shrinker.held_out(artifact)
    (held,) = workshop.folds
    assert (truth == workshop.truth[held]).all() and len(truth) == len(held)
    assert np.mean(probabilities.argmax(1) == truth) > 0.9
