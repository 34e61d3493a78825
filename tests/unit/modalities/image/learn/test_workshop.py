"""The workshop of images keeps what the search asks of any workshop."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import optuna
import pytest
from drawn import images, parts, task

from luodi.core.errors import LuodiError
from luodi.core.values import Recipe
from luodi.modalities.image.codec import decode
from luodi.modalities.image.learn import image_workshop, portfolio, probe
from luodi.modalities.image.learn.fitted import softmax
from luodi.modalities.image.learn.portfolio import Case
from luodi.modalities.image.learn.probe import Way
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.workshop import ImageWorkshop

QUICK = Settings(learning_rate=0.01, optimizer="adamw", batch=16, augment=0.2, width=0.25)


@pytest.fixture(scope="module")
def shop() -> ImageWorkshop:
    found = ImageWorkshop(parts(*images(90, classes=3)), task())
    found.threads = 1
    return found


def recipe(epochs: int = 8) -> Recipe:
    return Recipe("lenet", QUICK.to_json(), "pixels", 0, (epochs,))


def test_images_and_truths_are_those_of_the_records(shop):
    wanted, truth = images(90, classes=3)
    assert np.array_equal(shop.images, wanted) and np.array_equal(shop.truth, truth)
    assert shop.classes == ("c0", "c1", "c2") and shop.metric == "log_loss"
    seen = shop.prepared
    assert (seen.height, seen.width, seen.channels) == (12, 12, 1)
    assert seen.codec.classes == shop.classes and (seen.codec.least, seen.codec.most) == (12, 12)
    assert np.allclose(seen.mean, wanted.mean()) and np.allclose(seen.spread, wanted.std())


def test_a_grey_image_in_service_is_what_it_was_in_training():
    pictures, truth = images(12, 9, 1)
    pictures = np.repeat(pictures, 3, axis=3)  # stored in colours, every pixel grey
    made = parts(pictures, truth)
    found = ImageWorkshop(made, task())
    files = made.train.table["image"].to_list()
    served = [decode(data, found.prepared.codec.channels) for data in files]
    assert np.array_equal(found.images, np.stack(served))


def test_answers_are_only_for_rows_that_were_not_learned_from(shop):
    (member,) = shop.fit(recipe())
    (valid,) = shop.folds
    others = np.setdiff1d(np.arange(90), valid)
    assert np.isnan(member.out_of_fold[others]).all()
    said = member.out_of_fold[valid]
    assert said.dtype == np.float64 and np.allclose(said.sum(axis=1), 1)
    assert np.array_equal(said, softmax(member.models[0].logits(shop.images[valid])))
    assert (said.argmax(axis=1) == shop.truth[valid]).mean() > 0.9
    assert member.score == shop.score(member.out_of_fold) and member.recipe.rounds == (8,)


def test_truths_of_the_fold_change_nothing_but_the_choice_of_the_epoch(shop):
    made = parts(*images(90, classes=3))
    (valid,) = shop.folds
    changed = images(90, classes=3)[1]
    changed[valid] = (changed[valid] + 1) % 3
    other = ImageWorkshop(parts(images(90, classes=3)[0], changed), task())
    other.folds = (made.folds[0],)
    one, two = (next(iter(s.fit(recipe(1)))) for s in (shop, other))
    assert np.array_equal(one.out_of_fold, two.out_of_fold, equal_nan=True)


def test_a_recipe_is_fitted_the_same_again(shop):
    one, again = (next(iter(shop.fit(recipe(2)))) for _ in range(2))
    assert np.array_equal(one.out_of_fold, again.out_of_fold, equal_nan=True)
    assert one.recipe == again.recipe


def test_the_baselines_know_little_and_something(shop):
    dumb, linear = (next(iter(shop.fit(recipe))) for recipe in shop.baselines())
    shares = dumb.out_of_fold[shop.folds[0]]
    assert np.allclose(shares, 1 / 3, atol=1e-6)
    assert linear.score > dumb.score


def test_a_network_ships_as_it_was_judged_and_can_be_fitted_on_all_rows(shop):
    (member,) = shop.fit(recipe())
    assert shop.shipped(member, True) is member and shop.shipped(member, False) is member
    whole = shop.refit(member)
    said = whole.models[0].logits(shop.images)
    assert (said.argmax(axis=1) == shop.truth).mean() > 0.9 and whole.recipe == member.recipe
    assert not np.array_equal(said, member.models[0].logits(shop.images))
    assert not shop.keeps_folds and list(shop.enrich(member, lambda: False)) == []


def test_the_search_asks_for_exactly_the_recipes_of_the_portfolio(shop):
    """The search hands settings to Optuna by name, and knows recipes by their settings again."""
    for wanted in shop.portfolio():
        named = {f"{wanted.family}.{k}": v for k, v in wanted.params.items()}
        trial = optuna.trial.FixedTrial(named)
        found = shop.explore(trial, wanted.family)
        assert replace(found, seed=0) == replace(wanted, seed=0)


@pytest.mark.parametrize(
    ("case", "first"),
    [
        (Case(28, 28, 1, 54_000, 10, 300), "lenet"),
        (Case(32, 32, 3, 45_000, 10, 2400), "resnet9"),
        (Case(32, 32, 3, 45_000, 10, 60), "resnet8"),
        (Case(128, 128, 3, 100, 5, 300), "resnet8"),
    ],
)
def test_the_first_guess_follows_images_rows_and_time(case, first):
    found = portfolio.ordered(case)
    assert found[0][0] == first and len({str(entry) for entry in found}) == len(found)


@pytest.mark.parametrize(
    ("fast", "way"),
    [
        ({}, Way(2)),
        ({Way(2, True): 0.5}, Way(2, True)),
        ({Way(2, True): 0.95, Way(1): 0.5, Way(1, True): 0.45}, Way(1)),
        (
            {Way(2, True): 0.6, Way(2, True, True): 0.4, Way(1, True, True): 0.39},
            Way(2, True, True),
        ),
    ],
)
def test_another_way_is_taken_only_if_it_is_clearly_faster(fast, way, monkeypatch):
    monkeypatch.setattr(probe, "_seconds", lambda asked: fast.get(asked, 1.0))
    assert probe.fastest.__wrapped__(2) == way


def test_few_images_are_varied_more_and_digits_never_mirrored():
    few, many = Case(64, 64, 3, 100, 5, 300), Case(64, 64, 3, 10_000, 5, 300)
    assert portfolio.ordered(few)[0][1].augment > portfolio.ordered(many)[0][1].augment
    digits = Case(28, 28, 1, 10_000, 10, 300)
    assert not any(given.mirror for _, given in portfolio.ordered(digits))
    assert all(given.mirror for _, given in portfolio.ordered(many))


def test_the_linear_baseline_leaves_a_short_budget_to_the_networks():
    digits = [Case(28, 28, 1, 54_000, 10, seconds) for seconds in (20, 300, 36_000)]
    assert [portfolio.linear_epochs(case) for case in digits] == [1, 5, 12]
    assert portfolio.linear_epochs(Case(16, 16, 1, 90, 3, 12)) == 100


@pytest.mark.parametrize("package", ["torch", "safetensors"])
def test_without_torch_the_error_says_what_to_install(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(LuodiError) as caught:
        image_workshop(parts(*images(12)), task())
    assert caught.value.code == "environment.missing_package" and "vision" in str(caught.value)
    monkeypatch.undo()
    assert isinstance(image_workshop(parts(*images(12)), task()), ImageWorkshop)


def test_values_cannot_be_estimated_from_images_yet():
    with pytest.raises(LuodiError) as caught:
        ImageWorkshop(parts(*images(12)), task(goal="regress"))
    assert caught.value.code == "train.image_regress" and "'y'" in str(caught.value)
