"""The card as plain JSON data: everything that its page and its terminal form tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from luodi.core.words import entry
from luodi.release.card.limits import limits
from luodi.release.card.rule import decision_rule

if TYPE_CHECKING:
    from luodi.core.task import Task
    from luodi.core.values import Artifact, Figure, Finding, GateResult, Verdict

FORMAT = "card/1"
LANGUAGES = ("en", "zh")
INPUTS = ("numbers", "categories", "times")
MOST_COLUMNS, MOST_FINDINGS, MOST_CANDIDATES = 2000, 200, 100
DIGITS = 6
# The rows of the worst mistakes stay out: the card tells of no single record, unless the task
# allows pictures of them.
_ELSEWHERE = frozenset({"parity", "importance", "metric", "top_errors"})


def card_data(
    task: Task,
    facts: Mapping[str, Any],
    artifact: Artifact,
    verdict: Verdict,
    leaderboard: Sequence[Mapping[str, Any]] = (),
    provenance: Mapping[str, Any] | None = None,
    pictures: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What there is to know about a release, as JSON data.

    Args:
        task: The task.
        facts: The records in numbers, as ``dataset_facts`` gives them; any key may be absent.
            A true ``generated`` says that the records were made by a program.
        artifact: What is shipped. Of its plan ``name``, ``members`` (each with ``family``,
            ``features``, ``rounds``, ``weight``), ``pairs`` (operation, left, right),
            ``calibration`` (``slope``, ``offset``) and ``decision`` (as
            ``core.decision.Rule.to_json``) are told.
        verdict: What the judge said of it.
        leaderboard: Candidates, best first, each with ``name`` and, where known, ``family``,
            ``score`` (higher is better), ``seconds``, ``one_row_ms``, ``size_mb``, ``chosen``;
            of a training by epochs ``epochs`` (``loss``, ``score`` and ``seconds``, a list each)
            and whether it is ``shipped``.
        provenance: ``created`` (ISO time), ``luodi`` (version), ``versions`` (package to version),
            ``digests`` (member to digest), ``platform``, ``key`` and whatever else should be told.
        pictures: The worst errors as pictures, if the task allows them: each with ``truth``,
            ``decided``, ``probability`` of the truth and ``png`` (base64).

    Returns:
        JSON data with the keys ``format``, ``name``, ``goal``, ``metric``, ``target``, ``passed``,
        ``figures``, ``gates``, ``limits``, ``findings``, ``data``, ``training``, ``graph``,
        ``judged`` (the verdict's details), ``decision`` and ``provenance``. Figures come as
        ``{name, value, low, high, better}``, the task's metric first; gates with a ``condition``
        (``bound``, ``value``, ``confidence``) where the task set one; findings with their texts in
        both languages. Numbers have six significant digits; what is not finite is null.
    """
    details = verdict.details
    card = {
        "format": FORMAT,
        "name": task.name,
        "goal": task.goal,
        "target": _target(task, facts, details),
        **_outcome(task, verdict),
        "data": _records(facts),
        "training": _training(artifact, details, leaderboard),
        "graph": _graph(artifact),
        "judged": _judged(details, pictures),
        "decision": _decision(task, artifact, details),
        "provenance": dict(provenance or {}),
    }
    plain: dict[str, Any] = _plain(card)
    return {**plain, "limits": _plain(limits(plain))}


def _judged(details: Mapping[str, Any], pictures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kept = {key: value for key, value in details.items() if key not in _ELSEWHERE}
    return {**kept, "pictures": list(pictures)} if pictures else kept


def _outcome(task: Task, verdict: Verdict) -> dict[str, Any]:
    """What the judge found, gate by gate."""
    return {
        "metric": verdict.details.get("metric") or next(iter(verdict.figures), None),
        "passed": verdict.passed,
        "figures": [_figure(figure) for figure in verdict.figures.values()],
        "gates": [_gate(task, gate) for gate in verdict.gates],
        "findings": [told(finding) for finding in verdict.findings[:MOST_FINDINGS]],
        "findings_total": len(verdict.findings),
    }


def _graph(artifact: Artifact) -> dict[str, Any]:
    inputs = {kind: len(artifact.codec.get(kind) or ()) for kind in INPUTS}
    inputs |= {kind: artifact.codec[kind] for kind in ("channels",) if kind in artifact.codec}
    return {"bytes": len(artifact.model), "parity": dict(artifact.parity), "inputs": inputs}


def told(finding: Finding) -> dict[str, Any]:
    """A finding with its texts in both languages, so that the card needs no catalogue.

    Names of files stay behind: of a picture they may be a patient's or a part's.
    """
    if "image" in finding.code and "names" in finding.evidence:
        finding = replace(finding, evidence={**finding.evidence, "names": "…"})
    said = {"code": finding.code, "severity": finding.severity, "column": finding.column}
    try:
        entry(finding.code)
        texts = {
            lang: {p: finding.part(p, lang) for p in ("seen", "wanted", "remedy")}
            for lang in LANGUAGES
        }
    except (KeyError, FileNotFoundError):  # a finding from elsewhere, without a text of ours
        texts = {}
    return {**said, "evidence": dict(finding.evidence), "text": texts}


def _target(task: Task, facts: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    known = facts.get("target") or {}
    return {
        "name": task.data.target,
        "unit": details.get("unit") or known.get("unit"),
        "classes": list(details.get("classes") or ()),
        "positive": details.get("positive"),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in ("name", "value", "low", "high", "better")}


def _gate(task: Task, gate: GateResult) -> dict[str, Any]:
    asked = task.gates.get(gate.name)
    condition = None
    if asked is not None:
        bound = "at_least" if asked.at_least is not None else "at_most"
        condition = {"bound": bound, "value": getattr(asked, bound), "confidence": asked.confidence}
    return {
        "name": gate.name,
        "passed": gate.passed,
        "wanted": gate.wanted,
        "condition": condition,
        "seen": gate.seen,
        "finding": told(gate.finding) if gate.finding else None,
    }


def _records(facts: Mapping[str, Any]) -> dict[str, Any]:
    columns = list(facts.get("columns") or ())
    return {**facts, "columns": columns[:MOST_COLUMNS], "columns_total": len(columns)}


def _training(
    artifact: Artifact, details: Mapping[str, Any], board: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    plan = artifact.plan
    importance = list(artifact.importance or details.get("importance") or ())
    return {
        "chosen": plan.get("name"),
        "members": [dict(member) for member in plan.get("members") or ()],
        "calibration": plan.get("calibration"),
        "pairs": [list(pair) for pair in plan.get("pairs") or ()],
        "importance": [[str(column), share] for column, share in importance[:MOST_COLUMNS]],
        "leaderboard": [dict(candidate) for candidate in board[:MOST_CANDIDATES]],
    }


def _decision(task: Task, artifact: Artifact, details: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a decision comes about: the rule, its costs and when a human is asked."""
    if task.goal != "classify":
        return None
    costs = task.costs.model_dump(exclude_none=True) if task.costs else None
    classes = [str(one) for one in details.get("classes") or ()]
    return decision_rule(artifact.plan.get("decision"), costs, classes, details.get("positive"))


def _plain(data: Any) -> Any:
    """Only what JSON holds: numbers rounded, what is not finite as null, arrays as lists."""
    if isinstance(data, Mapping):
        return {_plain(str(key)): _plain(value) for key, value in data.items()}
    if isinstance(data, str):
        return data.encode("utf-8", "replace").decode("utf-8")
    if data is None or isinstance(data, bool | int):
        return data
    if isinstance(data, float):
        return float(f"{data:.{DIGITS}g}") if isfinite(data) else None
    if hasattr(data, "tolist"):  # numpy scalars and arrays, without importing numpy
        return _plain(data.tolist())
    if isinstance(data, Sequence | set | frozenset) and not isinstance(data, bytes):
        return [
            _plain(value) for value in (sorted(data) if isinstance(data, set | frozenset) else data)
        ]
    return str(data)
