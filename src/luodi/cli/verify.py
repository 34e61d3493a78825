"""``luodi verify``: whether a release is whole, unchanged, signed and answers as it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from luodi.cli.options import Json, Key, Language, Release
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, phrase, say
from luodi.core.errors import Exit

MARKS = {"ok": "✓", "failed": "✗", "skipped": "·"}


@verb
def verify(release: Release, key: Key = None, as_json: Json = False, lang: Language = None) -> int:
    """Check that a release is whole, signed and answers as judged."""
    from luodi import loop

    report = loop.verify(release, key=key)
    if as_json:
        answer_json(report)
    else:
        for line in report_lines(report):
            answer(line)
    error = report["error"]
    if error:
        say(f"{error['code']}: {error['seen']} {error['wanted']} {error['remedy']}")
        return int(error["exit"])
    say(phrase("verify_done", path=release.name))
    return int(Exit.DONE)


def report_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Each check with how it went, then what the release is and who signed it."""
    for step in report["steps"]:
        took = "" if step["milliseconds"] is None else f"{step['milliseconds']:8.1f} ms"
        yield f"{MARKS[step['outcome']]} {step['name']:<10}{took}".rstrip()
    if report["digest"]:
        yield f"{phrase('digest')} {report['digest']}"
        yield f"{phrase('signer')} {_signer(report)}"


def _signer(report: Mapping[str, Any]) -> str:
    """Who signed it, and how far that was checked."""
    if not report["signer"]:
        return phrase("unsigned")
    checked = "signature_checked" if report["signature_checked"] else "signature_unchecked"
    return f"{report['signer']} ({phrase(checked)})"
