"""Trainings that were put aside go on in the next process to the same end, or begin anew."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from drawn import images, parts, task

from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.core.values import Recipe
from luodi.modalities.image.learn import aside, probe, training, views
from luodi.modalities.image.learn.probe import Way
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.workshop import ImageWorkshop

QUICK = Settings(learning_rate=0.01, optimizer="adamw", batch=16, augment=0.2, width=0.25)
EPOCHS = 6


class Board:
    """A shelf in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def names(self) -> Sequence[str]:
        return list(self.kept)

    def read(self, name: str) -> bytes | None:
        return self.kept.get(name) or None

    def put(self, name: str, data: bytes) -> None:
        self.kept[name] = data

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)


class Killed(Exception):
    """Stands in for the end of the process."""


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch):
    monkeypatch.setattr(aside, "EVERY_S", 0.0)
    monkeypatch.setattr(aside, "SHARE", 1e9)


def recipe(seed: int = 0, epochs: int | None = EPOCHS) -> Recipe:
    return Recipe("lenet", QUICK.to_json(), "pixels", seed, () if epochs is None else (epochs,))


def shop(shelf=None, heard=None, killed_after: int | None = None) -> ImageWorkshop:
    def listen(event: Event) -> None:
        if heard is not None:
            heard.append(event)
        if event.kind == "epoch" and event.data["epoch"] == killed_after:
            raise Killed

    return ImageWorkshop(parts(*images(90, classes=3)), task(), None, listen, shelf)


def fit(workshop: ImageWorkshop, asked: Recipe):
    (member,) = workshop.fit(asked)
    return member


def test_a_killed_training_goes_on_to_the_same_member():
    whole = fit(shop(), recipe())
    shelf, heard = Board(), []
    with pytest.raises(Killed):
        fit(shop(shelf, killed_after=4), recipe())
    assert [name.partition(".")[2] for name in shelf.kept] == ["training"]
    after = shop(shelf, heard)
    assert after.begun() == [recipe()]
    member = fit(after, recipe())
    told = [event.data["epoch"] for event in heard if event.kind == "epoch"]
    assert told == [4, 5, 6]  # the fourth was told, but not put aside any more
    assert np.array_equal(member.out_of_fold, whole.out_of_fold, equal_nan=True)
    assert [e.loss for e in member.epochs] == [e.loss for e in whole.epochs]
    assert len(member.epochs) == EPOCHS and member.recipe == whole.recipe


def test_a_training_that_had_ended_is_not_trained_again(monkeypatch):
    shelf = Board()
    whole = fit(shop(shelf), recipe())
    assert [name.partition(".")[2] for name in shelf.kept] == ["ended"]
    after = shop(shelf)
    monkeypatch.setattr(training, "fit", lambda job: pytest.fail("trained again"))
    again = fit(after, recipe())
    assert np.array_equal(again.out_of_fold, whole.out_of_fold, equal_nan=True)
    assert (again.epochs, again.seconds, again.score) == (whole.epochs, whole.seconds, whole.score)


def test_recipes_come_back_in_the_order_in_which_they_were_begun():
    shelf = Board()
    first = shop(shelf)
    asked = [recipe(seed, 1) for seed in (3, 1, 2)]
    for one in asked:
        fit(first, one)
    assert list(shop(shelf).begun()) == asked and first.begun() == asked


def test_a_baseline_that_had_ended_is_ready_and_not_among_those_to_go_on_with(monkeypatch):
    shelf = Board()
    first = shop(shelf)
    linear = first.baselines()[1]
    whole = fit(first, linear)
    after = shop(shelf)
    monkeypatch.setattr(training, "fit", lambda job: pytest.fail("trained again"))
    assert after.begun() == []
    assert fit(after, linear).score == whole.score


def test_what_is_damaged_is_told_once_and_trained_anew():
    shelf, heard = Board(), []
    whole = fit(shop(shelf), recipe())
    fit(shop(shelf), recipe(1, 1))
    shelf.kept = dict.fromkeys(shelf.kept, b"")
    after = shop(shelf, heard)
    assert after.begun() == []
    assert fit(after, recipe()).score == whole.score
    notes = [event.data for event in heard if event.kind == "note"]
    assert notes == [{"text": "aside_damaged", "count": 2}]


def test_a_disk_that_is_full_ends_no_training():
    class Full(Board):
        def put(self, name: str, data: bytes) -> None:
            raise LuodiError("environment.disk", what=name, reason="no space left")

    heard: list[Event] = []
    assert fit(shop(Full(), heard), recipe()).score == fit(shop(), recipe()).score
    assert [event.data["text"] for event in heard if event.kind == "note"] == ["aside_refused"]


def test_the_way_of_the_processor_stays_that_of_the_trainings_before(monkeypatch):
    shelf = Board()
    monkeypatch.setattr(aside, "fastest", lambda threads: Way(1, True, True))
    first = shop(shelf)
    begun = first.portfolio()[-1]
    monkeypatch.setattr(aside, "fastest", lambda threads: Way(2))
    assert shop(shelf).portfolio()[-1] == begun
    assert shop().portfolio()[-1] != begun and probe.fastest is not aside.fastest


def test_a_training_is_put_aside_seldom_and_costs_little(monkeypatch):
    monkeypatch.setattr(aside, "EVERY_S", 10.0)
    monkeypatch.setattr(aside, "SHARE", 0.02)
    now = [0.0]
    monkeypatch.setattr(aside.time, "monotonic", lambda: now[0])

    class Slow(Board):
        def put(self, name: str, data: bytes) -> None:
            now[0] += 1.0  # a second for each: 50 seconds have to pass

    watch = aside.Aside(Slow()).watch(recipe(), None, lambda progress: None)
    assert not watch.due()
    now[0] = 10.0
    assert watch.due()
    watch.kept(training.state_of(training.Run(job())))
    now[0] += 49.0
    assert not watch.due()
    now[0] += 1.0
    assert watch.due()


def job():
    from luodi.modalities.image.learn.job import Job

    seen, truth = images(32)
    return Job("lenet", QUICK, seen, truth, np.arange(32), 2, (100.0,), (60.0,), epochs=1)


def test_ctrl_c_ends_a_training_with_its_best_and_is_raised_after_that():
    shelf = Board()

    def listen(event: Event) -> None:
        if event.kind == "epoch" and event.data["epoch"] == 2:
            signal.raise_signal(signal.SIGINT)

    workshop = ImageWorkshop(parts(*images(90, classes=3)), task(), None, listen, shelf)
    fits = workshop.fit(recipe(epochs=50))
    member = next(fits)
    assert len(member.epochs) == 3 and np.isfinite(member.score)
    with pytest.raises(KeyboardInterrupt):
        next(fits)
    # begun again it is no training that has ended: it goes on where it stood
    assert [name.partition(".")[2] for name in shelf.kept] == ["training"]


def test_ctrl_c_cuts_no_baseline_short():
    def listen(event: Event) -> None:
        signal.raise_signal(signal.SIGINT)

    workshop = ImageWorkshop(parts(*images(90, classes=3)), task(), None, listen)
    with pytest.raises(KeyboardInterrupt):
        fit(workshop, workshop.baselines()[1])


def test_every_epoch_is_told_under_the_name_of_the_leaderboard():
    heard: list[Event] = []
    workshop = shop(heard=heard)
    dumb, linear = workshop.baselines()
    for asked in (dumb, linear, recipe(epochs=2)):
        fit(workshop, asked)
    named = dict.fromkeys(event.data["name"] for event in heard)
    assert list(named) == ["linear 1", "lenet 2"]
    last = heard[-1].data
    assert (last["epoch"], last["epochs"], last["metric"]) == (2, 2, "log_loss")
    assert last["loss"] > 0 and np.isfinite(last["score"]) and last["seconds"] > 0


def test_a_training_that_had_ended_keeps_its_views_and_what_is_usual(monkeypatch):
    asked = replace(recipe(), params={**recipe().params, "views": views.UNDECIDED})
    monkeypatch.setattr(views, "decided", lambda model, *given: replace(model, mirrored=True))
    shelf, strict = Board(), task(review={"strange": 0.05})
    given = parts(*images(150, classes=3))
    whole = fit(ImageWorkshop(given, strict, shelf=shelf), asked)
    monkeypatch.setattr(training, "fit", lambda job: pytest.fail("trained again"))
    monkeypatch.setattr(views, "decided", lambda *given: pytest.fail("decided again"))
    again = fit(ImageWorkshop(given, strict, shelf=shelf), asked)
    assert again.recipe == whole.recipe and again.recipe.params["views"] == views.TWO
    assert again.models[0].mirrored and whole.models[0].strange is not None
    assert np.array_equal(again.models[0].strange.own, whole.models[0].strange.own)
    assert np.array_equal(again.out_of_fold, whole.out_of_fold, equal_nan=True)


def test_heads_on_features_are_not_put_aside_and_count_on_the_leaderboard():
    shelf, heard = Board(), []
    found = shop(shelf, heard)
    head = next(one for one in found.portfolio() if one.family == "bank")
    (member,) = found.fit(head)
    assert member.epochs == () and not [name for name in shelf.kept if name != "way"]
    fit(found, recipe(epochs=1))
    names = {event.data["name"] for event in heard if event.kind == "epoch"}
    assert names == {"lenet 2"}
