"""The proof that the graph answers as the trained object does, row by row and leaf by leaf."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.codec import Batch
from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Dataset
from luodi.modalities.tabular import adversary, features, forest, trained
from luodi.modalities.tabular.learn.prepared import Prepared
from luodi.modalities.tabular.records import laid

TOLERANCE = 1e-6
ADVERSARIAL_ROWS = 2_000
LARGEST_HOLDOUT = 20_000


def checked(candidate: Candidate, session: Session, rows: Dataset) -> dict[str, Any]:
    """Compare graph and trained object on records and on hostile ones.

    Args:
        candidate: The trained object.
        session: Its graph.
        rows: Records to compare on, at most the first 20,000 of them.

    Returns:
        Counts and the largest differences, as JSON data.

    Raises:
        LuodiError: ``convert.parity`` when a leaf, a label or more than 1e-6 differs.
    """
    prepared: Prepared = candidate.prepared
    hostile = adversary.records(prepared.codec, _points(candidate), ADVERSARIAL_ROWS)
    batches = {
        "records": laid(prepared.codec, _first(rows)),
        "adversarial": prepared.codec.encode_rows(hostile),
    }
    report: dict[str, Any] = {"tolerance": TOLERANCE}
    for name, batch in batches.items():
        report[name] = _compared(candidate, session, batch)
    report["passed"] = all(
        report[n]["leaves"] == 0 and report[n]["flips"] == 0 and report[n]["largest"] <= TOLERANCE
        for n in batches
    )
    if not report["passed"]:
        raise LuodiError("convert.parity", candidate=candidate.name, **_worst(report))
    return report


def _first(rows: Dataset) -> Dataset:
    from dataclasses import replace

    return replace(rows, table=rows.table.head(LARGEST_HOLDOUT))


def _worst(report: dict[str, Any]) -> dict[str, Any]:
    both = (report["records"], report["adversarial"])
    return {
        "leaves": sum(r["leaves"] for r in both),
        "flips": sum(r["flips"] for r in both),
        "largest": max(r["largest"] for r in both),
        "tolerance": TOLERANCE,
    }


def _points(candidate: Candidate) -> list[tuple[str, float]]:
    """Thresholds that the trees compare raw numbers with."""
    names = candidate.prepared.plan.numbers
    found: list[tuple[str, float]] = []
    for member in candidate.members:
        for model in member.models:
            if model.forest is not None:
                places, thresholds = forest.split_points(model.forest, 2_000)
                columns = model.columns[places]
                pairs = zip(columns.tolist(), thresholds.tolist(), strict=True)
                found += [(names[c], t) for c, t in pairs if c < len(names)]
    return found


def columns_read(candidate: Candidate) -> frozenset[str]:
    """Names of the raw columns that any model of a candidate looks at."""
    plan = candidate.prepared.plan
    names: frozenset[str] = frozenset()
    for member in candidate.members:
        for model in member.models:
            if model.forest is not None:
                names |= plan.sources(np.unique(model.columns[model.forest.feature]))
            else:
                names |= plan.sources(model.native.columns) | frozenset(plan.categories)
    return names


def _compared(candidate: Candidate, session: Session, batch: Batch) -> dict[str, Any]:
    said = trained.says(candidate, batch)
    outputs = session(batch.feeds)
    if said.decision is None:
        scale = np.maximum(np.abs(said.answers), candidate.prepared.spread)
        difference = np.abs(outputs[0] - said.answers) / scale
        flips = 0
    else:
        difference = np.abs(outputs[0] - said.answers)
        flips = int((outputs[1] != said.decision).sum() + (outputs[2] != said.review).sum())
    finite = np.isfinite(outputs[0]).all() and np.isfinite(said.answers).all()
    return {
        "rows": len(said.answers),
        "leaves": _different_leaves(candidate, batch),
        "flips": flips,
        "largest": float(difference.max(initial=0.0)) if finite else float("inf"),
    }


def _different_leaves(candidate: Candidate, batch: Batch) -> int:
    """Pairs of row and tree in which forest and library end in different leaves."""
    matrix = features.matrix(candidate.prepared.plan, batch)
    count = 0
    for member in candidate.members:
        for model in member.models:
            if model.forest is not None:
                read = matrix[:, model.columns]
                count += forest.same_leaves(model.native, model.forest, read)
    return count
