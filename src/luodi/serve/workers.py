"""More cores: one process for each, all listening on one socket, and a parent that watches them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from luodi.core.errors import Exit

YOUNG_S = 5.0
"""A process that ends before this has not served: trying again would end the same way."""
REST_S = 0.5


def supervise(count: int, work: Callable[[int], int]) -> int:
    """Run processes until a signal says to end; one that dies is replaced.

    Args:
        count: How many.
        work: What each does, by its number; its result is the exit status.

    Returns:
        The exit status: of a process that could not start, else 0.
    """
    family = _Family(work)
    for number in range(count):
        family.start(number)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, family.end)
    while family.running:
        family.wait()
    return family.status


class _Family:
    """The processes that run. It is an object because a signal has to find them.

    Attributes:
        running: Number and start of each, by its process id.
        status: The exit status of all together.
    """

    def __init__(self, work: Callable[[int], int]) -> None:
        self._work = work
        self._ending = False
        self.running: dict[int, tuple[int, float]] = {}
        self.status = int(Exit.DONE)

    def start(self, number: int) -> None:
        """Start one."""
        self.running[_started(number, self._work)] = number, time.monotonic()

    def end(self, number: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        """Tell all of them to end."""
        self._ending = True
        for process in self.running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)

    def wait(self) -> None:
        """Wait for one to end, and replace it if it should not have."""
        process, ended = os.waitpid(-1, 0)
        number, since = self.running.pop(process)
        code = os.waitstatus_to_exitcode(ended)
        if self._ending:
            return
        if time.monotonic() - since < YOUNG_S and code > 0:
            self.status = code
            self.end()
            return
        time.sleep(REST_S)
        if not self._ending:  # a signal may have come meanwhile
            self.start(number)


def _started(number: int, work: Callable[[int], int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    status = int(Exit.ENVIRONMENT)
    try:
        status = work(number)
    finally:
        sys.stderr.flush()
        os._exit(status)  # never back into the parent's stack
