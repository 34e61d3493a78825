"""What arrives together is answered as one batch and kept in one commit; nobody waits for company.

Requests whose bytes came in the same turn of the event loop are solved in the next one. Under
load turns take longer and batches grow by themselves; a request alone is solved at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from luodi.core.errors import LuodiError
from luodi.serve import answers, portions
from luodi.serve.access import Access
from luodi.serve.answers import Question
from luodi.serve.aside import Aside, Done, Group
from luodi.serve.health import Health
from luodi.serve.metrics import Metrics
from luodi.store.ledger.ledger import Ledger

INLINE_RECORDS = 64
"""More than this would hold the event loop too long, and goes to a thread."""
PATIENCE_S, PAUSE_S = 5.0, 0.01
"""How long many records wait for room in the ledger's queue."""


class Batcher:
    """Solves questions and keeps their answers. It is an object because questions gather in it.

    Args:
        ledger: Where answers are kept; None where none are.
        share: The share of answers that is kept.
        strict: Whether an answer waits for the disk and fails with it.
        metrics: Where batches and losses are counted.
        health: What learns when the ledger is dead.
        access: The log.
    """

    def __init__(
        self,
        ledger: Ledger | None,
        share: float,
        strict: bool,
        metrics: Metrics,
        health: Health,
        access: Access,
    ) -> None:
        self._ledger, self._share = ledger, share if ledger else 0.0
        self._strict, self._metrics, self._health = strict, metrics, health
        self._access = access
        self._waiting: list[tuple[Question, Done]] = []
        self._many = ThreadPoolExecutor(1, "luodi-batch")
        self._slow = Aside(self._run)

    def ask(self, question: Question, done: Done) -> None:
        """Have a question answered; ``done`` is called in the event loop, exactly once."""
        if question.served.is_slow:
            self._slow.put(question, done)
            return
        if len(question.records) > INLINE_RECORDS:
            self._many.submit(self._run, [(question, done)], asyncio.get_running_loop())
            return
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append((question, done))

    def close(self) -> None:
        """End the threads, when no question is left."""
        self._many.shutdown(wait=True, cancel_futures=True)
        self._slow.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        # one batch for each release: while one is swapped, both have questions
        groups: dict[int, list[tuple[Question, Done]]] = {}
        for one in waiting:
            groups.setdefault(id(one[0].served), []).append(one)
        for group in groups.values():
            for part in _cut(group):
                self._wait_for(part, self._solved(part), asyncio.get_running_loop())

    def _run(self, group: Group, loop: asyncio.AbstractEventLoop) -> None:
        """Solve a group in a thread of its own."""
        gone = all(question.request.gone for question, _ in group)
        kept = LuodiError("serve.busy") if gone else self._solved(group)
        end = time.monotonic() + PATIENCE_S
        while _is_busy(kept) and time.monotonic() < end:
            time.sleep(PAUSE_S)  # this thread may wait for the ledger; the event loop may not
            kept = self._kept([question for question, _ in group])
        loop.call_soon_threadsafe(self._wait_for, group, kept, loop)

    def _solved(self, group: Group) -> Future[Any] | LuodiError | None:
        """Answers, on their way into the ledger: the future that says so, or what went wrong."""
        questions = [question for question, _ in group]
        self._solve(questions)
        return self._kept(questions)

    def _kept(self, questions: Sequence[Question]) -> Future[Any] | LuodiError | None:
        try:
            rows = answers.chosen(questions, self._share)
            if not rows or self._ledger is None:
                return None
            return self._ledger.keep_predictions(rows, synced=self._strict)
        except LuodiError as error:
            return error
        except Exception as error:  # a fault here must not leave clients without an answer
            self._access.fault(error)
            return LuodiError("serve.unexpected")

    def _solve(self, questions: Sequence[Question]) -> None:
        """Solve questions together; if that fails, each alone, so that one spoils no other."""
        solve = portions.solve if questions[0].served.is_slow else answers.solve
        try:
            solve(questions)
        except Exception as error:
            if len(questions) == 1:
                self._access.fault(error)
                questions[0].error = LuodiError("serve.unexpected")
                return
            for question in questions:
                self._solve([question])

    def _wait_for(
        self,
        group: Group,
        kept: Future[Any] | LuodiError | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._metrics.batch(sum(len(question.records) for question, _ in group))
        if isinstance(kept, Future):
            kept.add_done_callback(
                lambda future: loop.call_soon_threadsafe(
                    self._finish, group, _trouble(future.exception())
                )
            )
        else:
            self._finish(group, kept)

    def _finish(self, group: Group, trouble: LuodiError | None) -> None:
        questions = [question for question, _ in group]
        if trouble is not None and trouble.code == "serve.busy":  # nobody waits any more
            for question in questions:
                question.error = trouble
        elif trouble is not None:
            self._metrics.not_kept(trouble.code)
            self._health.heard(trouble.code)
            busy = trouble.code in ("ledger.busy", "ledger.closed", "serve.unexpected")
            if self._strict or busy:
                for question in questions:
                    question.error = question.error or trouble
            else:
                answers.forget(questions)
        if len(group) == 1:
            group[0][1](group[0][0])
            return
        loop = asyncio.get_running_loop()
        for question, done in group:
            loop.call_soon(done, question)  # a fault with one client must not touch the others


def _is_busy(kept: Future[Any] | LuodiError | None) -> bool:
    return isinstance(kept, LuodiError) and kept.code == "ledger.busy"


def _trouble(error: BaseException | None) -> LuodiError | None:
    if error is None or isinstance(error, LuodiError):
        return error
    return LuodiError("serve.unexpected")


def _cut(group: Group) -> Iterator[Group]:
    """Parts of a group that each hold the event loop for a short time only."""
    part: list[tuple[Question, Done]] = []
    records = 0
    for one in group:
        count = len(one[0].records)
        if part and records + count > INLINE_RECORDS:
            yield part
            part, records = [], 0
        part.append(one)
        records += count
    yield part
