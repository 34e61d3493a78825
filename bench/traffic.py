"""A client for servers: bare sockets, so that it costs as little as it can.

``closed`` sends the next request when the last was answered; ``open_loop`` sends by the clock and
counts from the moment that was planned, so that a slow server cannot slow its own judge.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Seen:
    """What came back: seconds of each request by status, and how long all of it took.

    ``unanswered`` requests were sent in vain; ``unsent`` ones found every connection waiting.
    """

    seconds: dict[int, list[float]] = field(default_factory=dict)
    took_s: float = 0.0
    unanswered: int = 0
    unsent: int = 0

    def note(self, status: int, seconds: float) -> None:
        """Note one answer."""
        self.seconds.setdefault(status, []).append(seconds)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.seconds.get(200, ())) / self.took_s

    def quantile(self, share: float, status: int = 200) -> float:
        """Seconds within which this share of the answers of a status came."""
        ordered = sorted(self.seconds.get(status, [float("inf")]))
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def counts(self) -> dict[int, int]:
        """How many answers of each status came."""
        return dict(Counter({status: len(all) for status, all in self.seconds.items()}))


def request(path: str, body: bytes, token: str | None) -> bytes:
    """A POST as bytes."""
    said = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{said}Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Client:
    """One connection and what it still waits for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.since = 0.0
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""

    def answered(self) -> int:
        """The status when a whole answer is there, else 0; -1 when the server has closed."""
        try:
            part = self.socket.recv(1 << 20)
        except OSError:
            part = b""
        if not part:
            return -1
        self.got += part
        head, found, rest = self.got.partition(b"\r\n\r\n")
        if not found:
            return 0
        low = head.lower()
        at = low.index(b"content-length:") + 15
        size = int(low[at : (low + b"\r\n").index(b"\r\n", at)])
        if len(rest) < size:
            return 0
        self.got = b""
        return int(head[9:12])


def closed(port: int, data: bytes, connections: int, duration_s: float, warm_s: float) -> Seen:
    """Each connection sends its next request when the last was answered."""
    seen, selector = Seen(), selectors.DefaultSelector()
    clients = [_Client(port) for _ in range(connections)]
    now = time.perf_counter
    begin = now() + warm_s
    end = begin + duration_s
    for client in clients:
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.since = now()
        client.socket.sendall(data)
    while (at := now()) < end:
        for key, _ in selector.select(0.1):
            client = key.data
            status = client.answered()
            if status < 0:
                raise SystemExit("the server closed a connection")
            if status:
                moment = now()
                if moment > begin:
                    seen.note(status, moment - client.since)
                client.since = moment
                client.socket.sendall(data)
    seen.took_s = at - begin
    for client in clients:
        client.socket.close()
    return seen


def open_loop(port: int, data: bytes, connections: int, duration_s: float, rate: float) -> Seen:
    """Send by the clock over connections that are free; count from the planned moment.

    When none is free, a request is not sent and counts as unsent.
    """
    seen, selector = Seen(), selectors.DefaultSelector()
    free: deque[_Client] = deque(_Client(port) for _ in range(connections))
    for client in free:
        selector.register(client.socket, selectors.EVENT_READ, client)
    now = time.perf_counter
    begin = now()
    sent, busy, patience_s = 0, 0, 5.0
    while now() - begin < duration_s or (busy and now() - begin < duration_s + patience_s):
        due = min(int((now() - begin) * rate), int(duration_s * rate))
        while sent < due and free:
            client = free.popleft()
            client.since = begin + sent / rate
            client.socket.sendall(data)
            sent, busy = sent + 1, busy + 1
        # all connections wait for the server: these cannot even be asked
        seen.unsent += due - sent
        sent = due
        for key, _ in selector.select(0.0005):
            client = key.data
            status = client.answered()
            if not status:
                continue
            busy -= 1
            seen.note(max(status, 0), now() - client.since)
            if status < 0:
                selector.unregister(client.socket)
                client.open()
                selector.register(client.socket, selectors.EVENT_READ, client)
            free.append(client)
    seen.took_s = now() - begin
    seen.unanswered = busy
    return seen


def main(arguments: Sequence[str]) -> int:
    """Run one load, told as JSON on the command line, and print what was seen as JSON."""
    told: Mapping[str, Any] = json.loads(arguments[0])
    data = request(told["path"], json.dumps(told["record"]).encode(), told.get("token"))
    port, connections, duration = told["port"], told["connections"], told["duration_s"]
    if "rate" in told:
        seen = open_loop(port, data, connections, duration, told["rate"])
    else:
        seen = closed(port, data, connections, duration, told.get("warm_s", 0.5))
    answer = {
        "rate": seen.rate,
        "counts": seen.counts(),
        "p50_ms": seen.quantile(0.5) * 1e3,
        "p99_ms": seen.quantile(0.99) * 1e3,
        "refused_p99_ms": seen.quantile(0.99, 503) * 1e3 if 503 in seen.seconds else None,
        "unanswered": seen.unanswered,
        "unsent": seen.unsent,
    }
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
