"""Findings for a person (text), a program (JSON) and a code host or editor (SARIF 2.1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from luodi.core import words
from luodi.core.values import Finding

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
PARTS = ("seen", "wanted", "remedy")
SEVERITY = {
    "en": {"error": "error", "warning": "warning", "note": "note"},
    "zh": {"error": "错误", "warning": "警告", "note": "提示"},
}
CLEAN = {"en": "Nothing found.", "zh": "未发现问题。"}


def as_text(findings: Sequence[Finding], lang: str | None = None) -> str:
    """Findings as lines of text.

    Args:
        findings: The findings, in the order they are to be told.
        lang: ``en`` or ``zh``; by default as ``LUODI_LANG`` says.
    """
    spoken = words.language(lang)
    if not findings:
        return CLEAN[spoken]
    return "\n".join(_paragraph(finding, spoken) for finding in findings)


def _paragraph(finding: Finding, spoken: words.Language) -> str:
    where = f" [{finding.column}]" if finding.column else ""
    head = f"{SEVERITY[spoken][finding.severity]}  {finding.code}{where}"
    texts = (finding.part(name, spoken) for name in PARTS)  # type: ignore[arg-type]
    return "\n".join([head, *(f"    {text}" for text in texts if text)])


def as_json(findings: Sequence[Finding], lang: str | None = None) -> dict[str, Any]:
    """Findings as JSON data: how many of each severity, and each finding with its texts."""
    counts = {level: sum(f.severity == level for f in findings) for level in SEVERITY["en"]}
    return {"counts": counts, "findings": [finding.record(lang) for finding in findings]}


def as_sarif(
    findings: Sequence[Finding], task_file_name: str, lang: str | None = None
) -> dict[str, Any]:
    """Findings as a SARIF 2.1.0 log with one run, as JSON data.

    Args:
        findings: The findings.
        task_file_name: Name of the task file, relative to the project; results point to it.
        lang: Language of the messages.
    """
    spoken = words.language(lang)
    codes = sorted({finding.code for finding in findings})
    driver = {
        "name": "luodi",
        "version": version("luodi"),
        "rules": [_rule(code, findings, spoken) for code in codes],
    }
    results = [_result(f, codes.index(f.code), task_file_name, spoken) for f in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, findings: Sequence[Finding], spoken: words.Language) -> dict[str, Any]:
    """A rule; what it wants is told by its first finding, since the text may name facts."""
    first = next(finding for finding in findings if finding.code == code)
    wanted = first.part("wanted", spoken) or first.part("seen", spoken)
    return {
        "id": code,
        "shortDescription": {"text": wanted},
        "defaultConfiguration": {"level": first.severity},
    }


def _result(finding: Finding, rule: int, source: str, spoken: words.Language) -> dict[str, Any]:
    texts = [finding.part(name, spoken) for name in PARTS]  # type: ignore[arg-type]
    text = ("" if spoken == "zh" else " ").join(part for part in texts if part)
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(source)},
            "region": {"startLine": 1},
        }
    }
    if finding.column:
        place["logicalLocations"] = [{"name": finding.column, "kind": "member"}]
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": text},
        "locations": [place],
        "properties": {"evidence": dict(finding.evidence)},
    }
