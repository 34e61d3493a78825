"""What was chosen and judged, with its provenance and its card, as the bytes of a release."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.task import Task
from luodi.core.values import Candidate, Member, Parts, Verdict
from luodi.loop.pictures import worst
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.compress import Chosen
    from luodi.train import Found

WORTH_KNOWING = (
    "numpy",
    "onnxruntime",
    "onnx",
    "polars",
    "scikit-learn",
    "lightgbm",
    "catboost",
    "xgboost-cpu",
    "optuna",
)
"""Packages whose versions decide what a build gives."""


MOST_CURVES = 10
"""Trainings whose epochs are kept, the best of them and those that ship."""


def leaderboard(chosen: Chosen, found: Found) -> list[dict[str, Any]]:
    """Candidates with their size and speed, then the members they were made of."""
    best = {id(m) for m in sorted(found.members, key=lambda m: -m.score)[:MOST_CURVES]}
    shipped = [member.recipe for member in chosen.candidate.members]
    rows = [dict(row) for row in chosen.front]
    rows += [
        {
            "name": f"{m.recipe.family} {number}",
            "family": m.recipe.family,
            "score": m.score,
            "seconds": m.seconds,
            **_curve(m, id(m) in best, m.recipe in shipped),
        }
        for number, m in enumerate(found.members, 1)
    ]
    return sorted(rows, key=lambda row: -row["score"])


def _curve(member: Member, best: bool, shipped: bool) -> dict[str, Any]:
    """How a training by epochs went; nothing of others."""
    if not member.epochs or not (best or shipped):
        return {}
    told = {
        "loss": [one.loss for one in member.epochs],
        "score": [one.score for one in member.epochs],
        "seconds": [one.seconds for one in member.epochs],
    }
    return {"epochs": told, "shipped": shipped}


def packed_release(
    task: Task,
    parts: Parts,
    chosen: Chosen,
    verdict: Verdict,
    board: Sequence[Mapping[str, Any]],
    force: bool,
    made_of: str | None = None,
) -> bytes | None:
    """The release as bytes, or None when a gate failed.

    Args:
        task: The task.
        parts: The records.
        chosen: What is shipped.
        verdict: What the judge said.
        board: Candidates, best first.
        force: Pack although a gate failed.
        made_of: ``sha256:…`` of the release that this one is a smaller form of.
    """
    from luodi import release
    from luodi.release import card

    if not verdict.passed and not force:
        return None
    provenance = _provenance(parts) | ({} if made_of is None else {"made_of": made_of})
    facts = card.dataset_facts(task, parts.train, _judged_on(parts, chosen.candidate))
    kind = modality(task.data.modality)
    pictures = worst(task, parts.holdout, verdict.details, kind)
    page = card.card_data(task, facts, chosen.artifact, verdict, board, provenance, pictures)
    return release.pack(task, chosen.artifact, verdict, provenance, card=page, force=force)


def _judged_on(parts: Parts, candidate: Candidate) -> Parts:
    """The parts with the rows of folds that candidates were chosen by; networks use but one."""
    said = candidate.members[0].out_of_fold  # (rows,) or (rows, classes)
    asked = ~np.isnan(said.reshape(len(said), -1)[:, 0])
    folds = tuple(fold[asked[fold]] for fold in parts.folds if asked[fold].any())
    return replace(parts, folds=folds)


def _provenance(parts: Parts) -> dict[str, Any]:
    """When, where and with what it was built."""
    from datetime import UTC, datetime
    from importlib.metadata import PackageNotFoundError, version

    from luodi import __version__

    versions = {}
    for package in WORTH_KNOWING:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "luodi": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": versions,
        "data": {"train": parts.train.digest, "rows": len(parts.train) + len(parts.holdout)},
    }
