"""What came true, over HTTP: acknowledged once it is synced, with one clear answer to each."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.codec import Codec
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


Work = Coroutine[Any, Any, list[Receipt]]


def read(value: Any, row: int) -> Given:
    """One item as it was sent.

    Raises:
        LuodiError: ``serve.feedback`` when it is not ``{"id", "truth", "at"?}``.
    """
    if type(value) is not dict or not {"id", "truth"} <= set(value) <= KEYS:
        raise LuodiError("serve.feedback", row=row)
    name = value["id"]
    if type(name) is not str or not 0 < len(name) <= LONGEST_ID or not set(name) <= _ID:
        raise LuodiError("serve.feedback", row=row)
    return Given(name, value["truth"], _moment(value.get("at"), row), row)


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
    items: Sequence[Given], codecs: Codecs, ledger: Ledger, metrics: Metrics
) -> list[Receipt]:
    """Keep outcomes durably.

    Raises:
        LuodiError: ``serve.truth`` when a truth cannot be one of its task, before any is kept; as
            ``Ledger.keep_outcomes``.
    """
    ids = {item.id for item in items}
    known = await asyncio.get_running_loop().run_in_executor(None, codecs.of, ids)
    outcomes = [_outcome(item, known.get(item.id)) for item in items]
    receipts = await asyncio.wrap_future(ledger.keep_outcomes(outcomes))
    for receipt in receipts:
        metrics.outcome(receipt.counts)
    return receipts


def _outcome(item: Given, codec: Codec | None) -> Outcome:
    """The outcome; of an answer that is not known here the truth is kept as far as it is text."""
    if codec is not None:
        truth = codec.truth(item.truth)
    else:
        plain = isinstance(item.truth, str | int | float | bool)
        truth = _text(item.truth) if plain else None
    if truth is None:
        raise LuodiError("serve.truth", row=item.row)
    return Outcome(item.id, truth, item.at, SOURCE)


def _text(value: Any) -> str:
    from luodi.core.text import canonical

    return canonical(value)


def written(receipts: Sequence[Receipt], many: bool) -> Reply:
    """Receipts as a reply: alone, an outcome that does not count is an error with its code."""
    if not many and not receipts[0].counts:
        return problem(receipts[0].code or "serve.unexpected")
    listed = [{"id": one.id, "counts": one.counts, "code": one.code} for one in receipts]
    return reply.json(listed if many else listed[0])
