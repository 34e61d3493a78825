"""A training that has ended, as plain arrays and JSON, and its network made of them again."""

from __future__ import annotations

import torch

from luodi.core.values import Epoch, Member, Recipe
from luodi.modalities.image.learn.fitted import Fitted
from luodi.modalities.image.learn.job import Job
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.state import State


def ended(recipe: Recipe, member: Member) -> State:
    """The network of a recipe, how it came about and how long that took.

    Args:
        recipe: The recipe as it was asked for, which may not know its rounds.
        member: What came of it.
    """
    (model,) = member.models
    arrays = {
        f"network.{name}": weights.detach().numpy()
        for name, weights in model.network.state_dict().items()
    }
    curve = [[one.loss, one.score, one.seconds] for one in model.curve]
    facts = {"of": recipe.family, "rounds": model.rounds, "mirrored": model.mirrored}
    return State(arrays, {**facts, "curve": curve, "spent": member.seconds})


def restored(state: State, job: Job) -> Fitted:
    """The network of a training that has ended, set to answer, with the views it was given.

    Args:
        state: What ``ended`` gave.
        job: The training.
    """
    given = job.settings
    network = built(job.family, job.shape, job.classes, given.width, given.dropout)
    weights = {
        name: torch.from_numpy(array.copy()) for name, array in state.part("network").items()
    }
    network.load_state_dict(weights)
    curve = tuple(Epoch(*one) for one in state.facts["curve"])
    return Fitted(
        job.family, network.eval(), job.mean, job.spread, int(state.facts["rounds"]), curve,
        mirrored=bool(state.facts["mirrored"]),
    )  # fmt: skip
