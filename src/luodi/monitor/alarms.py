"""From evidence to one alarm of three: inputs broken, inputs moved, or the model got worse.

A broken input comes first, for it explains all else and is mended elsewhere. Then what truths
say. Before they come, inputs that moved count as a worse model only when the answers' own
probabilities lead to expect a figure outside both intervals; else the model holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from luodi.core import words
from luodi.core.promise import Promise
from luodi.core.task import LOWER_IS_BETTER
from luodi.core.values import Finding
from luodi.monitor.causes import BROKEN
from luodi.monitor.figure import Quality
from luodi.monitor.quality import worse

INPUTS, MOVED, WORSE, OVER = "alarm.broken", "alarm.moved", "alarm.worse", "alarm.over"
SEVERITY = {INPUTS: "error", MOVED: "warning", WORSE: "error", OVER: "note"}
MOST_TOLD = 5


@dataclass(frozen=True)
class State:
    """What is known of a model at one moment.

    Attributes:
        promise: What its release promised.
        findings: What lasts in its inputs.
        live: Its figure from truths.
        estimate: The figure to expect of the latest answers.
        per_day: Answers a day.
        level: The level of one look at quality.
    """

    promise: Promise
    findings: Sequence[Finding]
    live: Quality
    estimate: Quality
    per_day: float
    level: float


@dataclass(frozen=True)
class Raised:
    """One alarm.

    Attributes:
        code: ``alarm.broken``, ``alarm.moved``, ``alarm.worse``, or ``alarm.over`` when it ended.
        evidence: Its numbers, JSON data.
    """

    code: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``note``."""
        return SEVERITY[self.code]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is about."""
        return tuple(str(one["column"]) for one in self.evidence.get("causes", ()))

    @property
    def causes(self) -> list[str]:
        """What it is about, so that an alarm that goes on is told once.

        What broke is told again when it turns out to be something else; whether an input moved
        in one way or another is not worth that.
        """
        told = self.evidence.get("causes", ())
        return sorted(
            f"{one['code'] if one['code'] in BROKEN else MOVED}:{one['column']}" for one in told
        )

    def part(self, name: str, lang: str | None = None) -> str:
        """``seen``, ``wanted`` or ``remedy``, in English or Chinese."""
        spoken = words.language(lang)
        return words.part(self.code, name, spoken, _facts(self, spoken))

    def record(self, lang: str | None = None) -> dict[str, Any]:
        """The alarm as JSON data, with its texts, those of each cause, and what it costs."""
        spoken = words.language(lang)
        return {
            "code": self.code,
            "severity": self.severity,
            **{name: self.part(name, lang) for name in words.PARTS},
            "causes": [_told(one, spoken) for one in self.evidence.get("causes", ())],
            "cost": _facts(self, spoken)["cost"],
            "evidence": dict(self.evidence),
        }


def classify(state: State) -> Raised | None:
    """The one alarm that a state calls for; None when all is well."""
    broken = [one for one in state.findings if one.code in BROKEN]
    if broken:
        return Raised(INPUTS, _evidence(state, broken, state.promise.without))
    if worse(state.promise, state.live, state.level):
        return Raised(WORSE, _evidence(state, state.findings, _decides(state).cost))
    if not state.findings:
        return None
    known = _decides(state)
    code = WORSE if known is state.estimate and _expected_worse(state.promise, known) else MOVED
    return Raised(code, _evidence(state, state.findings, known.cost))


def _decides(state: State) -> Quality:
    """The figure that a verdict rests on: truths, and the estimate only where they give none."""
    return state.estimate if state.live.chance is None else state.live


def _expected_worse(promise: Promise, estimate: Quality) -> bool:
    """Whether even the better end of what is expected is worse than the promise's worse end.

    And than what the same estimate says of training, for it has its own bias.
    """
    if estimate.low is None or estimate.high is None or promise.low is None:
        return False
    usual = estimate.usual
    if promise.metric in LOWER_IS_BETTER:
        limits = (promise.high, usual)
        return promise.high is not None and all(x is None or estimate.low > x for x in limits)
    return all(x is None or estimate.high < x for x in (promise.low, usual))


def _evidence(state: State, causes: Sequence[Finding], cost: float | None) -> dict[str, Any]:
    before = state.promise.cost
    known = cost is not None and before is not None
    extra = (cost - before) * state.per_day if known else None  # type: ignore[operator]
    return {
        "causes": [
            {"code": one.code, "column": one.column, "evidence": dict(one.evidence)}
            for one in causes
        ],
        "basis": "estimate" if _decides(state) is state.estimate else "truths",
        "live": state.live.record(),
        "estimate": state.estimate.record(),
        "promised": state.promise.value,
        "answers_per_day": state.per_day,
        "cost_per_day": extra,
        "priced": state.promise.priced,
    }


def _facts(alarm: Raised, lang: words.Language) -> dict[str, Any]:
    """What the texts speak of, put into words of one language."""
    phrases = words.room("alarm")["phrases"]

    def said(name: str, **facts: Any) -> str:
        return str(phrases[name][lang]).format_map(facts)

    evidence = alarm.evidence
    between = "；" if lang == "zh" else "; "
    causes = [_cause(one, lang) for one in evidence.get("causes", ())]
    told = between.join(causes[:MOST_TOLD])
    if len(causes) > MOST_TOLD:
        told += said("more", count=len(causes) - MOST_TOLD)
    return {
        "causes": told or said("no_causes"),
        "columns": ", ".join(alarm.columns[:MOST_TOLD]),
        "quality": _quality(evidence, said),
        "cost": _cost(evidence, said),
    }


def _told(one: Mapping[str, Any], lang: words.Language) -> dict[str, Any]:
    remedy = words.part(str(one["code"]), "remedy", lang, {"column": one["column"]})
    named = {"code": one["code"], "column": one["column"]}
    return {**named, "seen": _cause(one, lang), "remedy": remedy}


def _cause(one: Mapping[str, Any], lang: words.Language) -> str:
    facts = {**one["evidence"], "column": one["column"]}
    return words.part(str(one["code"]), "seen", lang, facts).rstrip(".。")


def _quality(evidence: Mapping[str, Any], said: Any) -> str:
    """The figure that decided, and no other."""
    promised = evidence.get("promised")
    name = "live" if evidence.get("basis") == "truths" else "estimate"
    figure = evidence.get(name) or {}
    facts = {key: figure.get(key) for key in ("metric", "value", "cases", "low", "high")}
    if promised is None or None in facts.values():
        return str(said("no_quality"))
    return str(said(name, **facts, promised=promised))


def _cost(evidence: Mapping[str, Any], said: Any) -> str:
    extra = evidence.get("cost_per_day")
    if extra is None:
        return str(said("no_cost"))
    return str(said("cost" if evidence.get("priced") else "mistakes", amount=extra))
