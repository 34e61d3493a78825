"""Clients that go away, do not read, or send more than they may harm nobody else."""

import json
import re
import resource
import socket
import struct
import time

import pytest

from luodi.store.home import Home
from luodi.store.ledger.rows import Prediction
from serving import RECORD, read_all, running

BODY = json.dumps(RECORD).encode()


def statuses(data: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3})", data)]


def memory_mb(process) -> float:
    with open(f"/proc/{process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def test_trailers_after_a_chunked_body_are_limited(server):
    head = server.head("/predict", more="Transfer-Encoding: chunked\r\n").replace(b"GET", b"POST")
    with server.socket() as client:
        client.sendall(head + b"2\r\n{}\r\n0\r\nX: ")
        sent = 0
        try:
            while sent < 8 * 2**20:
                client.sendall(b"a" * 65536)
                sent += 65536
        except OSError:
            pass
        seen = statuses(read_all(client))
    assert sent < 8 * 2**20 and seen in ([431], [])


def test_a_client_that_does_not_take_its_answers_is_cut_and_fills_no_memory(tmp_path):
    with running(tmp_path) as server, server.socket() as client:
        request = server.head("/openapi.json")
        before, end, cut = memory_mb(server.process), time.monotonic() + 20, False
        client.setblocking(False)
        while not cut and time.monotonic() < end:
            try:
                client.send(request * 10)
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                cut = True
        assert cut, "still open after 20 s"
        assert memory_mb(server.process) < before + 32


def test_work_whose_clients_went_away_does_not_keep_others_waiting(tmp_path):
    many = json.dumps([RECORD] * 5000).encode()
    with running(tmp_path, "--access-log") as server:
        server.ask("/predict", [RECORD] * 65)
        for _ in range(60):
            client = server.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(server.head("/predict", len(many)) + many)
            time.sleep(0.01)
            client.close()  # a reset: nobody waits any more
        began = time.monotonic()
        answer = server.ask("/predict", [RECORD] * 65)
        assert answer.status in (200, 503) and time.monotonic() - began < 5
        assert server.stop() == 0


def test_a_body_where_none_is_needed_is_not_kept(server):
    with server.socket() as client:
        head = server.head("/health/live", 2 * 2**20).replace(b"POST", b"GET")
        client.sendall(head + b"x" * (2 * 2**20))
        assert b'{"live":true}' in _first(client)


def _first(client: socket.socket) -> bytes:
    client.settimeout(5)
    return client.recv(65536)


def test_a_fault_in_a_later_request_does_not_replace_the_answer_to_an_earlier_one(server):
    first = server.head("/predict", len(BODY)) + BODY
    assert statuses(server.raw(first + server.head("/predict", 10**9))) == [200, 413]
    assert statuses(server.raw(first + b"\x00 bad\r\n\r\n")) == [200, 400]


def test_a_long_body_before_it_does_not_make_a_small_header_too_large(server):
    record = BODY[:-1] + b" " * 30_000 + b"}"
    both = server.head("/predict", len(record)) + record + b"GET /health/live HTTP/1.1\r\nHo"
    with server.socket() as client:
        client.sendall(both)
        time.sleep(0.3)
        client.sendall(b"st: localhost\r\n\r\n")
        client.settimeout(2)
        assert statuses(read_all(client)) == [200, 200]


@pytest.mark.parametrize("half", [b"", b"GET /x HTT"])
def test_half_a_request_after_a_whole_one_is_closed_in_10_s(server, half):
    with server.socket() as client:
        client.sendall(server.head("/health/live") + half)
        began = time.monotonic()
        client.settimeout(15 if half else 1)
        seen = read_all(client)
        if half:
            assert time.monotonic() - began < 12 and statuses(seen) == [200, 408]


def test_empty_lines_do_not_keep_a_connection_open(server):
    with server.socket() as client:
        began = time.monotonic()
        try:
            while time.monotonic() - began < 14:
                client.sendall(b"\r\n")
                time.sleep(0.5)
        except OSError:
            pass
        assert time.monotonic() - began < 13


def test_an_offer_of_another_protocol_is_not_taken_up(server):
    more = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    answer = server.raw(server.head("/health/live", more=more))
    assert statuses(answer) == [200] and b"connection: close" in answer
    assert statuses(server.raw(server.head("/predict", len(BODY), more=more) + BODY)) == [400]


def test_what_can_be_true_is_told_by_the_release_that_answered(tmp_path):
    """Also of a task that this server does not serve."""
    with running(tmp_path) as server, Home.open(server.home) as home:
        digest = home.ledger.releases()[0].digest
        home.ledger.keep_predictions([Prediction("a" * 32, digest, "x", {}, at=10**15)]).result()
        refused = server.ask("/feedback", {"id": "a" * 32, "truth": "banana"}, "feedback")
        assert (refused.status, refused.json["code"]) == (422, "serve.truth")
