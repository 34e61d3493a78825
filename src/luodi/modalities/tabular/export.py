"""A candidate as bytes that anyone can score with, proven equal to the trained object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from luodi.core.codec import Batch
from luodi.core.metrics import default_metric
from luodi.core.objective import utility
from luodi.core.session import Session
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Dataset, Member, Parts
from luodi.modalities.tabular import adversary, parity, watch
from luodi.modalities.tabular.codec import Codec
from luodi.modalities.tabular.graph.compose import composed
from luodi.modalities.tabular.importance import WIDE, effort, importance
from luodi.modalities.tabular.learn.prepared import Prepared
from luodi.modalities.tabular.records import laid, truth_of

GOLDEN_ROWS = 24


def converted(candidate: Candidate) -> Artifact:
    """The graph and its codec, not checked yet: enough to measure size and speed."""
    codec = candidate.prepared.codec.to_json()
    return Artifact(composed(candidate), codec, {}, {}, {}, {})


def proven(artifact: Artifact, candidate: Candidate, parts: Parts, task: Task) -> Artifact:
    """The artifact with proof and papers: parity, golden rows, reference, plan, importance.

    Raises:
        LuodiError: ``convert.parity`` when the graph answers differently.
    """
    prepared: Prepared = candidate.prepared
    session = Session(artifact.model, prepared.codec.goal)
    proof = parity.checked(candidate, session, parts.holdout)
    seen = _spread(parts.train, watch.LARGEST)
    some = _spread(parts.train, watch.most_answers(len(artifact.model) / 1e6))
    outputs = session(laid(prepared.codec, some).feeds)
    return replace(
        artifact,
        codec=_json(artifact.codec),
        parity=proof,
        golden=golden(prepared.codec, session),
        reference=_json(watch.reference(prepared.codec, seen, outputs, task.data.time)),
        plan=plan(candidate, task.metric or default_metric(task.goal, _truth(candidate, parts)))
        | _review(task),
        importance=_importance(candidate, artifact.model, session, parts.train, task),
    )


def _spread(dataset: Dataset, most: int) -> Dataset:
    """At most so many records, taken evenly from first to last."""
    step = -(-len(dataset) // most)
    return dataset if step <= 1 else replace(dataset, table=dataset.table.gather_every(step))


def _json(data: Any) -> Any:
    """Data as JSON reads it back: lists for tuples, so that a release equals what was packed."""
    return json.loads(json.dumps(data))


def golden(codec: Codec, session: Session) -> dict[str, Any]:
    """Made-up records, ordinary and strange, and the graph's answers to them."""
    rows = adversary.records(codec, (), GOLDEN_ROWS, seed=1)
    batch = codec.encode_rows(rows)
    outputs = session(batch.feeds)
    noticed = np.array([bool(codes) for codes in batch.warnings])
    if codec.goal == "regress":
        answers = {"value": outputs[0].tolist()}
    else:
        probabilities, decision, review = outputs
        answers = {
            "probabilities": probabilities.tolist(),
            "decision": decision.tolist(),
            "review": (review | noticed).tolist(),
        }
    return {"rows": rows, "answers": answers}


def _truth(candidate: Candidate, parts: Parts) -> np.ndarray:
    return truth_of(candidate.prepared.codec, parts.train)


def plan(candidate: Candidate, metric: str) -> dict[str, Any]:
    """What was built, in enough detail to build it again, and the metric it was built for."""
    prepared: Prepared = candidate.prepared
    names = prepared.plan.numbers
    pairs = [[p.operation, names[p.left], names[p.right]] for p in prepared.plan.pairs]
    members = [
        {**_recipe(member), "weight": weight}
        for member, weight in zip(candidate.members, candidate.weights, strict=True)
    ]
    whole = {
        "format": "tabular-plan/1",
        "name": candidate.name,
        "metric": metric,
        "pairs": pairs,
        "members": members,
        "calibration": dict(candidate.calibration),
        "decision": dict(candidate.decision),
        "features": list(prepared.plan.names),
    }
    return dict(_json(whole))


def _review(task: Task) -> dict[str, Any]:
    """How many answers a day people can look at, for whoever serves the release."""
    per_day = task.review.per_day
    return {} if per_day is None else {"review": {"per_day": per_day}}


def _recipe(member: Member) -> dict[str, Any]:
    recipe = member.recipe
    return {
        "family": recipe.family,
        "params": dict(recipe.params),
        "features": recipe.features,
        "seed": recipe.seed,
        "rounds": list(recipe.rounds),
        "models": len(member.models),
    }


def _importance(
    candidate: Candidate, model: bytes, session: Session, train: Dataset, task: Task
) -> list[tuple[str, float]]:
    codec: Codec = candidate.prepared.codec
    read = parity.columns_read(candidate) if len(codec.names) > WIDE else None
    columns = len(codec.names) if read is None else len(read)
    count, repeats = effort(columns, len(model) / 1e6)
    rng = np.random.default_rng(task.split.seed)
    rows = np.sort(rng.permutation(len(train))[:count])
    sample = replace(train, table=train.table[rows])
    truth = truth_of(codec, sample)
    batch: Batch = laid(codec, sample)
    metric = "rmse" if codec.goal == "regress" else "log_loss"

    def judged(answers: np.ndarray) -> float:
        return utility(metric, truth, answers)

    return importance(codec, session, batch, judged, task.split.seed, repeats, read)
