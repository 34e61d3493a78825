"""Say step by step whether a release holds, for ``luodi verify``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from luodi.core.errors import LuodiError
from luodi.runtime.container import Source
from luodi.runtime.load import Release, load

STEPS = ("size", "structure", "signature", "digests", "graph", "session", "golden")
Outcome = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its name, how it went, and how long it took in milliseconds."""

    name: str
    outcome: Outcome
    milliseconds: float | None = None


@dataclass(frozen=True)
class Report:
    """What became of each check.

    Attributes:
        steps: All checks in their order; those after a failed one are skipped.
        error: Why the failed one failed.
        release: The release, when everything holds.
    """

    steps: tuple[Step, ...]
    error: LuodiError | None = None
    release: Release | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the release holds."""
        return self.error is None

    def record(self, lang: str | None = None) -> dict[str, Any]:
        """The report as JSON data."""
        signer = self.release.signer if self.release else None
        return {
            "ok": self.ok,
            "steps": [
                {"name": s.name, "outcome": s.outcome, "milliseconds": s.milliseconds}
                for s in self.steps
            ],
            "error": self.error.record(lang) if self.error else None,
            "name": self.release.name if self.release else None,
            "digest": self.release.digest if self.release else None,
            "signer": signer.fingerprint if signer else None,
            "signature_checked": signer.verified if signer else None,
            "signer_demanded": signer.demanded if signer else None,
        }


def verify(source: Source, key: Source | None = None) -> Report:
    """Check a release exactly as loading does, and say how each step went.

    Args:
        source: A file, or the bytes themselves.
        key: The public key that must have signed it: a file or bytes, PEM or raw.

    Returns:
        The report; a release that does not hold is no exception here.
    """
    steps: list[Step] = []

    @contextmanager
    def watch(name: str) -> Iterator[None]:
        start, outcome = perf_counter(), "failed"
        try:
            yield
            outcome = "ok"
        finally:
            took = round((perf_counter() - start) * 1e3, 3)
            steps.append(Step(name, "ok" if outcome == "ok" else "failed", took))

    release, error = None, None
    try:
        release = load(source, key=key, watch=watch)
    except LuodiError as caught:
        error = caught
    skipped = (Step(name, "skipped") for name in STEPS[len(steps) :])
    return Report((*steps, *skipped), error, release)


def record(path: Source, key: Source | None = None) -> dict[str, Any]:
    """Each check of a release with how it went, as JSON data; this is ``luodi.verify``.

    Args:
        path: A file, or the bytes themselves.
        key: The public key that must have signed it.
    """
    return verify(path, key).record()
