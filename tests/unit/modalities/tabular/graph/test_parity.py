"""The graph answers as the trained object does, for every family, goal and kind of column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tables import mixed, task  # type: ignore[import-not-found]

from luodi.core import session
from luodi.core.decision import Rule
from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Recipe
from luodi.data.split import split
from luodi.modalities.tabular.export import converted, proven
from luodi.modalities.tabular.features import Pair
from luodi.modalities.tabular.graph.compose import composed
from luodi.modalities.tabular.learn.fitted import learner
from luodi.modalities.tabular.learn.workshop import TableWorkshop
from luodi.modalities.tabular.parity import checked
from luodi.modalities.tabular.records import laid

GOALS = {"binary": ("classify", 2), "multiclass": ("classify", 3), "regress": ("regress", 0)}
FAMILIES = ("lightgbm", "catboost", "xgboost", "extra_trees", "linear", "dumb")
ROUNDS = 8


def opened(candidate: Candidate) -> Session:
    """The candidate's graph, ready to answer."""
    return Session(composed(candidate), candidate.prepared.codec.goal)


def made(goal: str, classes: int, families: tuple[str, ...], **more: object):  # type: ignore[no-untyped-def]
    """A candidate of these families, with the parts and the task that it came from."""
    contract = task(goal, split={"folds": 3}, **more)
    parts = split(mixed(goal=goal, classes=classes), contract)
    shop = TableWorkshop(parts, contract)
    shop.tables.use([Pair("product", 0, 1), Pair("ratio", 2, 0), Pair("difference", 1, 2)])
    members = []
    for family in families:
        rounds = (ROUNDS,) * 3 if family in ("lightgbm", "catboost", "xgboost") else ()
        params = learner(family).DEFAULTS if family != "dumb" else {}
        *_, member = shop.fit(Recipe(family, params, "pairs", 0, rounds))
        members.append(shop.shipped(member, single=False))
    weights = tuple([1.0 / len(members)] * len(members))
    costs = ((0.0, 1.0, 1.0), (4.0, 0.0, 1.0), (1.0, 1.0, 0.0))
    rule = Rule(tuple(row[:classes] for row in costs[:classes]), None, 0.3)
    if classes == 2:
        rule = replace(rule, threshold=0.4)
    decision = rule.to_json() if classes else {}
    calibration = {"slope": 1.25, "offset": 0.1 if classes == 2 else 0.0}
    candidate = Candidate(
        "made", tuple(members), weights, calibration, decision, 0.0, shop.prepared
    )
    return candidate, parts, contract


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("goal", GOALS)
def test_every_family_keeps_parity(family: str, goal: str) -> None:
    candidate, parts, _ = made(*GOALS[goal], (family,))
    report = checked(candidate, opened(candidate), parts.holdout)
    assert report["passed"]
    assert report["adversarial"]["rows"] >= 2000
    assert report["records"]["leaves"] == report["adversarial"]["leaves"] == 0


@pytest.mark.parametrize("goal", GOALS)
def test_an_ensemble_of_all_families_keeps_parity(goal: str) -> None:
    candidate, parts, _ = made(*GOALS[goal], FAMILIES[:5])
    assert checked(candidate, opened(candidate), parts.holdout)["passed"]


def test_a_graph_that_answers_differently_is_refused() -> None:
    candidate, parts, _ = made("classify", 2, ("lightgbm",))
    other = replace(candidate, calibration={"slope": 1.26, "offset": 0.1})
    with pytest.raises(LuodiError) as caught:
        checked(other, opened(candidate), parts.holdout)
    assert caught.value.code == "convert.parity"


def test_the_same_candidate_gives_the_same_bytes() -> None:
    candidate, _, _ = made("classify", 2, ("lightgbm", "linear"))
    assert composed(candidate) == composed(candidate)


def test_one_row_and_many_rows_answer_alike() -> None:
    from luodi.runtime.score import Scorer

    candidate, parts, _ = made("classify", 2, FAMILIES[:5])
    artifact = converted(candidate)
    scorer = Scorer(artifact.model, artifact.codec)
    rows = parts.holdout.table.drop("y").to_dicts()
    single = [scorer.predict(row) for row in rows]
    for one, listed in zip(single, scorer.predict(rows), strict=True):
        assert one["probability_1"] == pytest.approx(listed["probability_1"], abs=1e-12)
        assert {k: v for k, v in one.items() if "prob" not in k} == {
            k: v for k, v in listed.items() if "prob" not in k
        }
    frame = scorer.predict(parts.holdout.table)
    assert frame["decision"].to_list() == [answer["decision"] for answer in single]
    wanted = [answer["probability_1"] for answer in single]
    np.testing.assert_allclose(frame["probability_1"], wanted, rtol=0, atol=1e-12)


def test_papers_of_a_release_hold_no_record() -> None:
    candidate, parts, contract = made("classify", 2, ("lightgbm",))
    artifact = proven(converted(candidate), candidate, parts, contract)
    records = {tuple(row.values()) for row in parts.train.table.drop("y").to_dicts()}
    assert artifact.golden["rows"]
    assert all(tuple(row.values()) not in records for row in artifact.golden["rows"])
    assert sum(share for _, share in artifact.importance) == pytest.approx(1.0)
    assert artifact.reference["columns"]["shade"]["values"]


@pytest.mark.parametrize("goal", GOALS)
def test_a_batch_is_answered_alike_whatever_the_cores(
    goal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, parts, _ = made(*GOALS[goal], ("lightgbm", "linear"))
    table = pl.concat([parts.train.table] * 6)
    feeds = laid(candidate.prepared.codec, replace(parts.train, table=table)).feeds
    assert len(table) > 2 * session.LEAST_CHUNK
    graph = opened(candidate)
    answers = []
    for cores in (1, 3):
        monkeypatch.setattr(session.os, "cpu_count", lambda cores=cores: cores)
        answers.append(graph(feeds))
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)
