"""An image is asked about in a mirror only where rows kept out gain by it, and time allows."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import images, parts, task

sys.path.insert(0, str(Path(__file__).parents[1]))

from luodi.core.session import Session
from luodi.core.values import Candidate, Recipe
from luodi.modalities.codecs import codec as read_codec
from luodi.modalities.image import export, trained
from luodi.modalities.image.learn import augment, portfolio, views
from luodi.modalities.image.learn.fitted import Fitted, softmax
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.portfolio import Case
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.workshop import ImageWorkshop

QUICK = Settings(learning_rate=0.01, optimizer="adamw", batch=16, augment=0.0, width=0.25)
RULE = {"costs": [[0, 1], [1, 0]], "threshold": 0.5, "review": None}


def accuracy(truth: np.ndarray, said: np.ndarray) -> float:
    return float((said.argmax(axis=1) == truth).mean())


def one_sided() -> tuple[Fitted, np.ndarray, np.ndarray]:
    """A model that sees the left edge alone, and images whose light is on either side."""
    network = built("linear", (1, 8, 8), 2)
    with torch.no_grad():
        weight = torch.zeros(2, 8, 8)
        weight[1, :, 0] = 1.0
        network[-1].weight.copy_(weight.reshape(2, -1))
        network[-1].bias.copy_(torch.tensor([2.0, 0.0]))
    truth = np.arange(40) % 2
    found = np.zeros((40, 8, 8, 1), np.uint8)
    for number in np.flatnonzero(truth):
        found[number, :, 0 if number % 4 == 1 else 7] = 255
    return Fitted("linear", network.eval(), (0.0,), (255.0,), 1), found, truth


def test_two_views_are_taken_where_rows_kept_out_gain():
    model, found, truth = one_sided()
    both = views.decided(model, found, truth, task())
    assert both.mirrored and accuracy(truth, softmax(both.logits(found))) == 1.0
    assert accuracy(truth, softmax(model.logits(found))) == 0.75


def test_one_view_stays_where_the_mirror_tells_nothing():
    model, found, truth = one_sided()
    left = truth * (np.arange(40) % 4 == 1)  # only light on the left counts
    assert not views.decided(model, found, left, task()).mirrored


def test_one_view_stays_where_answers_have_no_time(monkeypatch):
    model, found, truth = one_sided()
    own = task(gates={"one_row_ms_p50": {"at_most": 4}})
    assert views.limit_ms(own) == 4 and views.limit_ms(task()) == 50
    monkeypatch.setattr(views, "_milliseconds", lambda *given: 1.5)
    assert not views.decided(model, found, truth, own).mirrored
    assert views.decided(model, found, truth, task()).mirrored


def test_digits_are_never_asked_about_in_a_mirror():
    digits, photos = Case(28, 28, 1, 10_000, 10, 300), Case(64, 64, 3, 10_000, 5, 300)
    assert {given.views for _, given in portfolio.ordered(digits)} == {views.ONE}
    assert {given.views for _, given in portfolio.ordered(photos)} == {views.UNDECIDED}
    assert not augment.may_mirror(28, 28, 1)


@pytest.fixture(scope="module")
def shop() -> ImageWorkshop:
    pictures, truth = images(60, side=12, channels=3)
    return ImageWorkshop(parts(pictures, truth), task())


def recipe(seen: int) -> Recipe:
    return Recipe("lenet", replace(QUICK, views=seen).to_json(), "pixels", 0, (2,))


def test_what_was_decided_stands_in_the_recipe_and_is_repeated(shop, monkeypatch):
    monkeypatch.setattr(views, "decided", lambda model, *given: replace(model, mirrored=True))
    (member,) = shop.fit(recipe(views.UNDECIDED))
    assert member.recipe.params["views"] == views.TWO and member.models[0].mirrored
    monkeypatch.setattr(views, "decided", lambda model, *given: 1 / 0)
    (again,) = shop.fit(member.recipe)
    assert again.recipe == member.recipe
    assert np.array_equal(again.out_of_fold, member.out_of_fold, equal_nan=True)
    assert shop.refit(member).models[0].mirrored


def test_a_plan_of_before_asks_once(shop):
    old = {name: value for name, value in recipe(1).params.items() if name != "views"}
    (member,) = shop.fit(replace(recipe(1), params=old))
    assert not member.models[0].mirrored


def test_the_graph_asks_twice_with_the_weights_once_and_answers_as_the_network(shop):
    made = {}
    for seen in (views.ONE, views.TWO):
        (member,) = shop.fit(recipe(seen))
        neutral = {"slope": 1.0, "offset": 0.0}
        whole = Candidate("single", (member,), (1.0,), neutral, RULE, 1.0, shop.prepared)
        own = parts(*images(60, side=12, channels=3))
        made[seen] = export.proven(export.converted(whole), whole, own, task())
        assert made[seen].parity["passed"] and made[seen].parity["records"]["largest"] < 1e-5
    one, two = (len(made[seen].model) for seen in (views.ONE, views.TWO))
    assert two < 1.2 * one
    codec = read_codec(made[views.TWO].codec)
    session = Session(made[views.TWO].model, codec.goal)
    pictures, _ = images(8, side=12, channels=3, seed=4)
    found = [
        session({"image": np.ascontiguousarray(p)})[0] for p in (pictures, pictures[:, :, ::-1])
    ]
    assert found[0] == pytest.approx(found[1], abs=1e-6)
    assert json.loads(json.dumps(made[views.TWO].plan))["members"][0]["params"]["views"] == 2


def test_how_strange_an_image_is_does_not_depend_on_its_mirror_image():
    given, own = parts(*images(150, side=12, channels=3)), task(review={"strange": 0.05})
    found = ImageWorkshop(given, own)
    (member,) = found.fit(recipe(views.TWO))
    (model,) = member.models
    assert model.mirrored and model.strange is not None
    neutral = {"slope": 1.0, "offset": 0.0}
    whole = Candidate("single", (member,), (1.0,), neutral, RULE, 1.0, found.prepared)
    artifact = export.proven(export.converted(whole), whole, given, own)
    assert artifact.parity["passed"]
    session = Session(artifact.model, "classify")
    pictures, _ = images(8, side=12, channels=3, seed=4)
    said = trained.says(whole, list(pictures))
    once = trained.says(
        replace(whole, members=(replace(member, models=(replace(model, mirrored=False),)),)),
        list(pictures),
    )
    assert np.array_equal(said.strangeness, once.strangeness)
    assert session({"image": pictures})[-1] == pytest.approx(said.strangeness, rel=1e-3)
