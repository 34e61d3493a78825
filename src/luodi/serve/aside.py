"""Threads for what takes long; the event loop never waits for it.

While all of them are at work, questions gather, and whoever is free takes as many as are answered
in a moment, as the last ones show: small images go together under load, large ones each alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from luodi.serve.answers import Question

THREADS = 2
"""So that a small image need not wait for a large one. More would each need room for an image of
their own; more cores are used by more processes."""
MOST_QUESTIONS, MOST_BODY_BYTES, MOMENT_S = 64, 2**22, 0.05
"""What one thread takes at a time, unless it is one alone: questions, bytes of their bodies, and
time that they will take. Each has its answer only when all of them have."""
LEAST_S = 1e-6
Done = Callable[[Question], None]
Group = Sequence[tuple[Question, Done]]


class Aside:
    """The threads. It is an object because questions gather before it.

    Args:
        run: Answers a group; it is called in a thread, with the event loop.
    """

    def __init__(self, run: Callable[[Group, asyncio.AbstractEventLoop], None]) -> None:
        self._run = run
        self._waiting: deque[tuple[Question, Done]] = deque()
        self._threads = ThreadPoolExecutor(THREADS, "luodi-aside")
        self._busy = 0
        self._each_s = MOMENT_S

    def put(self, question: Question, done: Done) -> None:
        """Have a question answered; called in the event loop."""
        self._waiting.append((question, done))
        if self._busy < THREADS:
            # what comes in the same turn of the loop goes together
            asyncio.get_running_loop().call_soon(self._start)

    def close(self) -> None:
        """End the threads, when no question is left."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        while self._waiting and self._busy < THREADS:
            self._busy += 1
            self._threads.submit(self._work, self._taken(), asyncio.get_running_loop())

    def _taken(self) -> Group:
        """The next questions to one release, in the order in which they came."""
        most = min(MOST_QUESTIONS, MOMENT_S / self._each_s)
        taken = [self._waiting.popleft()]
        served = taken[0][0].served
        size = len(taken[0][0].request.body)
        while self._waiting and len(taken) < most:
            question = self._waiting[0][0]
            size += len(question.request.body)
            if question.served is not served or size > MOST_BODY_BYTES:
                break
            taken.append(self._waiting.popleft())
        return taken

    def _work(self, group: Group, loop: asyncio.AbstractEventLoop) -> None:
        began = time.monotonic()
        try:
            self._run(group, loop)
        finally:
            self._each_s = max(LEAST_S, (time.monotonic() - began) / len(group))
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._freed)

    def _freed(self) -> None:
        self._busy -= 1
        self._start()
