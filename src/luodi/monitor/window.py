"""A window of answers as a sketch, in the bins of the release that gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core import sketch
from luodi.core.modality import Observed
from luodi.core.session import STRANGENESS
from luodi.core.sketch import Floats, Part, Sketch
from luodi.monitor.reference import Expected, Reference


def counted(
    reference: Reference, observed: Observed, answers: Mapping[str, Any] | None = None
) -> Sketch:
    """Count a window.

    Args:
        reference: The bins.
        observed: Its records, column by column.
        answers: By kind of answer, as ``answered`` gives them.

    Returns:
        The sketch; a column that no record holds counts as missing throughout.
    """
    columns: dict[str, Part] = {}
    for name, wanted in reference.columns.items():
        known = observed.known.get(name)
        values = (
            observed.texts.get(name) if wanted.kind == "category" else observed.numbers.get(name)
        )
        columns[name] = _part(wanted, values, observed.rows, known)
    told = {
        name: _part(wanted, (answers or {})[name], observed.rows)
        for name, wanted in reference.answers.items()
        if answers and name in answers
    }
    return Sketch(observed.rows, columns, told)


def answered(
    decisions: Sequence[str | None],
    probabilities: Sequence[float | None],
    details: Sequence[Mapping[str, Any]],
    actions: Sequence[str],
    classes: Sequence[str],
) -> dict[str, Any]:
    """The answers of a window by kind, from what the ledger keeps.

    Args:
        decisions: What was decided.
        probabilities: Probability of the class that the task is about, or of the decision.
        details: What else was answered: ``probabilities`` by class, or ``value``.
        actions: ``accept`` or ``review``.
        classes: The classes of the release; none for values.
    """
    if not classes:
        return {"value": _floats([one.get("value") for one in details])}
    found: dict[str, Any] = {"decision": _texts(decisions), "review": _texts(actions)}
    if len(classes) == 2:
        return {**found, f"probability:{classes[1]}": _floats(probabilities)}
    for name in classes:
        shares = [one.get("probabilities", {}).get(name) for one in details]
        found[f"probability:{name}"] = _floats(shares)
    return found


def strangeness(details: Sequence[Mapping[str, Any]]) -> dict[str, Floats]:
    """How strange the records of a window were to the release, as a column of its inputs.

    The graph that answered said so, and the ledger keeps it; nothing is asked again.

    Args:
        details: What else was answered, as ``answered`` takes it.
    """
    return {STRANGENESS: _floats([one.get(STRANGENESS) for one in details])}


def _texts(values: Sequence[str | None]) -> Any:
    # the None at the end keeps numpy from making an array of fixed letters
    return np.asarray([*(value or "" for value in values), None], object)[:-1]


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)


def _part(wanted: Expected, values: Any, rows: int, known: frozenset[str] | None = None) -> Part:
    if wanted.kind == "category":
        held = np.full(rows, "", object) if values is None else values
        return sketch.categories(held, wanted.listed, known)
    return sketch.numbers(np.full(rows, np.nan) if values is None else values, wanted.edges)
