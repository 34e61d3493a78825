"""An alarm gets out in time, whole, and until it was taken; the other side can stop nothing."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading
import time

import pytest

from luodi.core.errors import LuodiError
from luodi.monitor import delivery, outlets, rounds
from luodi.monitor.alarms import Raised
from luodi.monitor.rounds import Pace
from unit.monitor.press import DAY, DIGEST, NOW, answer, stuck


def test_the_exit_status_is_1_only_while_something_is_wrong():
    assert outlets.exit_status([]) == outlets.exit_status(["alarm.moved"]) == 0
    assert outlets.exit_status(["alarm.worse"]) == outlets.exit_status(["alarm.broken"]) == 1


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes alarms, or sends their sender elsewhere."""

    taken: list[bytes]
    elsewhere: str | None = None

    def do_POST(self):
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(307 if self.elsewhere else 204)
        if self.elsewhere:
            self.send_header("Location", self.elsewhere)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    handler = type("One", (Hook,), {"taken": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_the_alarm_and_follows_nobody(hook):
    handler, url = hook
    assert outlets.post(url, outlets.message("press", DIGEST, Raised("alarm.over")))
    assert json.loads(handler.taken[0])["code"] == "alarm.over"
    handler.elsewhere = url
    assert not outlets.post(url, {})
    assert len(handler.taken) == 2


def test_a_webhook_that_is_not_there_stops_nothing():
    assert not outlets.post("http://127.0.0.1:9/hook", {}, timeout_s=1)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a/b",
        "nonsense",
        "http://",
        "http://host:port/x",
        "http://host:99999/x",
        "http://host/a b",
        "http://host/a\nb",
    ],
)
def test_a_webhook_is_http_or_nothing(url):
    with pytest.raises(LuodiError, match=r"alarm\.webhook"):
        outlets.address(url)


def talker(talk) -> str:
    """An address where somebody talks who knows no HTTP, or is slow."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(1)

    def take():
        caller, _ = door.accept()
        with caller, door:
            caller.recv(65_536)
            with contextlib.suppress(OSError):
                talk(caller)

    threading.Thread(target=take, daemon=True).start()
    return f"http://127.0.0.1:{door.getsockname()[1]}/hook"


def test_a_webhook_that_talks_nonsense_stops_nothing():
    assert not outlets.post(talker(lambda caller: caller.sendall(b"HELLO WORLD\r\n\r\n")), {})


def test_a_webhook_that_talks_slowly_is_waited_for_no_longer():
    def drip(caller):
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 40:
            caller.sendall(bytes([letter]))
            time.sleep(0.1)

    begun = time.monotonic()
    assert not outlets.post(talker(drip), {}, timeout_s=0.4)
    assert time.monotonic() - begun < 1.5


def test_a_proxy_of_the_environment_is_not_used(hook, monkeypatch):
    handler, url = hook
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert outlets.post(url, {}) and len(handler.taken) == 1


def test_an_alarm_of_very_many_columns_is_sent_as_whole_json(hook):
    handler, url = hook
    seen = {"aspect": "missing", "effect": 0.1, "chance": 1e-9, "now": 0.1, "before": 0.0}
    causes = [
        {"code": "alarm.missing", "column": f"sensor_{i:04d}" * 20, "evidence": seen}
        for i in range(500)
    ]
    assert outlets.post(
        url, outlets.message("press", DIGEST, Raised("alarm.broken", {"causes": causes}))
    )
    got = json.loads(handler.taken[0])["evidence"]
    assert len(got["causes"]) + got["causes_left_out"] == 500


def sent(monkeypatch, works: list[bool]) -> list[str]:
    """What a webhook gets that works or not, call by call."""
    got: list[str] = []

    def post(_, content):
        got.append(content["code"])
        return works.pop(0) if works else True

    monkeypatch.setattr(outlets, "post", post)
    return got


def test_an_alarm_that_was_not_taken_is_sent_again(home, monkeypatch):
    got = sent(monkeypatch, [False])
    url = "http://127.0.0.1:9/hook"
    assert delivery.deliver(home, "press", DIGEST, url) and got == []
    answer(home, range(6, 0, -1), stuck)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert not delivery.deliver(home, "press", DIGEST, url)
    assert delivery.deliver(home, "press", DIGEST, url)
    assert delivery.deliver(home, "press", DIGEST, url)
    assert got == ["alarm.broken", "alarm.broken"]


def test_a_new_webhook_is_told_what_is_open_and_not_what_is_over(home, monkeypatch):
    got = sent(monkeypatch, [])
    answer(home, range(12, 8, -1), stuck)
    rounds.once(home, "press", DIGEST, Pace(), NOW - 8 * DAY)
    assert delivery.deliver(home, "press", DIGEST, "http://127.0.0.1:9/a")
    assert got == ["alarm.broken"]
    answer(home, range(8, 0, -1), seed=2)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert delivery.deliver(home, "press", DIGEST, "http://127.0.0.1:9/a")
    assert got == ["alarm.broken", "alarm.over"]
