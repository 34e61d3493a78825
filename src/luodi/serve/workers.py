"""More cores: one process for each, all listening on one socket, and a parent that watches them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
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
    running: dict[int, tuple[int, float]] = {}
    ending = False

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal ending
        ending = True
        for process in running:
            os.kill(process, signal.SIGTERM)

    for number in range(count):
        running[_started(number, work)] = number, time.monotonic()
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    status = int(Exit.DONE)
    while running:
        process, ended = os.waitpid(-1, 0)
        number, since = running.pop(process)
        code = os.waitstatus_to_exitcode(ended)
        if ending:
            continue
        if time.monotonic() - since < YOUNG_S and code > 0:
            status = code
            end(signal.SIGTERM, None)
            continue
        time.sleep(REST_S)
        running[_started(number, work)] = number, time.monotonic()
    return status


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
