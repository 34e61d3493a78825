"""One thread that writes: what waits together is committed together, then acknowledged."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from luodi.core.errors import LuodiError
from luodi.store.ledger.database import Database
from luodi.store.ledger.trouble import ends_the_handle, is_about_storage, told

Handler = Callable[[Connection, Sequence[Any]], list[Any]]
"""Writes items and gives one result for each. It may run again after a rollback, so it keeps
nothing outside the connection."""

GROUP_ROWS = 64
WAITING_ROWS = 10_000


@dataclass(eq=False, slots=True)
class _Job:
    handler: Handler
    items: Sequence[Any]
    synced: bool
    since: float = field(default_factory=time.monotonic)
    done: Future[list[Any]] = field(default_factory=Future)


class Writer:
    """The thread and its queue; no other thread of this process writes to the database.

    Args:
        database: Where to write.
        gather_s: How long the first row of a group waits for company. While a group is being
            synced the next one gathers by itself, so nothing is gained by waiting unless the
            disk's syncs are dear.
        waiting_rows: How many rows may wait; more are refused.
    """

    def __init__(
        self, database: Database, *, gather_s: float = 0.0, waiting_rows: int = WAITING_ROWS
    ) -> None:
        self._database = database
        self._gather_s, self._limit = gather_s, waiting_rows
        self._jobs: deque[_Job] = deque()
        self._rows = 0
        self._changed = threading.Condition()
        self._closing = False
        self._dead = False
        self._thread = threading.Thread(target=self._run, name="luodi-ledger", daemon=True)
        self._thread.start()

    def submit(
        self, handler: Handler, items: Sequence[Any], *, synced: bool = True
    ) -> Future[list[Any]]:
        """Queue items to be written in one transaction, with others of that moment.

        Args:
            handler: What writes them.
            items: What it is given.
            synced: Whether to wait until they would survive a power cut; else they survive the
                end of this process, and a power cut may take those of the last moments.

        Returns:
            One result for each item, once the transaction is durable in that sense.

        Raises:
            LuodiError: ``ledger.busy`` when too many rows wait, ``ledger.dead`` after a sync has
                failed, ``ledger.closed``, ``ledger.forked``. The future raises what went wrong in
                writing.
        """
        self._database.check_process()
        job = _Job(handler, items, synced)
        job.done.set_running_or_notify_cancel()  # what is queued is written, whoever stops waiting
        with self._changed:
            if self._dead:
                raise LuodiError("ledger.dead")
            if self._closing:
                raise LuodiError("ledger.closed")
            if self._rows and self._rows + len(items) > self._limit:
                raise LuodiError("ledger.busy", waiting=self._rows, limit=self._limit)
            self._jobs.append(job)
            self._rows += len(items)
            self._changed.notify()
        return job.done

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next():
            self._write(group)

    def _next(self) -> list[_Job]:
        """The jobs of the next group; none when there will be no more."""
        with self._changed:
            while not self._jobs and not self._closing:
                self._changed.wait()
            while self._jobs and self._rows < GROUP_ROWS and not self._closing:
                rest_s = self._jobs[0].since + self._gather_s - time.monotonic()
                if rest_s <= 0 or not self._changed.wait(rest_s):
                    break
            group: list[_Job] = []
            rows = 0
            while self._jobs and (not group or rows + len(self._jobs[0].items) <= GROUP_ROWS):
                group.append(self._jobs.popleft())
                rows += len(group[-1].items)
            self._rows -= rows
            return group

    def _write(self, group: list[_Job]) -> None:
        try:
            if self._dead:
                raise LuodiError("ledger.dead")
            results = self._commit(group)
        except Exception as error:
            if len(group) > 1 and not is_about_storage(error):
                for job in group:  # the good ones shall not suffer for the bad one
                    self._write([job])
                return
            self._dead = self._dead or ends_the_handle(error)
            for job in group:
                job.done.set_exception(told(error))
            return
        first = self._database.must_empty_log()  # who asked for that waits for it
        if first:
            self._tend()
        for job, result in zip(group, results, strict=True):
            job.done.set_result(result)
        if not first:
            self._tend()

    def _tend(self) -> None:
        """Look after the database; what was committed is durable whatever comes of it."""
        try:
            self._database.tend()
        except Exception as error:
            self._dead = self._dead or ends_the_handle(error)

    def _commit(self, group: list[_Job]) -> list[list[Any]]:
        """Write a group in one transaction; its results, once it is committed."""
        results: list[list[Any]] = []
        synced = any(job.synced for job in group)
        with self._database.transaction(synced=synced) as connection:
            for handler, jobs in groupby(group, key=lambda job: job.handler):
                alike = list(jobs)
                written = iter(handler(connection, [item for job in alike for item in job.items]))
                results += [[next(written) for _ in job.items] for job in alike]
        return results
