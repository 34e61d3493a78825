"""Gates: conditions over figures that a release must meet before it may be released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.task import CLASSIFY_METRICS, REGRESS_METRICS, Gate, Task
from luodi.core.values import Finding, GateResult
from luodi.evaluate.answers import Answers
from luodi.evaluate.fairness import GAPS
from luodi.evaluate.figures import Sample
from luodi.evaluate.remedies import remedy

SPEED = (
    "one_row_ms_p50",
    "one_row_ms_p99",
    "bare_ms_p50",
    "batch_rows_per_s",
    "load_ms",
    "size_mb",
)
GAINS = ("gain_over_dumb", "gain_over_linear")
PARITY_LIMIT = 1e-6
MOST_PARITY = 1e-3
MOST_WHOLE_PARITY, MOST_WHOLE_FLIPS = 0.01, 0.01
"""For graphs in whole numbers: the mean difference of a probability, and the share of labels."""


@dataclass(frozen=True)
class Bench:
    """Everything a gate may look at."""

    samples: Mapping[str, Sample]
    answers: Answers
    baselines: Sequence[Mapping[str, Any]]
    parity: Mapping[str, Any]
    findings: Sequence[Finding]


def figure_names(task: Task) -> tuple[str, ...]:
    """The figures that a verdict on this task can hold, and that a gate may name.

    Example:
        >>> data = {"source": "a.csv", "target": "y"}
        >>> task = Task.load({"name": "a", "goal": "regress", "data": data})
        >>> figure_names(task)[:3]
        ('rmse', 'mae', 'r2')
    """
    classify = task.goal == "classify"
    known = CLASSIFY_METRICS if classify else REGRESS_METRICS
    priced = tuple(name for name in known if name != "cost" or task.costs is not None)
    own = ("ece", "review_share") if classify else ()
    gaps = (*GAPS, "figure_gap") if classify else ("figure_gap",)
    fair = tuple(f"{gap}:{column}" for column in task.sensitive for gap in gaps)
    return (*priced, *own, *GAINS, *fair, "changed_by_noise", *SPEED)


def check_gates(task: Task) -> None:
    """Refuse gates that could never be judged, before anything is trained.

    Args:
        task: The task.

    Raises:
        LuodiError: ``gate.unknown_figure`` or ``gate.no_interval``.
    """
    known = figure_names(task)
    for name, gate in task.gates.items():
        if name not in known:
            nearest = get_close_matches(name, known, 1, 0.0)[0]
            raise LuodiError(
                "gate.unknown_figure", figure=name, nearest=nearest, known=", ".join(known)
            )
        single = name in SPEED or name.startswith(("figure_gap", "changed_by"))
        if gate.confidence is not None and single:
            raise LuodiError("gate.no_interval", figure=name)


def judged(task: Task, bench: Bench) -> tuple[GateResult, ...]:
    """How each gate went: the task's own or else the default ones, then the ones for all.

    Args:
        task: The task.
        bench: Everything a gate may look at.
    """
    own = [_judged(name, gate, bench) for name, gate in task.gates.items()]
    return (*(own or _against_baselines(bench)), _parity(bench.parity), _errors(bench.findings))


def _judged(name: str, gate: Gate, bench: Bench) -> GateResult:
    wanted, sample = _wanted(gate), bench.samples.get(name)
    if sample is None:
        finding = Finding("gate.undefined", "error", None, {"figure": name, "wanted": wanted})
        return GateResult(name, False, wanted, None, finding)
    seen: float | None = sample.figure.value
    if gate.confidence is not None:
        ends = sample.ends(gate.confidence) if sample.figure.low is not None else None
        seen = None if ends is None else ends[0] if gate.at_least is not None else ends[1]
    if seen is not None and _holds(gate, seen):
        return GateResult(name, True, wanted, seen)
    return GateResult(name, False, wanted, seen, remedy(sample, gate, wanted, seen, bench.answers))


def _holds(gate: Gate, seen: float) -> bool:
    return seen >= gate.at_least if gate.at_least is not None else seen <= (gate.at_most or 0.0)


def _wanted(gate: Gate) -> str:
    sure = "" if gate.confidence is None else f" at {gate.confidence:.4g}"
    if gate.at_least is not None:
        return f">= {gate.at_least:.6g}{sure}"
    return f"<= {gate.at_most:.6g}{sure}"


def _against_baselines(bench: Bench) -> list[GateResult]:
    """Better than the dumb baseline beyond chance; not worse than the linear one beyond it."""
    found = []
    for one in bench.baselines:
        facts = {
            "metric": bench.answers.metric,
            "mine": _short(one["mine"]),
            "theirs": _short(one["figure"]),
            "low": _short(one["low"]),
            "high": _short(one["high"]),
            "rows": len(bench.answers),
        }
        if one["name"] == "dumb":
            passed = one["answer"] == "better"
            blame = Finding("gate.better_than_dumb", "error", None, facts)
            found.append(_default("better_than_dumb", passed, "gain > 0 at 0.95", one, blame))
        if one["name"] == "linear":
            passed = one["answer"] != "worse"
            blame = Finding("gate.not_worse_than_linear", "error", None, facts)
            found.append(_default("not_worse_than_linear", passed, "no loss at 0.95", one, blame))
    return found


def _default(
    name: str, passed: bool, wanted: str, one: Mapping[str, Any], blame: Finding
) -> GateResult:
    return GateResult(name, passed, wanted, one["difference"], None if passed else blame)


def _short(value: float | None) -> str:
    return "—" if value is None else f"{value:.4g}"


def _parity(parity: Mapping[str, Any]) -> GateResult:
    """The graph answers as the trained object did: no flipped label, and next to no difference.

    How much is allowed stands in the proof: 1e-6, or more where sums of single precision are
    added up in another order. In whole numbers a sum on the edge of two steps goes either way and
    later layers follow it, so there the mean difference counts, and a share of the labels.

    Measured on several kinds of rows; one that says ``passed`` itself has looked at more than
    these two numbers and must agree.
    """
    measured = [part for part in parity.values() if isinstance(part, Mapping)] or [parity]
    flips = sum(int(part.get("flips", 0)) for part in measured)
    whole = bool(parity.get("whole"))
    found = [
        float(part[key]) for part in measured if (key := "mean" if whole else "largest") in part
    ]
    seen = max(found) if found else None
    most = MOST_WHOLE_PARITY if whole else MOST_PARITY
    limit = min(float(parity.get("tolerance", PARITY_LIMIT)), most)
    allowed = MOST_WHOLE_FLIPS * sum(int(part.get("rows", 0)) for part in measured) if whole else 0
    small = flips <= allowed and seen is not None and seen <= limit
    passed = small and bool(parity.get("passed", True))
    facts = {"flips": flips, "largest": _short(seen), "limit": f"{limit:g}"}
    blame = None if passed else Finding("gate.parity", "error", None, facts)
    wanted = f"<= {limit:g} on average" if whole else f"<= {limit:g}, no flips"
    return GateResult("parity", passed, wanted, seen, blame)


def _errors(findings: Sequence[Finding]) -> GateResult:
    errors = [finding for finding in findings if finding.severity == "error"]
    names = ", ".join(dict.fromkeys(f"{e.code}:{e.column}" if e.column else e.code for e in errors))
    facts = {"count": len(errors), "codes": names}
    blame = Finding("gate.no_errors", "error", None, facts) if errors else None
    return GateResult("no_errors", not errors, "no error-level finding", float(len(errors)), blame)
