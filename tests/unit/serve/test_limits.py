"""Limits hold before anything is parsed, and HTTP that can be read in two ways is refused."""

import json
import threading
import time

import pytest

from serving import RECORD, read_all, running

BODY = json.dumps(RECORD).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(server):
    answer = server.raw(server.head("/predict", 2**40))
    assert status(answer) == 413 and b"connection: close" in answer


def test_a_chunked_body_is_cut_where_it_passes_the_limit(server):
    head = server.head("/predict", more="Transfer-Encoding: chunked\r\n").replace(b"GET", b"POST")
    with server.socket() as client:
        client.sendall(head)
        sent, chunk = 0, b"10000\r\n" + b" " * 65536 + b"\r\n"
        try:
            while sent < 64 * 2**20:
                client.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
        answer = read_all(client)
    assert sent < 16 * 2**20
    assert status(answer) in (413, 0), "the reply may be lost to a client that goes on sending"


def test_headers_beyond_the_limit_are_refused(server):
    many = "".join(f"X-{number}: 1\r\n" for number in range(200))
    assert status(server.raw(server.head("/predict", more=many))) == 431
    assert status(server.raw(server.head("/predict", more=f"X: {'a' * 20_000}\r\n"))) == 431
    endless = b"GET /predict HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000
    assert status(server.raw(endless)) == 431


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 100_000, "serve.depth"),
        (b'{"torque":' * 40 + b"1" + b"}" * 40, "serve.depth"),
        (b'{"torque": NaN}', "serve.not_json"),
        (b'{"torque": 1e400}', "serve.not_json"),
        (b'{"torque": ' + b"9" * 5000 + b"}", "serve.not_json"),
        (b'{"type": "\\ud800"}', "serve.not_json"),
        (b'{"type": "\xff"}', "serve.not_json"),
        (b"\x1f\x8b\x08\x00", "serve.not_json"),
        (b'{"torque": 1} x', "serve.not_json"),
        (b'{"torque": 1, "torque": 2}', "serve.duplicate_key"),
        (b"7", "serve.not_records"),
        (b"[1, 2]", "serve.not_records"),
        (b'{"torque": ' + b"9" * 400 + b"}", "rows.not_finite"),
    ],
)
def test_json_is_strict(server, body, code):
    answer = server.ask("/predict", body)
    assert (answer.json["code"], answer.status // 100) == (code, 4)


def test_more_records_than_the_limit_are_refused(tmp_path):
    with running(tmp_path, "--limits", "rows=3") as server:
        assert server.ask("/predict", [RECORD] * 3).status == 200
        answer = server.ask("/predict", [RECORD] * 4)
        assert (answer.status, answer.json["code"]) == (413, "serve.rows")
        items = [{"id": "a", "truth": 1}] * 4
        assert server.ask("/feedback", items, role="feedback").status == 413


def test_beyond_the_requests_in_flight_the_server_says_when_to_come_again(tmp_path):
    with running(tmp_path, "--limits", "in_flight=1") as server:
        answers = []
        slow = threading.Thread(
            target=lambda: answers.append(server.ask("/predict", [RECORD] * 5000))
        )
        slow.start()
        while slow.is_alive():
            answers.append(server.ask("/predict", RECORD))
            assert server.ask("/health/live", role=None).status == 200
        slow.join()
        # whichever came second met a full house
        refused = [answer for answer in answers if answer.status == 503]
        assert refused and {answer.status for answer in answers} == {200, 503}
        for answer in refused:
            assert answer.headers["retry-after"] and answer.json["code"] == "serve.busy"
        assert server.ask("/predict", RECORD).status == 200


def test_bodies_that_never_end_do_not_fill_the_memory(tmp_path):
    with running(tmp_path, "--limits", "bodies_mb=4") as server:
        clients, head = [], server.head("/predict", 2**21)
        for _ in range(8):
            clients.append(server.socket())
            clients[-1].sendall(head + b" " * (2**20))
        time.sleep(0.5)
        assert server.ask("/predict", RECORD).status == 200
        refused = 0
        for client in clients:
            client.settimeout(0.2)
            refused += status(read_all(client)) == 503
            client.close()
        assert refused >= 3
        assert server.ask("/predict", [RECORD] * 2000).status == 200


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_http_that_can_be_read_in_two_ways_is_refused_and_the_connection_ended(
    server, request_line
):
    answer = server.raw(request_line, wait_s=3)
    assert status(answer) in (400, 401)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_requests_sent_at_once_are_answered_in_their_order(server):
    one = server.head("/predict", len(BODY)) + BODY
    last = server.head("/health/live", more="Connection: close\r\n")
    answers = server.raw(one * 5 + last).split(b"HTTP/1.1 200 OK")
    assert len(answers) == 7 and b'"live"' in answers[-1]


def test_a_connection_serves_many_requests_and_a_byte_at_a_time_is_fine(server):
    data = server.head("/predict", len(BODY)) + BODY
    with server.socket() as client:
        for _ in range(2):
            for byte in data:
                client.sendall(bytes([byte]))
            got = b""
            while b'"warnings"' not in got:
                got += client.recv(65536)
            assert got.startswith(b"HTTP/1.1 200")


def test_a_client_that_asks_first_is_told_to_go_on_or_not_to(server):
    head = server.head("/predict", len(BODY), more="Expect: 100-continue\r\n")
    with server.socket() as client:
        client.sendall(head)
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(BODY)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    refused = server.head("/predict", len(BODY), role="", more="Expect: 100-continue\r\n")
    assert status(server.raw(refused)) == 401


def test_a_client_that_stops_sending_still_gets_its_answer(server):
    import socket

    with server.socket() as client:
        client.sendall(server.head("/predict", len(BODY)) + BODY)
        client.shutdown(socket.SHUT_WR)
        assert status(read_all(client)) == 200


def test_methods_and_kinds_of_content(server):
    assert server.ask("/predict").headers["allow"] == "POST"
    head = server.ask("/openapi.json", method="HEAD")
    assert (head.status, head.body) == (200, b"") and int(head.headers["content-length"]) > 1000
    assert server.ask("/predict", BODY, headers={"Content-Type": "text/csv"}).status == 415
    packed = server.ask("/predict", BODY, headers={"Content-Encoding": "gzip"})
    assert packed.status == 415
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask("/predict", BODY, headers=form).status == 200, "what curl -d says"


def test_a_large_batch_does_not_hold_the_others_up(server):
    slow = threading.Thread(target=server.ask, args=("/predict", [RECORD] * 5000))
    slow.start()
    took = []
    while slow.is_alive():
        began = time.monotonic()
        assert server.ask("/health/live", role=None).status == 200
        took.append(time.monotonic() - began)
    slow.join()
    assert max(took) < 1.0
