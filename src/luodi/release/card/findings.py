"""What the reader, the check and the judge had to say of the records, gravest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import note, paragraph

Card = Mapping[str, Any]
MOST_FINDINGS = 40
STYLES = {"error": "bad", "warning": "warn", "note": "soft"}
GRAVITY = tuple(STYLES)


def findings(card: Card, voice: Voice) -> Markup:
    """All findings with what would help, or that there are none."""
    found = sorted(card["findings"], key=_gravity)[:MOST_FINDINGS]
    if not found:
        return tag("p", voice("data.no_findings"), class_="soft")
    left = card["findings_total"] - len(found)
    more = note(voice("page.more", cases=numbers.count(left)) if left > 0 else None)
    return join(*(_finding(one, voice) for one in found), more)


def _gravity(found: Mapping[str, Any]) -> int:
    severity = found["severity"]
    return GRAVITY.index(severity) if severity in GRAVITY else len(GRAVITY)


def _finding(found: Mapping[str, Any], voice: Voice) -> Markup:
    severity = found["severity"]
    kind = tag("b", voice.term("severity", severity), class_=STYLES.get(severity, "soft"))
    code = tag("code", one_line(found["code"], 60), class_="code")
    about = name(found["column"], 60) if found["column"] else None
    return tag(
        "div",
        join(kind, code, about, between=" "),
        paragraph(voice.told(found["text"])),
        class_="finding",
    )
