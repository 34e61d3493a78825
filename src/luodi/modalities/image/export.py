"""Trained networks as bytes that anyone can score with, proven equal to the trained object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from luodi.core.decision import Rule
from luodi.core.metrics import default_metric
from luodi.core.session import STRANGE, STRANGENESS, Session, strange
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Parts
from luodi.modalities.image import adversary, parity, watch
from luodi.modalities.image.codec import Codec
from luodi.modalities.image.graph.compose import composed
from luodi.modalities.image.learn.gathered import judging
from luodi.modalities.image.learn.prepared import FROZEN, TUNED, Prepared
from luodi.modalities.image.records import affordable, answered, files
from luodi.modalities.papers import plain, plan, spread
from luodi.modalities.reference import reference
from luodi.modalities.reference.counts import binned
from luodi.modalities.target import truth_of

GOLDEN_ROWS = 8
MOST_COUNTED = 4_000
"""Images that the reference is counted from, taken evenly from first to last."""


def converted(candidate: Candidate) -> Artifact:
    """The graph and its codec, not checked yet: enough to measure size and speed."""
    codec = candidate.prepared.codec.to_json()
    return Artifact(composed(candidate), plain(codec), {}, {}, {}, {})


def proven(artifact: Artifact, candidate: Candidate, parts: Parts, task: Task) -> Artifact:
    """The artifact with proof and papers: parity, golden images, reference, plan.

    Raises:
        LuodiError: ``convert.parity`` when the graph answers differently.
    """
    prepared: Prepared = candidate.prepared
    codec = prepared.codec
    session = Session(artifact.model, codec.goal)
    proof = parity.checked(candidate, session, parts.holdout)
    some = spread(parts.train, affordable(codec, MOST_COUNTED))
    outputs = answered(session, codec, files(some, codec))
    seen = watch.observed(artifact.codec, some.table)
    counted = reference(seen, codec, some, outputs, task.data.time)
    counted["columns"] |= _strangeness(session, codec, parts, task)
    return replace(
        artifact,
        parity=proof,
        golden=golden(codec, session, Rule.from_json(candidate.decision)),
        reference=plain(counted),
        plan=_plan(candidate, parts, task),
    )


def _strangeness(
    session: Session, codec: Codec, parts: Parts, task: Task
) -> dict[str, dict[str, Any]]:
    """How strange usual images are, as a column to be watched like those of the records.

    It is counted over images that no network learned from: those of training lie too close, and
    everything in service would seem to have moved away from them.
    """
    if STRANGENESS not in session.names:
        return {}
    table = parts.train.table[judging(parts, task)]
    fresh = spread(replace(parts.train, table=table), affordable(codec, MOST_COUNTED))
    values = answered(session, codec, files(fresh, codec))[-1]
    return {STRANGENESS: {"kind": "number", **binned(values)}}


def golden(codec: Codec, session: Session, rule: Rule) -> dict[str, Any]:
    """Made-up images, ordinary and strange, and the graph's answers to them."""
    rows = adversary.records(codec, GOLDEN_ROWS, seed=1)
    batch = codec.encode_rows(rows)
    probabilities, decision, review, *more = session(batch.feeds)
    noticed = np.array([bool(codes) for codes in batch.warnings])
    margins, answers = rule.margins(probabilities), {}
    for strangeness in more:
        noticed |= strange(strangeness)
        margins = np.minimum(margins, np.abs(strangeness - STRANGE))
        answers = {STRANGENESS: strangeness.tolist()}
    answers |= {
        "probabilities": probabilities.tolist(),
        "decision": decision.tolist(),
        "review": (review | noticed).tolist(),
    }
    return {"rows": rows, "answers": answers, "margins": margins.tolist()}


def _plan(candidate: Candidate, parts: Parts, task: Task) -> dict[str, Any]:
    prepared: Prepared = candidate.prepared
    truth = truth_of(prepared.codec, parts.train)
    return plan(
        candidate, task, task.metric or default_metric(task.goal, truth),
        format="image-plan/1", height=prepared.height, width=prepared.width,
        channels=prepared.channels, **_brought(candidate),
    )  # fmt: skip


def _brought(candidate: Candidate) -> dict[str, Any]:
    """The backbone, where a member was made with it."""
    backbone = candidate.prepared.backbone
    used = any(member.recipe.family in (FROZEN, TUNED) for member in candidate.members)
    return {"backbone": backbone.to_json()} if used and backbone is not None else {}
