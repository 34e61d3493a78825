"""The search keeps its budget, and whatever ends it, the best so far is kept."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module

import pytest

from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.core.values import Recipe
from luodi.train import Clock, baselines, compose, finished, replay, search
from unit.train.workshops import TASK, PretendWorkshop, member


def families(found) -> list[str]:  # type: ignore[no-untyped-def]
    return [m.recipe.family for m in found.members]


def test_the_budget_is_kept() -> None:
    began = time.monotonic()
    found = search(PretendWorkshop(pause=0.05), Clock(1.0))
    assert 0.7 < time.monotonic() - began < 1.3
    assert {"linear", "quick"} <= set(families(found))


def test_a_learner_that_never_ends_by_itself_is_stopped_fold_by_fold() -> None:
    workshop = PretendWorkshop(pause=60.0)
    workshop.baselines = lambda: (  # type: ignore[method-assign]
        Recipe("dumb", {"noise": 9.0}, "plain", 0),
        Recipe("linear", {"noise": 3.0}, "plain", 0),
    )
    whole = workshop.fit

    def fit(recipe, **more):  # type: ignore[no-untyped-def]
        workshop.pause = 0.0 if recipe.family in ("dumb", "linear") else 60.0
        return whole(recipe, **more)

    workshop.fit = fit  # type: ignore[method-assign]
    began = time.monotonic()
    found = search(workshop, Clock(0.8))
    assert time.monotonic() - began < 2.0
    assert all(len(m.models) == 3 for m in found.members)


def test_baselines_are_fitted_even_without_any_time() -> None:
    found = search(PretendWorkshop(), Clock(0.001))
    assert found.dumb.recipe.family == "dumb"
    assert "linear" in families(found)


@pytest.mark.parametrize("at", [("quick", 0), ("quick", 2), ("other", 1)])
def test_ctrl_c_keeps_the_best_so_far(at: tuple[str, int]) -> None:
    def press(recipe: Recipe, fold: int) -> None:
        if (recipe.family, fold) == at:
            raise KeyboardInterrupt

    workshop = PretendWorkshop(before_fold=press)
    heard: list[Event] = []
    found = search(workshop, Clock(5.0), heard.append)
    assert found.interrupted and found.members
    assert all(len(m.models) == 3 for m in found.members)
    assert {"text": "interrupted"} in [event.data for event in heard if event.kind == "note"]
    assert compose(found, workshop, TASK)


def test_ctrl_c_while_features_are_sought_keeps_those_found() -> None:
    def richer(base):  # type: ignore[no-untyped-def]
        yield member(0.1, 5, "richer")
        raise KeyboardInterrupt

    found = search(PretendWorkshop(richer=richer), Clock(5.0))
    assert found.interrupted
    assert families(found) == ["linear", "quick", "richer"]


@pytest.mark.parametrize("killed", [False, True])
def test_a_recipe_that_its_fit_completed_is_not_fitted_again(killed: bool) -> None:
    begun = [PretendWorkshop().portfolio()[0]] if killed else []
    workshop, asked = PretendWorkshop(earlier=begun), []
    whole = workshop.fit

    def fit(recipe, **more):  # type: ignore[no-untyped-def]
        asked.append((recipe.family, tuple(recipe.params.items())))
        for one in whole(recipe, **more):
            settled = replace(one.recipe, params={**one.recipe.params, "settled": 1.0})
            yield replace(one, recipe=settled)

    workshop.fit = fit  # type: ignore[method-assign]
    search(workshop, Clock(0.5))
    (first, *_) = workshop.portfolio()
    assert asked.count((first.family, tuple(first.params.items()))) == 1


def test_bad_settings_are_given_up_before_all_folds() -> None:
    workshop = PretendWorkshop(pause=0.002)
    found = search(workshop, Clock(1.5))
    assert found.tried > len(found.members)
    last = [fold for _, fold in workshop.fitted].count(2)
    assert last < [fold for _, fold in workshop.fitted].count(0)


def test_a_learner_that_refuses_the_records_is_left_out() -> None:
    def refuse(recipe: Recipe, fold: int) -> None:
        if recipe.family == "quick":
            raise RuntimeError("all features are constant")

    heard: list[Event] = []
    found = search(PretendWorkshop(before_fold=refuse), Clock(0.5), heard.append)
    assert "quick" not in families(found) and "other" in families(found)
    assert any("all features are constant" in str(event.data) for event in heard)


def test_answers_that_are_not_numbers_are_left_out() -> None:
    workshop = PretendWorkshop()
    whole = workshop.fit

    def fit(recipe, **more):  # type: ignore[no-untyped-def]
        for made in whole(recipe, **more):
            bad = recipe.family == "quick"
            yield replace(made, score=float("nan")) if bad else made

    workshop.fit = fit  # type: ignore[method-assign]
    assert "quick" not in families(search(workshop, Clock(0.3)))


def test_a_plan_is_repeated_recipe_by_recipe() -> None:
    workshop = PretendWorkshop()
    recipes = [
        Recipe("quick", {"noise": 2.0}, "plain", 4, (7, 7, 7)),
        Recipe("other", {"noise": 1.0}, "plain", 1, (7, 7)),
    ]
    seen: list[Recipe] = []
    workshop.before_fold = lambda recipe, fold: seen.append(recipe)
    found = replay(workshop, recipes)
    assert families(found) == ["quick", "other"]
    assert found.members[0].score == replay(workshop, recipes).members[0].score
    rounds = {recipe.family: recipe.rounds for recipe in seen}
    assert rounds["quick"] == (7, 7, 7)
    assert rounds["other"] == ()  # another number of folds: they stop early by themselves


def test_a_plan_whose_learner_refuses_the_records_says_so() -> None:
    def refuse(recipe: Recipe, fold: int) -> None:
        if recipe.family == "quick":
            raise RuntimeError("no")

    with pytest.raises(LuodiError) as caught:
        replay(PretendWorkshop(before_fold=refuse), [Recipe("quick", {"noise": 1.0}, "plain", 0)])
    assert caught.value.code == "train.not_repeated"
    assert "quick" in caught.value.text("en")


def test_candidates_reach_from_the_best_to_the_smallest() -> None:
    workshop = PretendWorkshop()
    made = compose(search(workshop, Clock(0.5)), workshop, TASK)
    names = [candidate.name for candidate in made]
    assert names[0] == "ensemble" and names[-2:] == ["single", "linear"]
    assert all(finished(one, workshop).members[0].models == ("whole",) for one in made[-2:])
    assert len(finished(made[0], workshop).members[0].models) == 3
    assert all(sum(candidate.weights) == pytest.approx(1.0) for candidate in made)
    assert made[0].score >= max(candidate.score for candidate in made[1:]) - 1e-3


def test_members_that_always_ship_as_one_model_are_offered_once() -> None:
    workshop = PretendWorkshop(ordered=True)
    names = [one.name for one in compose(search(workshop, Clock(0.5)), workshop, TASK)]
    assert len(names) <= 3 and "lean" not in names and names[-1] == "linear"


def test_baselines_are_candidates_of_their_own() -> None:
    workshop = PretendWorkshop()
    found = baselines(search(workshop, Clock(0.1)), workshop, TASK)
    assert list(found) == ["dumb", "linear"]
    assert found["dumb"].calibration == {"slope": 1.0, "offset": 0.0}


def test_an_ensemble_of_very_many_rows_is_weighed_on_some_of_them(monkeypatch) -> None:
    composing = import_module("luodi.train.compose")  # the room gives out its function

    workshop = PretendWorkshop()
    found = search(workshop, Clock(0.5))
    whole = composing._selected(found.members, workshop, TASK)
    monkeypatch.setattr(composing, "MOST_ROWS", len(workshop.truth) // 2)
    members, weights = composing._selected(found.members, workshop, TASK)
    assert {id(member) for member in members} <= {id(member) for member in found.members}
    assert len(members) == len(weights) and abs(sum(weights) - 1) < 1e-9
    assert all(len(member.out_of_fold) == len(workshop.truth) for member in members)
    assert whole[0]


def test_what_a_killed_search_began_is_asked_for_first_and_once() -> None:
    earlier = [Recipe("other", {"noise": noise}, "plain", 7) for noise in (1.5, 0.7)]
    workshop = PretendWorkshop(pause=0.05, earlier=earlier)
    found = search(workshop, Clock(1.0))
    after_first = [m.recipe.params["noise"] for m in found.members][2:]
    assert after_first[:2] == [1.5, 0.7]
    noises = [m.recipe.params["noise"] for m in found.members]
    assert noises.count(1.5) == noises.count(0.7) == 1
    assert [m.recipe.seed for m in found.members][2:4] == [7, 7]


def test_what_was_ready_is_kept_though_no_time_is_left() -> None:
    earlier = [Recipe("other", {"noise": 0.7}, "plain", 7)]
    found = search(PretendWorkshop(earlier=earlier), Clock(1.0, began=time.monotonic() - 60))
    assert [m.recipe.params["noise"] for m in found.members] == [3.0, 1.0, 0.7]


def test_ctrl_c_after_a_whole_member_keeps_it() -> None:
    workshop = PretendWorkshop()
    whole = workshop.fit

    def fit(recipe, **more):  # type: ignore[no-untyped-def]
        yield from whole(recipe, **more)
        if recipe.family == "quick":
            raise KeyboardInterrupt

    workshop.fit = fit  # type: ignore[method-assign]
    heard: list[Event] = []
    found = search(workshop, Clock(5.0), heard.append)
    assert found.interrupted and families(found) == ["linear", "quick"]
    assert [e.data["family"] for e in heard if e.kind == "candidate"] == ["linear", "quick"]
