"""What was passed over, counted by the reason."""

from __future__ import annotations

from collections.abc import Sequence

from luodi.core.values import Finding, Severity

_SHOWN = 3
_SEVERITIES: dict[str, Severity] = {
    "read.image_hidden": "note",
    "read.image_foreign": "note",
    "read.image_link": "warning",
    "read.image_unfit": "warning",
    "read.image_unlabelled": "warning",
    "read.image_absent": "warning",
    "read.image_unreadable": "warning",
}


class Skipped:
    """Names that were passed over, by the code of the reason."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, list[str]]] = {}

    def add(self, code: str, name: str) -> None:
        """Count one; only the first few names are kept."""
        count, names = self._seen.get(code, (0, []))
        if len(names) < _SHOWN:
            names.append(shown(name))
        self._seen[code] = (count + 1, names)

    def findings(self, source: str) -> tuple[Finding, ...]:
        """One finding a reason, in a fixed order."""
        return tuple(
            Finding(code, severity, None, _facts(source, *self._seen[code]))
            for code, severity in _SEVERITIES.items()
            if code in self._seen
        )


def _facts(source: str, count: int, names: Sequence[str]) -> dict[str, object]:
    more = f" (+{count - len(names)})" if count > len(names) else ""
    return {"source": source, "count": count, "names": ", ".join(sorted(names)) + more}


def shown(name: str) -> str:
    """A name for a message: short, and nothing in it that a terminal would obey."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return plain if len(plain) <= 80 else plain[:39] + "…" + plain[-40:]
