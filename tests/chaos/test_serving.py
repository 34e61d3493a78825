"""What a server promises while clients, operators and the disk do their worst."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from luodi.runtime.load import load
from luodi.serve.app import App
from luodi.store import disk
from luodi.store.home import Home
from luodi.store.ledger.rows import Reason
from parts_inside import inside, listening
from promise import count
from serving import NAME, RECORD, filled, release, running
from unit.store.ledger.made import at_commit

SWAPS = count(10, 100)
SLOW = 200
KILLS = count(4, 50)
ASKED = count(50, 1000)
ROUNDS = count(1, 20)
BODY = json.dumps(RECORD).encode()

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals here")


@pytest.mark.promise("slow and half-open clients: closed in 10 s, others unharmed")
def test_slow_and_half_open_clients_are_closed_in_10_s_and_others_unharmed(tmp_path, promise):
    with running(tmp_path) as server:
        head = server.head("/predict", len(BODY))
        starts = [b"", head[:40], head, head + BODY[:7], b"GET / HTTP/1.1\r\nHost: a\r\nX"]
        opened = time.monotonic()
        clients = []
        for number in range(SLOW):
            clients.append(server.socket())
            clients[-1].sendall(starts[number % len(starts)])
        waiting = threading.Thread(target=_trickle, args=(clients[1::5],))
        waiting.start()
        took, closed = [], {}
        while len(closed) < SLOW and time.monotonic() - opened < 15:
            began = time.monotonic()
            assert server.ask("/predict", RECORD).status == 200
            took.append(time.monotonic() - began)
            for number, client in enumerate(clients):
                if number not in closed and _is_closed(client):
                    closed[number] = time.monotonic() - opened
        waiting.join()
        assert len(closed) == SLOW
        print(f"{SLOW} clients closed, the last after {max(closed.values()):.1f} s;")
        print(f"{len(took)} others answered, the slowest in {max(took) * 1e3:.0f} ms")
        assert max(closed.values()) < 11 and max(took) < 2
        promise(SLOW)


def _trickle(clients) -> None:
    """A byte now and then does not make a request less late."""
    for _ in range(20):
        time.sleep(0.5)
        for client in clients:
            try:
                client.sendall(b"a")
            except OSError:
                continue


def _is_closed(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        while part := client.recv(65536):
            assert part
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        client.setblocking(True)


@pytest.mark.promise("promotions and roll backs under load: every answer that of its release")
def test_swaps_under_load_fail_no_request_and_every_answer_is_that_of_its_release(
    tmp_path, promise
):
    leaves = (0.5, 0.25)
    releases = [load(release(leaf)) for leaf in leaves]
    wanted = {one.digest: one.predict(RECORD)["probability_1"] for one in releases}
    assert len(set(wanted.values())) == 2
    home = filled(tmp_path / "home", *leaves)
    ended = threading.Event()
    with home, running(tmp_path) as server:

        def ask() -> list[tuple[int, str, float]]:
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            token = {"Authorization": f"Bearer {server.tokens['predict']}"}
            got = []
            while not ended.is_set():
                connection.request("POST", "/predict", BODY, token)
                answer = connection.getresponse()
                content = json.loads(answer.read())
                got.append((answer.status, content["release"], content["probability"]))
            return got

        with ThreadPoolExecutor(3) as pool:
            asking = [pool.submit(ask) for _ in range(3)]
            try:
                for number in range(2 * SWAPS):
                    after = _moved(home, number, releases)
                    assert _answers_with(server, after), "the swap was not seen"
            finally:
                ended.set()
            answers = [one for future in asking for one in future.result()]
    print(f"{2 * SWAPS} swaps, {len(answers)} answers, 0 failed")
    assert {status for status, _, _ in answers} == {200}
    assert {digest for _, digest, _ in answers} == set(wanted)
    assert all(probability == wanted[digest] for _, digest, probability in answers)
    promise(2 * SWAPS)


def _moved(home: Home, number: int, releases) -> str:
    """Promote the other release, then roll back, and so on; the digest in use afterwards."""
    if number % 2:
        return home.ledger.roll_back(NAME, Reason("a test", "back"))["champion"]
    champion = home.ledger.aliases(NAME)["champion"]
    other = next(one.digest for one in releases if one.digest != champion)
    return home.ledger.promote(NAME, other, Reason("a test", "on"))["champion"]


def _answers_with(server, digest: str) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if server.ask("/predict", RECORD).json["release"] == digest:
            return True
        time.sleep(0.02)
    return False


def test_a_release_that_does_not_hold_is_not_swapped_in(tmp_path):
    home = filled(tmp_path / "home", 0.5, 0.25)
    good, bad = load(release(0.5)).digest, load(release(0.25)).digest
    blob = next(one.blob for one in home.ledger.releases() if one.digest == bad)
    path = tmp_path / "home" / "blobs" / blob.removeprefix("sha256:")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with home, running(tmp_path) as server:
        home.ledger.promote(NAME, bad, Reason("a test", "broken"))
        end = time.monotonic() + 5
        failed = 'luodi_release_swaps_total{model="t",result="failed"} 1'
        while failed not in server.ask("/metrics", role="admin").body.decode():
            assert time.monotonic() < end
            assert server.ask("/predict", RECORD).json["release"] == good
            time.sleep(0.05)
        assert server.ask("/predict", RECORD).json["release"] == good


def test_sigterm_lets_what_is_under_way_end(tmp_path):
    count = 3000
    data = json.dumps([RECORD] * count).encode()
    with running(tmp_path) as server, ThreadPoolExecutor(6) as pool:
        idle = server.socket()
        asking = [pool.submit(server.ask, "/predict", data) for _ in range(6)]
        text = ""
        while 'route="/predict",status="200"} 1' not in text:  # one is done, others are not
            text = server.ask("/metrics", role="admin").body.decode()
        assert server.stop() == 0
        answers = [future.result() for future in asking]
        assert [(one.status, len(one.json)) for one in answers] == [(200, count)] * 6
        assert idle.recv(1) == b""
        with pytest.raises(OSError):
            server.socket()
    with Home.open(server.home) as home:
        assert len(home.ledger.frame("predictions")) == 6 * count


@pytest.mark.promise("kill -9 of a server under load: nothing acknowledged lost")
def test_kill_9_loses_no_acknowledged_answer_and_no_acknowledged_outcome(tmp_path, promise):
    answers, outcomes = set(), set()
    for seed in range(KILLS):
        with running(tmp_path) as server, ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(_until_killed, server) for _ in range(4)]
            time.sleep(random.Random(seed).uniform(0.05, 0.6))
            server.process.send_signal(signal.SIGKILL)
            for future in asking:
                given, told = future.result()
                answers |= given
                outcomes |= told
    with Home.open(tmp_path / "home") as home:
        kept = set(home.ledger.frame("predictions")["id"])
        true = set(home.ledger.frame("outcomes")["id"])
    print(f"{KILLS} kills, {len(answers)} answers and {len(outcomes)} outcomes, 0 lost")
    assert answers and outcomes and answers <= kept and outcomes <= true
    promise(KILLS)


def _until_killed(server) -> tuple[set[str], set[str]]:
    given, told = set(), set()
    try:
        while True:
            name = server.ask("/predict", RECORD).json["id"]
            given.add(name)
            truth = {"id": name, "truth": 1}
            if server.ask("/feedback", truth, role="feedback").status == 200:
                told.add(name)
    except (OSError, http.client.HTTPException, ValueError):
        return given, told


def test_two_reviewers_at_once_never_get_the_same_case(tmp_path):
    odd = [{**RECORD, "type": "Q"}] * 60
    with running(tmp_path, "--workers", "2") as server, ThreadPoolExecutor(4) as pool:
        sent = {answer["id"] for answer in server.ask("/predict", odd).json}

        def look() -> list[str]:
            seen: list[str] = []
            while given := server.ask("/reviews/next", {"count": 3}, role="review").json:
                seen += [case["id"] for case in given]
            return seen

        looking = [pool.submit(look) for _ in range(4)]
        seen = [name for future in looking for name in future.result()]
    print(f"4 reviewers, 2 processes, {len(seen)} cases, none given twice")
    assert len(seen) == len(set(seen)) and set(seen) == sent


@pytest.mark.promise("kill -9 of a server under load: nothing acknowledged lost")
def test_kill_9_loses_no_acknowledged_review(tmp_path, promise):
    answered, skipped = set(), set()
    for seed in range(KILLS):
        with running(tmp_path) as server, ThreadPoolExecutor(2) as pool:
            server.ask("/predict", [{**RECORD, "type": "Q"}] * 400)
            looking = [pool.submit(_reviewed_until_killed, server) for _ in range(2)]
            time.sleep(random.Random(seed).uniform(0.05, 0.6))
            server.process.send_signal(signal.SIGKILL)
            for future in looking:
                told, passed = future.result()
                answered |= told
                skipped |= passed
    with Home.open(tmp_path / "home") as home:
        true = set(home.ledger.frame("outcomes")["id"])
        states = {row["id"]: row["state"] for row in home.ledger.frame("reviews").to_dicts()}
    print(f"{KILLS} kills, {len(answered)} answered and {len(skipped)} skipped, 0 lost")
    assert answered and skipped and answered <= true
    assert all(states[name] == "answered" for name in true), "an outcome ends the waiting"
    assert all(states[name] == "skipped" for name in skipped)
    promise(KILLS)


def _reviewed_until_killed(server) -> tuple[set[str], set[str]]:
    answered, skipped = set(), set()
    try:
        while True:
            (case,) = server.ask("/reviews/next", {}, role="review").json
            truth = {"id": case["id"], "truth": 1}
            if len(answered) <= len(skipped):
                if server.ask("/reviews/answer", truth, role="review").status == 200:
                    answered.add(case["id"])
            elif server.ask("/reviews/skip", {"id": case["id"]}, role="review").status == 200:
                skipped.add(case["id"])
    except (OSError, http.client.HTTPException, ValueError):
        return answered, skipped


@pytest.mark.promise("disk full: predictions go on, feedback gets 507, nothing lost")
def test_disk_full_predictions_go_on_feedback_gets_507_and_nothing_is_lost(tmp_path, promise):
    home = filled(tmp_path / "home")
    with inside(home) as app:
        acknowledged = asyncio.run(_with_a_full_disk(app, home))
        kept = home.ledger.frame("predictions")["id"].to_list()
        assert len(kept) == len(set(kept)) and acknowledged["answers"] == set(kept)
        assert acknowledged["outcomes"] == set(home.ledger.frame("outcomes")["id"])
    promise(2 * ASKED)


async def _with_a_full_disk(app: App, home: Home) -> dict[str, set[str]]:
    """Answers and outcomes that were acknowledged."""
    ask = await listening(app)
    first = (await ask("/predict", RECORD))[1]["id"]
    assert first and (await ask("/feedback", {"id": first, "truth": 1}))[0] == 200
    _room_for(home, 1)  # not below what it has
    kept = {first}
    for _ in range(ASKED):
        status, answer = await ask("/predict", {**RECORD, "type": "x" * 400})
        assert status == 200 and answer["decision"] in (0, 1)
        if answer["id"] is None:
            assert "not_kept" in answer["warnings"]
        else:
            kept.add(answer["id"])
    assert len(kept) < 20
    for number in range(ASKED):
        unknown = [{"id": f"{number:016x}{i:016x}", "truth": "x" * 400} for i in range(500)]
        status, told = await ask("/feedback", unknown)
        assert (status, told["code"]) == (507, "ledger.full")
    _room_for(home, 10**6)
    status, answer = await ask("/predict", RECORD)
    assert answer["id"] is not None and answer["warnings"] == []
    assert (await ask("/feedback", {"id": answer["id"], "truth": 0}))[0] == 200
    assert (await ask("/health/ready"))[0] == 200
    return {"answers": {*kept, answer["id"]}, "outcomes": {first, answer["id"]}}


def _room_for(home: Home, pages: int) -> None:
    """Let the ledger's file grow to so many pages; SQLite calls it a full disk."""

    def limit(connection, items):
        return [connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar()]

    home.ledger._writer.submit(limit, [None]).result()


def test_a_record_that_breaks_the_graph_spoils_no_other_request(tmp_path, monkeypatch):
    from luodi.serve import answers

    joined = answers.together

    def breaks(batches):
        if any(batch.feeds["numbers"][0, 0] == 13 for batch in batches):
            raise RuntimeError("the runtime says no")
        return joined(batches)

    monkeypatch.setattr(answers, "together", breaks)
    home = filled(tmp_path / "home")
    with inside(home) as app:
        asyncio.run(_with_a_record_that_breaks(app))


async def _with_a_record_that_breaks(app: App) -> None:
    ask = await listening(app)
    records = [{**RECORD, "torque": torque} for torque in (13, 14, 15, 13, 16)] * 4
    answers = await asyncio.gather(*(ask("/predict", record) for record in records))
    for record, (status, content) in zip(records, answers, strict=True):
        broken = record["torque"] == 13
        assert status == (500 if broken else 200)
        assert content.get("code") == ("serve.unexpected" if broken else None)


def test_after_a_failed_sync_nothing_is_acknowledged_and_the_server_is_not_ready(tmp_path):
    home = filled(tmp_path / "home")
    with inside(home) as app:
        asyncio.run(_with_a_failed_sync(app, home))


async def _with_a_failed_sync(app: App, home: Home) -> None:
    ask = await listening(app)
    first = (await ask("/predict", RECORD))[1]["id"]

    failing = [disk.NotSynced("environment.disk", what="ledger.sqlite", reason="a test")]

    def fail() -> None:
        if failing:
            raise failing[0]

    at_commit(home.ledger, fail)
    status, told = await ask("/feedback", {"id": first, "truth": 1})
    assert (status, told["code"]) in ((503, "ledger.dead"), (507, "environment.disk"))
    failing.clear()
    status, told = await ask("/feedback", {"id": first, "truth": 1})
    assert (status, told["code"]) == (503, "ledger.dead"), "it is not tried again"
    status, answer = await ask("/predict", RECORD)
    assert (status, answer["id"], answer["warnings"]) == (200, None, ["not_kept"])
    assert (await ask("/health/ready"))[0] == 503
    assert (await ask("/health/live"))[0] == 200


CANARY = ("Zhou Mingde", "13912345678", "310101199003074512")


@pytest.mark.promise("name, phone and ID number of the inputs: in no log, metric or error")
def test_a_name_a_phone_and_an_id_in_the_inputs_are_in_no_log_metric_or_error(tmp_path, promise):
    with running(tmp_path, "--access-log") as server:
        errors = []
        for text in CANARY * ROUNDS:
            path = text.replace(" ", "-")
            asked = [
                ("/predict", {"torque": text}),
                ("/predict", {"type": text}),
                ("/predict", {text: 1}),
                ("/predict", {"torque": 1, "type": [text]}),
                ("/predict", [{"torque": 1}, text]),
                ("/predict", text.encode()),
                (f"/predict?who={path}", {"torque": text}),
                (f"/{path}", {}),
                (f"/models/{path}/predict", {}),
                ("/invocations", {"inputs": {text: text}}),
                (f"/v2/models/{NAME}/infer", {"id": 5, "inputs": [{"name": text}]}),
                (f"/v2/models/{NAME}/versions/{path}/infer", {}),
            ]
            for where, value in asked:
                answer = server.ask(where, value, headers={"X-Who": text, "Origin": text})
                errors += [answer.body] if answer.status >= 400 else []
            truth = {"id": path.lower()[:60], "truth": text}
            server.ask("/predict", {**RECORD, "type": text})
            for where in ("/feedback", "/reviews/answer", "/reviews/skip"):
                errors.append(
                    server.ask(
                        where, truth, role="feedback" if where == "/feedback" else "review"
                    ).body
                )
            errors.append(server.ask("/reviews/next", {"model": text}, role="review").body)
            lent = server.ask("/reviews/next", {}, role="review").json
            assert lent[0]["record"]["type"] in CANARY, "shown, and only here"
            errors.append(server.ask("/predict", {}, headers={"Authorization": text}).body)
        metrics = server.ask("/metrics", role="admin").body
        server.stop()
        seen = b"".join((*errors, metrics, "".join(server.said).encode()))
    print(f"{len(errors)} errors, {len(server.said)} lines of log")
    assert len(errors) > 30 and len(server.said) > 30
    for text in CANARY:
        for form in (text, text.replace(" ", "-"), text.lower(), text.replace(" ", "-").lower()):
            assert form.encode() not in seen, form
    promise(len(errors) + len(server.said))


def test_serving_connects_nowhere_and_starts_no_other_program(tmp_path):
    program = (
        "import sys\n"
        "from luodi.cli import main\n"
        "watched = {'socket.connect', 'subprocess.Popen', 'os.system', 'os.exec',"
        " 'pickle.find_class'}\n"
        "sys.addaudithook(lambda event, given: event in watched and"
        " print('AUDIT', event, file=sys.stderr, flush=True))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    path = tmp_path / "watched.py"
    path.write_text(program)
    with running(tmp_path, program=path) as server:
        home = Home.open(server.home)
        for _ in range(20):
            name = server.ask("/predict", RECORD).json["id"]
            server.ask("/feedback", {"id": name, "truth": 1}, role="feedback")
        with home:
            data = release(0.25)
            home.add(data, load(data).digest, NAME, {})
            home.ledger.promote(NAME, load(data).digest, Reason("a test", "on"))
            assert _answers_with(server, load(data).digest)
        server.ask("/openapi.json")
        server.stop()
        assert not [line for line in server.said if line.startswith("AUDIT")]
