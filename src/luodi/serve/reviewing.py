"""The review queue over HTTP: the next cases, what a person saw, and what nobody could say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from luodi.core.errors import LuodiError
from luodi.serve import feedback, reply
from luodi.serve.cases import case
from luodi.serve.codecs import Codecs
from luodi.serve.feedback import Given
from luodi.serve.metrics import Metrics
from luodi.serve.reply import Reply
from luodi.store import lookup
from luodi.store.ledger import reviews
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Receipt, Review

MOST_COUNT = 100
MOST_LEASE_S = 86_400
SANDBOX = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
KEYS = frozenset(("model", "count", "lease_s"))


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody wants to look at.

    Attributes:
        model: The task.
        count: How many cases at most.
        lease_s: How long they are this person's.
    """

    model: str
    count: int
    lease_s: float


def asking(value: Any, models: Mapping[str, Any]) -> Asking:
    """What somebody wants, as it was sent.

    Args:
        value: The body.
        models: The tasks in service by name; the first one is meant where none is named.

    Raises:
        LuodiError: ``serve.review`` when it is not ``{"model"?, "count"?, "lease_s"?}``;
            ``serve.no_model`` for a task that is not served.
    """
    if type(value) is not dict or not set(value) <= KEYS:
        raise LuodiError("serve.review")
    model = value.get("model", next(iter(models)))
    count, lease_s = value.get("count", 1), value.get("lease_s", reviews.LEASE_S)
    if type(model) is not str or type(count) is not int or type(lease_s) not in (int, float):
        raise LuodiError("serve.review")
    if not 1 <= count <= MOST_COUNT or not 1 <= lease_s <= MOST_LEASE_S:
        raise LuodiError("serve.review")
    if model not in models:
        raise LuodiError("serve.no_model")
    return Asking(model, count, lease_s)


def skipped(value: Any) -> str:
    """The id of the answer that nobody could judge, as it was sent.

    Raises:
        LuodiError: ``serve.review`` when it is not ``{"id"}``.
    """
    if type(value) is not dict or set(value) != {"id"} or not feedback.is_id(value["id"]):
        raise LuodiError("serve.review")
    return str(value["id"])


async def image(name: str, codecs: Codecs, ledger: Ledger) -> Reply:
    """The image of a case that waits, as the file that was asked about.

    Whoever made it may have written anything into it: a browser is told to run nothing of it, and
    not to take it for anything else.

    Raises:
        LuodiError: ``ledger.review_unknown``, ``serve.no_image``; as ``give``.
    """
    return await asyncio.get_running_loop().run_in_executor(None, _image, name, codecs, ledger)


def _image(name: str, codecs: Codecs, ledger: Ledger) -> Reply:
    record = lookup.waiting_record(ledger, name)
    if record is None:
        raise LuodiError("ledger.review_unknown", id=name)
    found = codecs.of([name])[name].file(record)
    if found is None:
        raise LuodiError("serve.no_image")
    return Reply(200, found.data, found.media.encode(), SANDBOX)


async def give(asked: Asking, who: str, codecs: Codecs, ledger: Ledger) -> Reply:
    """Lend the next cases.

    Raises:
        LuodiError: as ``reviews.taking``; ``store.*``, ``release.*`` when a release that decided
            cannot be read.
    """
    future = reviews.taking(ledger, asked.model, who, asked.count, asked.lease_s)
    taken: list[Review] = (await asyncio.wrap_future(future))[0]
    return await asyncio.get_running_loop().run_in_executor(None, _written, taken, codecs)


def _written(taken: Sequence[Review], codecs: Codecs) -> Reply:
    known = codecs.of({one.id for one in taken})
    return reply.json([case(one, known[one.id]) for one in taken])


async def answer(item: Given, who: str, codecs: Codecs, ledger: Ledger, metrics: Metrics) -> Reply:
    """Keep what a person saw as an outcome.

    Raises:
        LuodiError: ``serve.truth``, ``ledger.review_unknown``; as ``reviews.answering``.
    """
    (outcome,) = await feedback.outcomes([item], codecs, who)
    receipt: Receipt = (await asyncio.wrap_future(reviews.answering(ledger, outcome)))[0]
    metrics.outcome(receipt.counts)
    return feedback.written([receipt], many=False)


async def skip(name: str, who: str, ledger: Ledger) -> Reply:
    """Let a case wait no more.

    Raises:
        LuodiError: as ``reviews.skipping``.
    """
    is_skipped: bool = (await asyncio.wrap_future(reviews.skipping(ledger, name, who)))[0]
    return reply.json({"id": name, "skipped": is_skipped})
