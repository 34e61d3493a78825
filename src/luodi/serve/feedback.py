"""What came true, over HTTP: acknowledged once it is synced, with one clear answer to each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from luodi.core.codec import Codec
from luodi.core.errors import LuodiError
from luodi.serve import reply
from luodi.serve.codecs import Codecs
from luodi.serve.metrics import Metrics
from luodi.serve.reply import Reply, problem
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome, Receipt

SOURCE = "http"
KEYS = frozenset(("id", "truth", "at"))
LONGEST_ID = 64
_ID = frozenset("0123456789abcdef-")


@dataclass(frozen=True, slots=True)
class Given:
    """One item of feedback: the answer's id, the truth as it was sent, and when it came true."""

    id: str
    truth: Any
    at: int
    row: int


def read(value: Any, row: int) -> Given:
    """One item as it was sent.

    Raises:
        LuodiError: ``serve.feedback`` when it is not ``{"id", "truth", "at"?}``.
    """
    if type(value) is not dict or not {"id", "truth"} <= set(value) <= KEYS:
        raise LuodiError("serve.feedback", row=row)
    if not is_id(value["id"]):
        raise LuodiError("serve.feedback", row=row)
    return Given(value["id"], value["truth"], _moment(value.get("at"), row), row)


def is_id(value: Any) -> bool:
    """Whether a value could be the id of an answer."""
    return type(value) is str and 0 < len(value) <= LONGEST_ID and set(value) <= _ID


def _moment(value: Any, row: int) -> int:
    """Microseconds since 1970: from ISO 8601, where no zone means UTC; now when not given."""
    if value is None:
        return now_us()
    try:
        moment = datetime.fromisoformat(value)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(zoned.timestamp() * 1_000_000)
    except (TypeError, ValueError, OverflowError):
        raise LuodiError("serve.feedback", row=row) from None


async def keep(
    items: Sequence[Given], many: bool, codecs: Codecs, ledger: Ledger, metrics: Metrics
) -> Reply:
    """Keep outcomes durably.

    Args:
        items: What was sent.
        many: Whether it was sent as a list, and is answered as one.
        codecs: What can be true.
        ledger: Where they are kept.
        metrics: What counts them.

    Raises:
        LuodiError: as ``outcomes``; as ``Ledger.keep_outcomes``.
    """
    told = await outcomes(items, codecs, SOURCE)
    receipts = await asyncio.wrap_future(ledger.keep_outcomes(told))
    for receipt in receipts:
        metrics.outcome(receipt.counts)
    return written(receipts, many)


async def outcomes(items: Sequence[Given], codecs: Codecs, source: str) -> list[Outcome]:
    """What came true, as the ledger takes it.

    Args:
        items: What was sent.
        codecs: What can be true.
        source: Who says so.

    Raises:
        LuodiError: ``serve.truth`` when a truth cannot be one of its task.
    """
    ids = {item.id for item in items}
    known = await asyncio.get_running_loop().run_in_executor(None, codecs.of, ids)
    return [_outcome(item, known.get(item.id), source) for item in items]


def _outcome(item: Given, codec: Codec | None, source: str) -> Outcome:
    """The outcome; of an answer that is not known here the truth is kept as far as it is text."""
    if codec is not None:
        truth = codec.truth(item.truth)
    else:
        plain = isinstance(item.truth, str | int | float | bool)
        truth = _text(item.truth) if plain else None
    if truth is None:
        raise LuodiError("serve.truth", row=item.row)
    return Outcome(item.id, truth, item.at, source)


def _text(value: Any) -> str:
    from luodi.core.text import canonical

    return canonical(value)


def written(receipts: Sequence[Receipt], many: bool) -> Reply:
    """Receipts as a reply: alone, an outcome that does not count is an error with its code."""
    if not many and not receipts[0].counts:
        return problem(receipts[0].code or "serve.unexpected")
    listed = [{"id": one.id, "counts": one.counts, "code": one.code} for one in receipts]
    return reply.json(listed if many else listed[0])
