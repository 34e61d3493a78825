"""What a training needs to go on, taken from one that runs and given to one that begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from luodi.core.values import Epoch
from luodi.modalities.image.learn.optimizer import remembered, remind
from luodi.modalities.image.learn.schedule import Pace
from luodi.modalities.image.learn.state import State

if TYPE_CHECKING:
    from luodi.modalities.image.learn.training import Run


class Best(NamedTuple):
    """How good an epoch was; another one is better if it is greater.

    Attributes:
        score: The metric on the validation rows.
        gain: Minus the log loss there.
        epoch: Minus its number, so that of equals the first is kept.
    """

    score: float
    gain: float
    epoch: int


def state_of(run: Run) -> State:
    """What is needed to go on after this epoch.

    Random draws need nothing: each epoch begins them anew from the seed and its number.
    """
    groups = {
        "network": run.network.state_dict(),
        "average": run.average.state_dict(),
        "best": run.best_weights,
    }
    arrays = {
        f"{group}.{name}": weights.detach().clone().numpy()
        for group, weighed in groups.items()
        for name, weights in weighed.items()
    }
    arrays |= {f"optimizer.{k}": v for k, v in remembered(run.optimizer).items()}
    pace = run.pace
    facts = {"of": run.job.identity, "epoch": run.epoch, "known": run.known}
    facts |= {"best": run.best and [*run.best], "spent": pace.elapsed()}
    facts |= {"steps": pace.steps, "done": pace.done, "progress": pace.progress}
    facts["curve"] = [[one.loss, one.score, one.seconds] for one in run.curve]
    return State(arrays, facts)


def resume(run: Run, state: State) -> None:
    """Bring a training to where another process was cut off."""
    facts = state.facts
    for name, network in (("network", run.network), ("average", run.average)):
        network.load_state_dict(_tensors(state.part(name)))
    run.best_weights = _tensors(state.part("best"))
    run.best = Best(*facts["best"]) if facts["best"] else None
    remind(run.optimizer, state.part("optimizer"))
    run.epoch, run.known = facts["epoch"], facts["known"]
    run.curve = [Epoch(*one) for one in facts["curve"]]
    done, progress, spent = facts["done"], facts["progress"], facts["spent"]
    planned = run.pace
    run.pace = Pace(facts["steps"], planned.seconds, planned.most, done, progress, spent)


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
