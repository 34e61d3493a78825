"""Pairs of numbers taken into the plan, step by step, as long as that gains out of fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from luodi.core.values import Member
from luodi.modalities.tabular.features import Pair
from luodi.modalities.tabular.learn import pairs
from luodi.modalities.tabular.learn.fitted import family_module
from luodi.modalities.tabular.learn.job import Stop

if TYPE_CHECKING:
    from luodi.modalities.tabular.learn.workshop import TableWorkshop

STEPS = 3
SIZES = (4, 8, 16)
ENOUGH = 0.95
"""The smallest set that reaches this share of the largest gain is taken."""
FEW = (2, 3, 4, 6, 9)
KEPT_GAIN = 0.9
"""Fewer pairs are taken when they keep this share of the gain: the others fit noise."""


def enriched(shop: TableWorkshop, base: Member, stop: Stop) -> Iterator[Member]:
    """The base on the pairs that help; nothing when no pair helps.

    Each step asks what the best model so far still gets wrong, so that a pair which only helps
    beside another is found too. Whoever ends it early gets the best so far.
    """
    best, taken = base, list(shop.tables.plan.pairs)
    pressed = None
    try:
        for better in _steps(shop, base, taken, stop):
            best, taken = better
    except KeyboardInterrupt as interrupt:
        pressed = interrupt
    shop.tables.use(taken)
    if best is not base:
        yield best
    if pressed:
        raise pressed


def _steps(
    shop: TableWorkshop, best: Member, taken: list[Pair], stop: Stop
) -> Iterator[tuple[Member, list[Pair]]]:
    """Better and better members with their pairs; at last with only the pairs that matter."""
    base = best
    for step in range(STEPS):
        found = _step(shop, best, taken, stop)
        if found is not None:
            best, taken = found
            yield found
        elif not step:
            return
        else:
            break
    yield _thinned(shop, base, best, taken, stop)


def _thinned(
    shop: TableWorkshop, base: Member, best: Member, taken: list[Pair], stop: Stop
) -> tuple[Member, list[Pair]]:
    """The few pairs that trees use most, if they keep nearly all of the gain."""
    shop.tables.use(taken)
    pairs_in = shop.tables.plan.pairs
    order = np.argsort(-_gains(shop, best)[-len(pairs_in) :], kind="stable")
    nearly = base.score + KEPT_GAIN * (best.score - base.score)
    for size in FEW:
        if stop() or size >= len(pairs_in):
            break
        few = [pairs_in[i] for i in order[:size]]
        member = _on(shop, best, few, stop)
        if member is not None and member.score >= nearly:
            return member, few
    return best, taken


def _gains(shop: TableWorkshop, member: Member) -> np.ndarray:
    """Split gain by place in the whole matrix, over all folds."""
    plan = shop.tables.plan
    gain = np.zeros(plan.pairs_from + len(plan.pairs))
    for model in member.models:
        np.add.at(gain, model.columns, family_module("lightgbm").gains(model.native))
    return gain


def _step(
    shop: TableWorkshop, best: Member, taken: list[Pair], stop: Stop
) -> tuple[Member, list[Pair]] | None:
    """A few more pairs, if they truly help."""
    offered = [pair for pair in _ranked(shop, best, taken, stop) if pair not in taken]
    tried: list[tuple[Member, list[Pair]]] = []
    for size in SIZES:
        if stop() or size >= 2 * len(offered):
            break
        more = [*taken, *offered[:size]]
        member = _on(shop, best, more, stop)
        if member is None:
            break
        tried.append((member, more))
    most = max((member.score for member, _ in tried), default=best.score)
    if most <= best.score:
        return None
    enough = best.score + ENOUGH * (most - best.score)
    chosen = next(one for one in tried if one[0].score >= enough)
    return chosen if _truly(shop, chosen[0], best) else None


def _on(shop: TableWorkshop, base: Member, chosen: Sequence[Pair], stop: Stop) -> Member | None:
    """The base's recipe on these pairs; None if the time was too short for all folds."""
    shop.tables.use(chosen)
    fitted = []
    for member in shop.fit(replace(base.recipe, features="pairs", rounds=()), stop):
        if stop():
            return None
        fitted.append(member)
    return fitted[-1]


def _truly(shop: TableWorkshop, better: Member, base: Member) -> bool:
    """Whether a gain shows in most folds, not in one."""
    gains = [
        shop.utility(shop.truth[fold], better.out_of_fold[fold])
        - shop.utility(shop.truth[fold], base.out_of_fold[fold])
        for fold in shop.folds
    ]
    return float(np.mean(gains)) > 0 and sum(gain > 0 for gain in gains) * 2 > len(gains)


def _ranked(shop: TableWorkshop, base: Member, taken: Sequence[Pair], stop: Stop) -> list[Pair]:
    """Candidate pairs, by what the base's answers out of fold leave to gain."""
    tables = shop.tables
    tables.use(taken)
    plan, found = tables.plan, _gains(shop, base)
    gain = found[: len(plan.numbers)]
    for pair, amount in zip(plan.pairs, found[plan.pairs_from :].tolist(), strict=True):
        gain[[pair.left, pair.right]] += amount / 2
    outputs = len(shop.classes) if tables.shape == "multiclass" else 1
    start = np.full((len(shop.truth), outputs), np.nan)
    for fold, (model, valid) in enumerate(zip(base.models, shop.folds, strict=True)):
        start[valid] = shop.margins(model, base.recipe, valid, fold)
    strongest = [int(i) for i in np.argsort(-gain, kind="stable") if gain[i] > 0]
    rows = np.flatnonzero(~np.isnan(start[:, 0]))
    return pairs.ranked(
        tables.numbers[rows],
        strongest,
        tables.target[rows],
        start[rows],
        tables.shape,
        base.recipe.seed,
        shop.threads,
        stop,
    )
