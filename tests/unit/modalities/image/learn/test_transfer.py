"""What a network knew already is used, shipped as it was judged, and repeated only as it was."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "backbone"))
import shapes
from small import SIDE, Mapped, exported, task, written

from luodi.core.errors import LuodiError
from luodi.core.values import Candidate
from luodi.modalities.image import export
from luodi.modalities.image.learn import head
from luodi.modalities.image.learn.fitted import softmax
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.workshop import ImageWorkshop

RULE = {"costs": [[0, 1, 1], [1, 0, 1], [1, 1, 0]], "threshold": None, "review": None}


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    torch.manual_seed(0)
    return written(tmp_path_factory.mktemp("backbones"), exported(Mapped()))


@pytest.fixture(scope="module")
def shop(path) -> ImageWorkshop:
    return ImageWorkshop(shapes.parts(), task(path, mean=0.5, std=0.25))


def candidate(shop, *members) -> Candidate:
    weights = tuple(1 / len(members) for _ in members)
    neutral = {"slope": 1.0, "offset": 0.0}
    return Candidate("single", members, weights, neutral, RULE, 1.0, shop.prepared)


def test_a_backbone_comes_first_and_a_bank_next_where_there_are_few_images(shop):
    assert [one.family for one in shop.portfolio()][:2] == ["frozen", "bank"]
    plain = ImageWorkshop(shapes.parts(), shapes.task())
    assert plain.portfolio()[0].family == "bank"
    many = ImageWorkshop(shapes.parts(240), shapes.task())
    assert many.portfolio()[0].family != "bank"


def test_a_head_has_not_learned_from_the_rows_it_is_judged_by(shop):
    (member,) = shop.fit(shop.portfolio()[0])
    (valid,) = shop.folds
    others = np.setdiff1d(np.arange(len(shop.truth)), valid)
    assert np.isnan(member.out_of_fold[others]).all() and member.score > 0.9
    changed = ImageWorkshop(shapes.parts(), shop.task)
    changed.truth[valid] = (changed.truth[valid] + 1) % 3
    (again,) = changed.fit(changed.portfolio()[0])
    assert np.array_equal(member.out_of_fold, again.out_of_fold, equal_nan=True)


def test_the_strength_is_chosen_once_and_then_repeated(shop):
    recipe = shop.portfolio()[0]
    (member,) = shop.fit(recipe)
    assert recipe.params["strength"] == 0 and member.recipe.params["strength"] in head.STRENGTHS
    (again,) = shop.fit(member.recipe)
    assert again.recipe == member.recipe
    assert np.array_equal(member.out_of_fold, again.out_of_fold, equal_nan=True)


def test_features_are_computed_once_and_told_of(path):
    heard = []
    found = ImageWorkshop(shapes.parts(), task(path), listener=heard.append)
    for _ in range(2):
        list(found.fit(found.portfolio()[0]))
    told = [e.data for e in heard if e.data.get("what") == "features"]
    assert [one["done"] for one in told if one["done"] == one["total"]] == [120]


def test_features_that_would_take_too_long_are_left_out_and_that_is_told(path):
    heard = []
    found = ImageWorkshop(shapes.parts(), task(path), listener=heard.append)
    assert list(found.fit(found.portfolio()[0], seconds=1e-9)) == []
    assert "backbone_slow" in [e.data.get("text") for e in heard]


def test_what_ships_holds_the_backbone_once_and_answers_as_the_file_and_the_head(shop):
    import onnx

    first, second, *_ = shop.portfolio()
    members = [next(iter(shop.fit(one))) for one in (first, second)]
    other = replace(members[0], recipe=replace(members[0].recipe, seed=1))
    shipped = [shop.shipped(one, True) for one in (*members, other)]
    whole = candidate(shop, *shipped)
    own = shapes.parts()
    artifact = export.proven(export.converted(whole), whole, own, shop.task)
    assert artifact.parity["passed"] and artifact.parity["records"]["largest"] < 1e-5
    nodes = [n.op_type for n in onnx.load_model_from_string(artifact.model).graph.node]
    assert nodes.count("HardSwish") == 1  # the backbone's last
    assert artifact.plan["backbone"]["source"] == shop.task.train.backbone
    assert artifact.plan["backbone"]["digest"].startswith("sha256:")


def test_another_head_than_was_trained_is_refused(shop):
    (member,) = shop.fit(shop.portfolio()[0])
    (model,) = member.models
    spoiled = replace(model.head, bias=model.head.bias + np.array([0.0, 0.01, 0.0]))
    changed = replace(member, models=(replace(model, head=spoiled),))
    artifact = export.converted(candidate(shop, member))
    with pytest.raises(LuodiError) as caught:
        export.proven(artifact, candidate(shop, changed), shapes.parts(), shop.task)
    assert caught.value.code == "convert.parity"


def test_a_head_of_few_images_ships_with_what_all_of_them_teach(shop):
    (member,) = shop.fit(shop.portfolio()[1])
    again = shop.shipped(member, True)
    assert again.models[0].head.strength == member.models[0].head.strength
    assert not np.array_equal(again.models[0].head.bias, member.models[0].head.bias)


def test_a_plan_is_repeated_only_with_the_same_backbone(shop, path, tmp_path):
    (member,) = shop.fit(shop.portfolio()[0])
    whole = candidate(shop, member)
    plan = export.proven(export.converted(whole), whole, shapes.parts(), shop.task).plan
    moved = written(tmp_path, path.read_bytes(), "moved.onnx")
    ImageWorkshop(shapes.parts(), task(moved, mean=0.5, std=0.25), plan)
    torch.manual_seed(1)
    other = written(tmp_path, exported(Mapped()), "other.onnx")
    for wrong in (task(other, mean=0.5, std=0.25), task(path, mean=0.4, std=0.25), shapes.task()):
        with pytest.raises(LuodiError) as caught:
            ImageWorkshop(shapes.parts(), wrong, plan)
        assert caught.value.code == "backbone.planned" and plan["backbone"]["digest"][7:] in str(
            caught.value
        )


def test_the_search_may_ask_for_every_family_that_there_is(shop):
    for wanted in shop.portfolio():
        named = {f"{wanted.family}.{k}": v for k, v in wanted.params.items()}
        found = shop.explore(optuna.trial.FixedTrial(named), wanted.family)
        assert found.family == wanted.family and found.params.keys() == wanted.params.keys()


def test_a_network_of_this_house_is_trained_on_at_a_low_rate(tmp_path):
    from safetensors.torch import save

    torch.manual_seed(0)
    network = built("resnet8", (1, SIDE, SIDE), 4, 0.5)
    told = {"family": "resnet8", "shape": f"1,{SIDE},{SIDE}", "width": "0.5"}
    file = written(tmp_path, save(network.state_dict(), told), "net.safetensors")
    found = ImageWorkshop(shapes.parts(), task(file))
    (recipe,) = [one for one in found.portfolio() if one.family == "tuned"]
    usual = next(one for one in found.portfolio() if one.family == "resnet8")
    assert recipe.params["learning_rate"] < usual.params["learning_rate"] / 5
    short = replace(recipe, rounds=(1,), params={**recipe.params, "learning_rate": 1e-6})
    (member,) = found.fit(short)
    (model,) = member.models
    before = network.state_dict()["0.0.0.weight"]
    assert torch.allclose(model.network.state_dict()["0.0.0.weight"], before, atol=1e-3)
    assert model.network[-1].out_features == 3
    own = candidate(found, member)
    made = export.proven(export.converted(own), own, shapes.parts(), found.task)
    assert made.parity["passed"] and "backbone" in made.plan


def test_colours_are_refused_by_a_backbone_of_greys(tmp_path):
    from drawn import images, parts

    file = written(tmp_path, exported(Mapped(1), channels=1))
    with pytest.raises(LuodiError) as caught:
        ImageWorkshop(parts(*images(30, 12, 3)), task(file))
    assert caught.value.code == "backbone.colours"


def test_two_classes_and_a_class_nobody_showed_have_scores():
    random = np.random.default_rng(0)
    features = random.normal(size=(60, 4)).astype(np.float32)
    truth = (features[:, 0] > 0).astype(np.int64)
    two, three = (head.fitted(features, truth, classes) for classes in (2, 3))
    said = softmax(two.logits(features))
    assert (said.argmax(1) == truth).mean() > 0.9 and said.shape == (60, 2)
    assert softmax(three.logits(features))[:, 2].max() < 1e-6


def test_a_strong_penalty_is_chosen_where_features_say_nothing():
    random = np.random.default_rng(0)
    noise = random.normal(size=(120, 300)).astype(np.float32)
    truth = np.arange(120) % 3
    clear = noise + 8 * np.eye(3)[truth] @ random.normal(size=(3, 300))
    assert head.fitted(noise, truth, 3).strength > head.fitted(clear, truth, 3).strength


def test_a_head_beside_a_network_leaves_it_to_say_what_is_strange(path):
    own, given = task(path, mean=0.5, std=0.25), shapes.parts()
    found = ImageWorkshop(given, own)
    frozen = next(iter(found.fit(found.portfolio()[0])))
    asked = next(one for one in found.portfolio() if one.family == "lenet")
    network = next(iter(found.fit(replace(asked, rounds=(2,)))))
    assert frozen.models[0].strange is None and network.models[0].strange is not None
    both = candidate(found, frozen, network)
    made = export.proven(export.converted(both), both, given, own)
    assert made.parity["passed"] and "strangeness" in made.golden["answers"]
    alone = candidate(found, frozen)
    made = export.proven(export.converted(alone), alone, given, own)
    assert made.parity["passed"] and "strangeness" not in made.golden["answers"]


def test_a_network_trained_on_is_ready_again_as_it_was_with_its_own_pixels(tmp_path, monkeypatch):
    from safetensors.torch import save
    from test_aside import Board

    from luodi.modalities.image.learn import training

    torch.manual_seed(0)
    network = built("resnet8", (1, SIDE, SIDE), 3, 0.25)
    told = {"family": "resnet8", "shape": f"1,{SIDE},{SIDE}", "width": "0.25"}
    file = written(tmp_path, save(network.state_dict(), told), "net.safetensors")
    own, shelf, heard = task(file, mean=0.3, std=0.2), Board(), []
    found = ImageWorkshop(shapes.parts(), own, listener=heard.append, shelf=shelf)
    (recipe,) = [one for one in found.portfolio() if one.family == "tuned"]
    (member,) = found.fit(replace(recipe, rounds=(1,)))
    assert {e.data["family"] for e in heard if e.kind == "epoch"} == {"tuned"}
    monkeypatch.setattr(training, "fit", lambda job: pytest.fail("trained again"))
    after = ImageWorkshop(shapes.parts(), own, shelf=shelf)
    (again,) = after.fit(replace(recipe, rounds=(1,)))
    assert again.models[0].mean == member.models[0].mean != after.prepared.mean
    assert np.array_equal(again.out_of_fold, member.out_of_fold, equal_nan=True)
