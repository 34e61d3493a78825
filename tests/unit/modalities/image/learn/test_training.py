"""Trainings learn, end when asked, come out the same again, and go on where they were cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn import images

from luodi.core.errors import LuodiError
from luodi.modalities.image.learn import training
from luodi.modalities.image.learn.job import Job, Progress, Validation, Watch
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.state import State

QUICK = Settings(learning_rate=0.01, optimizer="adamw", batch=16, augment=0.2, width=0.25)


def accuracy(truth: np.ndarray, said: np.ndarray) -> float:
    return float((said.argmax(axis=1) == truth).mean())


def job(family: str = "lenet", settings: Settings = QUICK, **more) -> Job:
    seen, truth = images(96)
    others, known = images(30, seed=1)
    given = {"epochs": 4, "valid": Validation(others, known, accuracy)} | more
    rows = np.arange(len(truth))
    return Job(family, settings, seen, truth, rows, 2, (100.0,), (60.0,), **given)


def weights(fitted) -> torch.Tensor:
    return torch.cat([v.ravel().double() for v in fitted.network.state_dict().values()])


@pytest.mark.parametrize("family", ["linear", "mlp", "lenet", "resnet8", "resnet9", "mobilenet"])
def test_a_network_learns_what_is_plain_to_see(family):
    asked = job(family, replace(QUICK, width=0.125), epochs=8)
    fitted = training.fit(asked)
    assert accuracy(asked.valid.truth, fitted.logits(asked.valid.images)) > 0.9
    assert fitted.rounds == 8 and not fitted.network.training


@pytest.mark.parametrize(
    "settings",
    [
        QUICK,
        replace(QUICK, optimizer="sgd", mixup=0.3, dropout=0.3, mirror=True),
        replace(QUICK, channels_last=True, threads=2),
    ],
)
def test_the_same_seed_gives_the_same_network_whatever_was_drawn_before(settings):
    one = training.fit(job(settings=settings))
    torch.randn(7)
    again = training.fit(job(settings=settings))
    other = training.fit(job(settings=settings, seed=1))
    assert torch.equal(weights(one), weights(again))
    assert not torch.equal(weights(one), weights(other))


def test_a_training_leaves_torch_as_it_was():
    torch.manual_seed(5)
    wanted, threads = torch.randn(3), torch.get_num_threads()
    torch.manual_seed(5)
    training.fit(job(epochs=1))
    assert torch.equal(torch.randn(3), wanted) and torch.get_num_threads() == threads


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_training_that_was_cut_off_goes_on_to_the_same_end(optimizer):
    settings, kept = replace(QUICK, optimizer=optimizer, dropout=0.2), []
    whole = training.fit(job(settings=settings, watch=Watch(kept=kept.append)))
    assert [state.facts["epoch"] for state in kept] == [1, 2, 3, 4]
    for state in kept:
        back = State.from_bytes(state.to_bytes())
        told: list[Progress] = []
        watch = Watch(told=told.append, resumed=back)
        resumed = training.fit(job(settings=settings, watch=watch))
        assert torch.equal(weights(resumed), weights(whole))
        assert [p.epoch for p in told] == list(range(state.facts["epoch"] + 1, 5))


def test_a_state_of_another_training_is_not_gone_on_with():
    kept: list[State] = []
    training.fit(job(watch=Watch(kept=kept.append)))
    fresh = training.fit(job(seed=1))
    found = training.fit(job(seed=1, watch=Watch(resumed=kept[1])))
    assert torch.equal(weights(found), weights(fresh))


@pytest.mark.parametrize("cut", [slice(0, 5), slice(0, -3), slice(9, None), slice(0, 0)])
def test_a_damaged_state_is_refused(cut):
    kept: list[State] = []
    training.fit(job(epochs=1, watch=Watch(kept=kept.append)))
    with pytest.raises(LuodiError) as caught:
        State.from_bytes(kept[0].to_bytes()[cut])
    assert caught.value.code == "train.state"


def test_a_foreign_safetensors_file_is_refused():
    from safetensors.numpy import save

    with pytest.raises(LuodiError) as caught:
        State.from_bytes(save({"a": np.zeros(2)}, metadata={"format": "other"}))
    assert caught.value.code == "train.state"


def test_a_stop_ends_a_training_with_the_best_so_far():
    asked = iter(range(10**6))
    told: list[Progress] = []
    stopped = job(epochs=50, stop=lambda: next(asked) >= 20, watch=Watch(told=told.append))
    fitted = training.fit(stopped)
    assert fitted.rounds == len(told) == 4
    assert np.isfinite(fitted.logits(stopped.valid.images)).all()


def test_the_network_of_the_best_epoch_is_kept():
    """A score that falls with every look: the first epoch that counts wins."""
    looks = iter(range(100, 0, -1))
    asked = job(epochs=10)
    valid = replace(asked.valid, score=lambda truth, said: float(next(looks)))
    kept: list[State] = []
    training.fit(replace(asked, valid=valid, watch=Watch(kept=kept.append)))
    bests = {-state.facts["best"][2] for state in kept if state.facts["best"]}
    assert bests == {6}


def test_the_time_decides_how_many_epochs_there_are(monkeypatch):
    asked = job(epochs=None, seconds=1000.0)
    monkeypatch.setattr(training.Run, "_probed", lambda run: (10.0, 5.0))
    assert training.Run(asked).pace.steps == 14 * asked.steps  # of 960 s less 5, 65 each
    assert training.Run(replace(asked, seconds=1e9)).pace.steps == 150 * asked.steps
    assert training.Run(replace(asked, seconds=1.0)).pace.steps == asked.steps


def test_a_training_ends_early_once_everything_is_known_unless_epochs_are_given(monkeypatch):
    monkeypatch.setattr(training.Run, "_probed", lambda run: (1.0, 1.0))
    monkeypatch.setattr(Job, "least_loss", 100.0)
    assert training.fit(job(epochs=None, seconds=1e6)).rounds == training.PATIENCE
    assert training.fit(job(epochs=5)).rounds == 5


def test_measuring_a_step_teaches_nothing():
    run = training.Run(job(epochs=None, seconds=1e6, watch=Watch()))
    plain = training.Run(job(epochs=150))
    for a, b in zip(
        run.network.state_dict().values(), plain.network.state_dict().values(), strict=True
    ):
        assert torch.equal(a, b)
    assert not run.optimizer.state_dict()["state"]


def test_without_validation_rows_the_last_epoch_is_taken():
    told: list[Progress] = []
    fitted = training.fit(job(valid=None, watch=Watch(told=told.append)))
    assert fitted.rounds == 4 and all(np.isnan(p.score) for p in told)


def test_a_rate_that_is_far_too_high_ends_without_an_error():
    wild = replace(QUICK, optimizer="sgd", learning_rate=1e30)
    fitted = training.fit(job(settings=wild, epochs=30))
    assert fitted.rounds < 30


def test_only_rare_classes_weigh_more():
    asked = job()
    assert asked.class_weights() is None
    rare = np.zeros(96, np.int64)
    rare[:4] = 1
    found = replace(asked, truth=rare).class_weights()
    assert found[1] > 3 * found[0]
    assert (found * [92, 4]).sum() == pytest.approx(96)
