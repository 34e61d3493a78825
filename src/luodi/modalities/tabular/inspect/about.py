"""How a detector writes a finding: plain evidence, and the column's name as YAML takes it."""

from __future__ import annotations

import json
from typing import Any

from luodi.core.values import Finding, Severity


def found(code: str, severity: Severity, column: str | None = None, **evidence: Any) -> Finding:
    """A finding whose evidence is plain data, with ``key``, the column quoted for ``task.yaml``."""
    plain = {name: _plain(value) for name, value in evidence.items()}
    if column is not None:
        plain["key"] = quoted(column)
    return Finding(code, severity, column, plain)


def quoted(name: str) -> str:
    """A name as a double-quoted YAML (and JSON) string."""
    return json.dumps(name, ensure_ascii=False)


def shown(value: object) -> str:
    """A value as a person reads it; whole numbers have no decimal point."""
    if value is None:
        return "missing"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return float(f"{value:.6g}") if isinstance(value, float) else value
