"""What a ledger takes and gives back, as values."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from luodi.core.errors import LuodiError
from luodi.core.manifest import canonical_json
from luodi.store.ledger.clock import now_us

Alias = Literal["champion", "challenger", "previous"]
NAME_LENGTH = 200
TEXT_LENGTH = 100_000
LAST_US = 253_402_300_800_000_000  # the end of the year 9999


def new_id(at: int | None = None) -> str:
    """A name for an answer: 32 hexadecimal digits that nobody can guess.

    Those of later answers sort later, to the millisecond; a database keeps such names close
    together, which makes it faster.

    Args:
        at: The moment, in microseconds; None for now.

    Example:
        >>> len(new_id()), new_id(at=1_000_000) < new_id(at=1_001_000)
        (32, True)
    """
    moment = now_us() if at is None else at
    return f"{moment // 1000:012x}{secrets.token_hex(10)}"


def json_text(value: Any, field: str) -> str:
    """A value as canonical JSON text.

    Raises:
        LuodiError: ``ledger.text`` when it is not JSON data.
    """
    try:
        return canonical_json(value).decode()
    except (ValueError, TypeError, RecursionError):
        raise LuodiError("ledger.text", field=field) from None


def plain_text(value: str, field: str, longest: int = NAME_LENGTH) -> str:
    """A text that both databases can hold.

    Args:
        value: The text.
        field: What it is, for the error.
        longest: How many characters it may have; a database cannot look up very long names.

    Raises:
        LuodiError: ``ledger.text`` for one that is not valid Unicode or holds a zero byte,
            ``ledger.long``.
    """
    if len(value) > longest:
        raise LuodiError("ledger.long", field=field, seen=len(value), limit=longest)
    try:
        if "\0" not in value and (value.isascii() or value.encode()):
            return value
    except UnicodeEncodeError:
        pass
    raise LuodiError("ledger.text", field=field)


def moment(value: int, name: str) -> int:
    """A moment that both databases, and every calendar, can hold.

    Raises:
        LuodiError: ``ledger.moment``.
    """
    if not 0 <= value < LAST_US:
        raise LuodiError("ledger.moment", id=name)
    return value


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer.

    Attributes:
        id: Its name, from ``new_id``.
        release: Digest of the release that gave it.
        decision: What was decided, as canonical text.
        record: The record as it was asked about.
        action: ``accept``, or ``review`` when a person is to look at it: then it waits in the
            review queue as soon as it is kept.
        probability: Probability of the decision or the class the task is about, if there is one.
        details: Everything else that was answered.
        at: When, in microseconds since 1970 in UTC.
        urgency: Of those that wait for a person, the greatest comes first.
        expires_at: When a person need no longer look at it; None for never.
    """

    id: str
    release: str
    decision: str
    record: Mapping[str, Any]
    action: str = "accept"
    probability: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    at: int = field(default_factory=now_us)
    urgency: float = 0.0
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came true.

    Attributes:
        id: The answer it belongs to.
        truth: The truth as canonical text (``core.text.canonical``).
        at: When it came true, in microseconds since 1970 in UTC.
        source: Who says so, such as ``http`` or the name of a file.
    """

    id: str
    truth: str
    at: int = field(default_factory=now_us)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one outcome; every one of these is durably kept.

    Attributes:
        id: The answer it was for.
        code: None when it counts; else why it was set aside or, for ``ledger.outcome_same``, that
            it was known already.
    """

    id: str
    code: str | None = None

    @property
    def counts(self) -> bool:
        """Whether the ledger holds this truth for this answer."""
        return self.code in (None, "ledger.outcome_same")

    def text(self, lang: str | None = None) -> str:
        """The answer in words, in English or Chinese; empty when it simply counts."""
        return LuodiError(self.code, id=self.id).text(lang) if self.code else ""


@dataclass(frozen=True, slots=True)
class Review:
    """One answer for a person to look at.

    Attributes:
        id: The answer.
        release: Digest of the release that gave it.
        at: When it was given, in microseconds since 1970 in UTC.
        decision: What was decided.
        probability: Its probability, if there is one.
        record: The record as it was asked about.
        details: Everything else that was answered.
        urgency: How much it is worth to look.
        expires_at: When nobody need look any more; None for never.
        taken_until: When the lease ends; from then on somebody else may be given it.
    """

    id: str
    release: str
    at: int
    decision: str
    probability: float | None
    record: Mapping[str, Any]
    details: Mapping[str, Any]
    urgency: float
    expires_at: int | None
    taken_until: int


@dataclass(frozen=True, slots=True)
class Release:
    """One release that the ledger knows.

    Attributes:
        digest: The release digest.
        name: The task's name.
        blob: Digest of the file; two builds of one release differ in it.
        about: What is worth knowing of it, JSON data.
        added_at: When it was added, in microseconds since 1970 in UTC.
    """

    digest: str
    name: str
    blob: str
    about: Mapping[str, Any] = field(default_factory=dict)
    added_at: int = field(default_factory=now_us)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that watching has found.

    Attributes:
        release: Digest of the release it is about.
        code: Stable code of the finding.
        severity: ``error``, ``warning`` or ``note``.
        evidence: Its numbers, JSON data.
        at: When, in microseconds since 1970 in UTC.
    """

    release: str
    code: str
    severity: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    at: int = field(default_factory=now_us)


@dataclass(frozen=True, slots=True)
class Reason:
    """Who did something and why.

    Attributes:
        actor: A person or a part of luodi.
        reason: In words.
        details: Numbers behind it, JSON data.
    """

    actor: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
