"""Labels that were flipped by chance, or by somebody: who takes over is no worse for the truth.

The champion's recipe is fitted again on its own records and 3,000 that came back with flipped
labels; the trial looks at 2,000 more, flipped like them. What it would promote must not be worse
than the champion on 20,000 records whose labels nobody touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import luodi
from luodi import data
from luodi.core.events import silent
from luodi.core.task import Task
from luodi.core.values import Parts
from luodi.improve.losses import answers, losses, scale, truth_of
from luodi.improve.returned import Returned
from luodi.improve.trial import promise_of, trial
from luodi.loop.making import refitted
from luodi.loop.pipeline import examined
from luodi.modalities import modality
from luodi.runtime.load import Release
from luodi.runtime.score import Scorer
from promise import count
from unit.improve import world

SEEDS = count(2, 20)
LEARNED, JUDGED, CLEAN = 3000, 2000, 20_000
NOISE = 3.0
"""Standard errors by which a challenger may seem worse on the clean records and not be it."""


@dataclass(frozen=True)
class Press:
    """What was built once for all trials."""

    task: Task
    parts: Parts
    champion: Release


@pytest.fixture(scope="module")
def press(tmp_path_factory) -> Press:
    folder = tmp_path_factory.mktemp("flips")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUODI_KEY_DIR", str(folder))
        world.built(folder, 600)
    task = Task.load(folder / "task.yaml")
    return Press(task, examined(task, silent)[0], luodi.load(folder / "press.luodi"))


def came_back(press: Press, rows: int, seed: int, flips: float) -> Returned:
    """Records with what is said to have come true of them."""
    table = world.records(rows, seed)
    sent, moments = table.drop("failed").to_dicts(), np.arange(rows) * 1_000_000
    truths = world.flipped(table["failed"].to_list(), flips, seed)
    decisions = press.champion.scorer.classes[:1] * rows
    names = [str(moment) for moment in moments]
    releases = [press.champion.digest] * rows
    return Returned(names, moments, moments, truths, decisions, sent, releases)


def challenger(press: Press, learned: Returned) -> Scorer:
    """The champion's recipe on the old records and on what came back."""
    kind = modality("tabular")
    moments = learned.at.tolist()
    new = kind.returned(press.parts.train, learned.records, learned.truths, moments, press.task)
    joined = kind.joined([press.parts.train, new])
    grown = data.recut(joined, press.parts.holdout, press.task)
    artifact = refitted(grown, press.task, press.champion.plan)
    return Scorer(artifact.model, artifact.codec)


def worse_by(press: Press, other: Scorer, clean: Returned) -> tuple[float, float]:
    """How much more a case costs under the other one, by the truth, and the error of that."""
    measure = scale(promise_of(press.champion), ())
    truth, rows = truth_of(measure, clean.truths), list(clean.records)
    mine, theirs = (
        losses(measure, answers(measure, one.classes, one.score(rows)), truth)
        for one in (press.champion.scorer, other)
    )
    more = theirs - mine
    return float(more.mean()), float(more.std() / np.sqrt(len(more)))


@pytest.mark.promise("10 % or 30 % of labels flipped: a worse challenger is never promoted")
@pytest.mark.parametrize("flips", [0.1, 0.3])
def test_who_takes_over_after_labels_were_flipped_is_not_worse(press, flips, promise):
    clean = came_back(press, CLEAN, 1, 0.0)
    verdicts, worse, truly_worse = [], [], 0
    for seed in range(100, 100 + SEEDS):
        cases = came_back(press, LEARNED + JUDGED, seed, flips)
        learned, judged = (cases.take(rows) for rows in np.split(np.arange(len(cases)), [LEARNED]))
        other = challenger(press, learned)
        champion = press.champion.scorer
        tried = trial(promise_of(press.champion), champion, other, learned, judged)
        more, error = worse_by(press, other, clean)
        verdicts.append(tried.verdict)
        truly_worse += more > NOISE * error
        if tried.verdict == "better" and more > NOISE * error:
            worse.append((seed, more, error))
    said = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    print(f"{flips:.0%} flipped: {SEEDS} challengers, {truly_worse} truly worse, {said}")
    promise(SEEDS, len(worse))
    assert truly_worse and not worse
