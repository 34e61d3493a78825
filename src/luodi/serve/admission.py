"""How many requests are under way, and who comes next when there are more.

As many are let in as are still answered in good time; the others wait, the newest first: under
overload the old ones have mostly been given up by their clients, and one answered late helps
nobody. Who has waited too long is sent away. Sending away costs a good part of answering, so it
is not done at once, nor as soon as it is clear that it must be: a client that waits cannot ask
again meanwhile.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from luodi.serve.request import Request

TARGET_S = 0.1
"""Work that takes longer means that too much is under way."""
LEAST = 16
GROW, SHRINK = 4.0, 0.9
FRESH_S, WAIT_S = 0.2, 0.5
"""Who has waited longer than the first is let in only by a look that finds nobody inside; who has
waited longer than the second is sent away."""
PARKED_BYTES = 64 * 1024
"""A larger body does not wait in memory; it is sent away at once."""


@dataclass(eq=False, slots=True)
class Turn:
    """A request that wants its turn.

    Attributes:
        request: The request.
        start: Begins to answer it.
        refuse: Sends it away.
        since: When it came, or when it was let in.
    """

    request: Request
    start: Callable[[], None]
    refuse: Callable[[], None]
    since: float = field(default_factory=time.monotonic)


class Admission:
    """Lets requests in. It is an object because it knows who is in and who waits.

    The limit follows the time that work takes: additive increase, multiplicative decrease
    (Chiu and Jain 1989), so that a slow model has few under way and a fast one takes a burst.

    Args:
        most: The limit that is never passed.
        parked: Most who wait; beyond that the oldest are sent away at once, for each of them keeps
            a connection that another client, or a look at the server's health, may need.
    """

    def __init__(self, most: int, parked: int = 800) -> None:
        self._most, self._parked = most, parked
        self._limit = float(most)
        self._shrunk_at = 0.0
        self._inside: dict[Request, float] = {}
        self._waiting: deque[Turn] = deque()
        self._choosing = False

    @property
    def limit(self) -> int:
        """How many may be under way now."""
        return int(self._limit)

    @property
    def held_bytes(self) -> int:
        """How much the bodies of those who are in take; those who wait have short ones."""
        return sum(len(request.body) for request in self._inside)

    def turns_away(self, size: int) -> bool:
        """Whether a body of this size would be read for nothing."""
        return size > PARKED_BYTES and len(self._inside) >= self.limit

    def ask(self, turn: Turn) -> None:
        """Let a request in, now or later, or send it away; exactly one of these happens."""
        if len(self._inside) < self.limit:
            self._start(turn)
        elif len(turn.request.body) > PARKED_BYTES:
            turn.refuse()
        else:
            self._waiting.append(turn)
            if len(self._waiting) > self._parked:
                self._send_away(self._waiting.popleft())

    def leave(self, request: Request, *, answered: bool) -> None:
        """A request has ended, wherever it was.

        Args:
            request: The request.
            answered: Whether its client had an answer, whose time then counts.
        """
        since = self._inside.pop(request, None)
        if since is None:
            request.gone, request.body = True, b""
            return
        if answered:
            self._learn(since, time.monotonic())
        self.choose()

    def choose(self, *, looking: bool = False) -> None:
        """Send away who has waited too long, and let in as many as there is room for.

        Args:
            looking: Whether this is a look now and then, and not the end of a request. If it finds
                nobody inside, the rush is over, and those who are late are better answered.
        """
        if self._choosing:  # a request that ended at once: the loop below goes on by itself
            return
        self._choosing = True
        try:
            now = time.monotonic()
            fresh = -math.inf if looking and not self._inside else now - FRESH_S
            while self._waiting and self._waiting[0].since < now - WAIT_S:
                self._send_away(self._waiting.popleft())
            while self._waiting and len(self._inside) < self.limit:
                if self._waiting[-1].since < fresh:  # and so are all before it
                    break
                turn = self._waiting.pop()
                if not turn.request.gone:
                    self._start(turn)
        finally:
            self._choosing = False

    def _send_away(self, turn: Turn) -> None:
        if not turn.request.gone:
            turn.refuse()

    def _start(self, turn: Turn) -> None:
        self._inside[turn.request] = time.monotonic()
        turn.start()

    def _learn(self, since: float, now: float) -> None:
        if now - since <= TARGET_S:
            if self._limit < self._most:
                self._limit = min(self._most, self._limit + GROW / self._limit)
        elif since >= self._shrunk_at:  # those that came before it knew nothing of the last step
            self._shrunk_at = now
            self._limit = max(min(LEAST, self._most), self._limit * SHRINK)
