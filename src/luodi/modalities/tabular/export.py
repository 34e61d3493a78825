"""A candidate as bytes that anyone can score with, proven equal to the trained object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from luodi.core.codec import Batch
from luodi.core.metrics import default_metric
from luodi.core.modality import Observed
from luodi.core.objective import utility
from luodi.core.session import Session
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Dataset, Parts
from luodi.modalities.papers import plain, plan, spread
from luodi.modalities.reference import LARGEST, most_answers, reference
from luodi.modalities.tabular import adversary, parity, watch
from luodi.modalities.tabular.codec import Codec
from luodi.modalities.tabular.graph.compose import composed
from luodi.modalities.tabular.importance import WIDE, effort, importance
from luodi.modalities.tabular.learn.prepared import Prepared
from luodi.modalities.tabular.records import laid
from luodi.modalities.target import truth_of

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
    seen = spread(parts.train, LARGEST)
    some = spread(parts.train, most_answers(len(artifact.model) / 1e6))
    outputs = session(laid(prepared.codec, some).feeds)
    return replace(
        artifact,
        codec=plain(artifact.codec),
        parity=proof,
        golden=golden(prepared.codec, session),
        reference=plain(
            reference(_counted(prepared.codec, seen), prepared.codec, seen, outputs, task.data.time)
        ),
        plan=_plan(candidate, parts, task),
        importance=_importance(candidate, artifact.model, session, parts.train, task),
    )


def _counted(codec: Codec, dataset: Dataset) -> Observed:
    return watch.counted(codec, laid(codec, dataset), len(dataset))


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


def _plan(candidate: Candidate, parts: Parts, task: Task) -> dict[str, Any]:
    prepared: Prepared = candidate.prepared
    truth = truth_of(prepared.codec, parts.train)
    names = prepared.plan.numbers
    pairs = [[p.operation, names[p.left], names[p.right]] for p in prepared.plan.pairs]
    return plan(
        candidate, task, task.metric or default_metric(task.goal, truth),
        format="tabular-plan/1", pairs=pairs, features=list(prepared.plan.names),
    )  # fmt: skip


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
