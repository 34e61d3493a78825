"""The end of a build in words and numbers: figures with intervals, gates, what next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from luodi.cli.speech import phrase
from luodi.core import words
from luodi.core.values import Figure, GateResult, Verdict

if TYPE_CHECKING:
    from luodi.loop import Built
    from luodi.loop.edge import Edge


def built_lines(built: Built) -> Iterator[str]:
    """The summary of a build, line by line."""
    yield phrase("figures")
    yield from figure_lines(built.verdict)
    yield phrase("gates")
    for gate in built.verdict.gates:
        yield from gate_lines(gate)
    yield from (f"{name:<9} {value}" for name, value in _identity(built).items())
    yield phrase(_next(built), path=built.path)


def _next(built: Built) -> str:
    if built.verdict.passed:
        return "next_passed"
    return "next_forced" if built.path else "next_failed"


def figure_lines(verdict: Verdict) -> Iterator[str]:
    """Each figure with its 95 % interval."""
    for figure in verdict.figures.values():
        yield f"  {figure.name:<28} {figure_text(figure)}"


def figure_text(figure: Figure) -> str:
    """A value with its interval where it has one.

    Example:
        >>> figure_text(Figure("roc_auc", 0.91234, 0.9, 0.93))
        '0.9123  [0.9000, 0.9300]'
    """
    value = number(figure.value)
    if figure.low is None or figure.high is None:
        return value
    return f"{value}  [{number(figure.low)}, {number(figure.high)}]"


def number(value: float) -> str:
    """A number with four digits that count.

    Example:
        >>> number(0.5), number(12345.678), number(0.00012345)
        ('0.5000', '12346', '0.0001234')
    """
    value += 0.0  # minus nothing is nothing
    size = abs(value)
    if size >= 1000:
        return f"{value:.0f}"
    return f"{value:.4f}" if size >= 0.001 or size == 0 else f"{value:.4g}"


def gate_lines(gate: GateResult) -> Iterator[str]:
    """One gate; a failed one with why and what would help."""
    seen = "" if gate.seen is None else f"  ({gate.seen:.4g})"
    yield f"  {'✓' if gate.passed else '✗'} {gate.name} {_wanted(gate)}{seen}"
    if gate.finding and not gate.passed:
        yield from (f"      {text}" for text in _texts(gate) if text)


def _wanted(gate: GateResult) -> str:
    """A gate's condition: signs in every language, the words of the built-in ones in Chinese."""
    if words.language() == "en":
        return gate.wanted
    built_in = words.room("card")["built_in_wanted"].get(gate.name)
    return str(built_in["zh"]) if built_in else gate.wanted.replace(" at ", " 置信度 ")


def built_record(built: Built) -> dict[str, Any]:
    """A build as JSON data."""
    verdict = built.verdict
    return {
        "path": str(built.path) if built.path else None,
        "digest": built.digest,
        "passed": verdict.passed,
        "seconds": round(built.seconds, 3),
        "figures": {figure.name: _figure_record(figure) for figure in verdict.figures.values()},
        "gates": [_gate_record(gate) for gate in verdict.gates],
        "findings": [finding.record() for finding in verdict.findings],
        "leaderboard": [dict(row) for row in built.leaderboard],
        **({} if built.edge is None else {"edge": edge_record(built.edge)}),
    }


def edge_record(edge: Edge) -> dict[str, Any]:
    """What was made for small devices, as JSON data."""
    from luodi.loop.lite import records

    return {
        "passed": edge.int8.passed,
        "files": [str(path) for path in edge.files],
        "table": [dict(row) for row in edge.int8.table],
        "refused": None if edge.int8.refused is None else edge.int8.refused.record(),
        "tflite": records(edge.lite),
    }


def _texts(gate: GateResult) -> list[str]:
    record = gate.finding.record() if gate.finding else {}
    return [record.get(part, "") for part in ("seen", "wanted", "remedy")]


def _identity(built: Built) -> dict[str, str]:
    named = {phrase("release"): built.path, phrase("digest"): built.digest}
    return {name: str(value) for name, value in named.items() if value}


def _figure_record(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _gate_record(gate: GateResult) -> dict[str, Any]:
    finding = gate.finding.record() if gate.finding else None
    return {
        "name": gate.name,
        "passed": gate.passed,
        "wanted": gate.wanted,
        "seen": gate.seen,
        "finding": finding,
    }
