"""The log of a server: what was asked for and how it ended, never what was in it."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePath

from luodi.serve.reply import Reply
from luodi.serve.request import Request

FLUSH_S = 0.5
Write = Callable[[str], object]


def to_stderr(text: str) -> None:
    """Write a piece of the log; a reader of it that went away is no reason to stop serving."""
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


class Access:
    """Notes requests. It is an object because lines are written several at a time.

    A line holds the route's pattern, not the path: a client may write anything into a path.

    Args:
        every: Whether every request is noted, or only those that the server failed.
        write: Where the text goes.
    """

    def __init__(self, every: bool, write: Write = to_stderr) -> None:
        self._every, self._write = every, write
        self._lines: list[str] = []

    def note(self, request: Request, reply: Reply, seconds: float) -> None:
        """Note a request that was answered."""
        if not self._every and reply.status not in (500, 507):
            return
        at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        method = request.method if request.method in ("GET", "HEAD", "POST") else "-"
        ended = f"{reply.status} {seconds * 1e3:.2f} ms"
        failed = f" {reply.code} {reply.request_id}" if reply.code else ""
        self._lines.append(f"{at} {method} {request.route} {ended}{failed}\n")

    def fault(self, error: BaseException) -> None:
        """Note where a fault of luodi's own stands: places in the source, never a value."""
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        places = " < ".join(
            f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)
        )
        self._lines.append(f"serve.unexpected {type(error).__name__} {places}\n")

    def say(self, text: str) -> None:
        """Note something of the server itself."""
        self._lines.append(f"{text}\n")

    def flush(self) -> None:
        """Write what was noted."""
        lines, self._lines = self._lines, []
        if lines:
            self._write("".join(lines))
