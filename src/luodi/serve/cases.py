"""A case that waits for a person: what was asked, what was decided, why it was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from luodi.core.codec import Codec, File
from luodi.store.ledger.rows import Review

IMAGE = "/reviews/{id}/image"


def case(review: Review, codec: Codec) -> dict[str, Any]:
    """A case as JSON data.

    Args:
        review: What the ledger gave.
        codec: That of the release which decided.
    """
    return {
        "id": review.id,
        "at": iso(review.at),
        "decision": decided(review, codec),
        "probability": review.probability,
        "record": record(review, codec),
        "warnings": list(review.details.get("warnings", ())),
        "urgency": review.urgency,
        "expires_at": None if review.expires_at is None else iso(review.expires_at),
        "taken_until": iso(review.taken_until),
        "release": review.release,
    }


def record(review: Review, codec: Codec) -> dict[str, Any]:
    """What was asked; in place of a file, which may be megabytes, what it is and where it is."""
    held = dict(review.record)
    found = codec.file(held)
    if found is not None:
        held[found.field] = about(found) | {"path": IMAGE.format(id=review.id)}
    return held


def about(found: File) -> dict[str, Any]:
    """What a file is, in a few words."""
    return {
        "media": found.media,
        "bytes": len(found.data),
        "width": found.width,
        "height": found.height,
    }


def decided(review: Review, codec: Codec) -> Any:
    """What was decided: a class in the type that labels had in the source, or a number."""
    if codec.goal == "regress":
        return float(review.decision)
    return dict(zip(codec.classes, codec.typed_classes, strict=True))[review.decision]


def iso(at: int) -> str:
    """A moment of the ledger, microseconds since 1970, as ISO 8601 in UTC.

    Example:
        >>> iso(57600000000)
        '1970-01-01T16:00:00+00:00'
    """
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat()
