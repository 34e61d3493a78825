"""From the ledger to an alarm: once, in the right place, and never with a record in it."""

from __future__ import annotations

import http.server
import json
import threading

import numpy as np
import pytest

from luodi.core.errors import LuodiError
from luodi.core.promise import promised
from luodi.modalities import modality
from luodi.modalities.tabular import watch
from luodi.modalities.tabular.codec import Codec, NumberColumn
from luodi.monitor import outlets, rounds
from luodi.monitor import status as watching
from luodi.monitor.alarms import Raised
from luodi.monitor.intake import Watched
from luodi.monitor.reference import Reference
from luodi.monitor.rounds import Pace
from luodi.store.home import Home
from luodi.store.ledger.rows import Outcome, Prediction, Reason, Release, new_id

DAY = 86_400_000_000
NOW = 1_700_006_400_000_000 // DAY * DAY
DIGEST = "sha256:" + "a" * 64
CANARY = 13_912_345_678.0


@pytest.fixture
def home(tmp_path):
    with Home.create(tmp_path / "home") as opened:
        release = Release(DIGEST, "press", blob="sha256:" + "b" * 64)
        opened.ledger.add_release(release)
        opened.ledger.promote("press", DIGEST, Reason("a test", "to see"))
        yield opened


@pytest.fixture(autouse=True)
def one(monkeypatch) -> Watched:
    """A release without a file: what training left, two sensors and a promise."""
    random = np.random.default_rng(0)
    names = ("torque", "heat")
    columns = {
        name: {"kind": "number", **watch.binned(random.normal(40, 5, 5000))} for name in names
    }
    reference = Reference.from_json({"rows": 5000, "columns": columns, "answers": {}})
    limits = {"low": None, "high": None, "seen_low": 0.0, "seen_high": 80.0, "required": False}
    numbers = tuple(NumberColumn(name=n, missing=(), unit=None, **limits) for n in names)
    codec = Codec("classify", "broken", ("no", "yes"), "string", numbers)
    figure = {"name": "roc_auc", "value": 0.9, "low": 0.88, "high": 0.92}
    card = {"figures": [figure, {"name": "accuracy", "value": 0.8}]}
    promise = promised("classify", {"classes": ["no", "yes"]}, {"metric": "roc_auc"}, card)
    made = Watched("press", DIGEST, 0, reference, promise, codec.to_json(), modality())
    monkeypatch.setattr(rounds, "watched", lambda *_: made)
    monkeypatch.setattr(watching, "watched", lambda *_: made)
    return made


def answer(home, days, change=lambda record: record, rows=250, truths=False, seed=1):
    """Answers of some days, counted back from now, and what came true of them."""
    random = np.random.default_rng(seed)
    kept = []
    for day in days:
        for row in range(rows):
            at = NOW - day * DAY + row * (DAY // rows)
            record = {"torque": random.normal(40, 5), "heat": random.normal(40, 5)}
            chance = random.random()
            decision = "yes" if chance > 0.5 else "no"
            kept.append(
                Prediction(new_id(at), DIGEST, decision, change(record), probability=chance, at=at)
            )
    home.ledger.keep_predictions(kept).result()
    if truths:
        came = [Outcome(p.id, random.choice(["no", "yes"]), p.at + 1) for p in kept]
        home.ledger.keep_outcomes(came).result()


def stuck(record):
    return {**record, "torque": CANARY}


def codes(home) -> list[str]:
    return home.ledger.frame("alarms")["code"].to_list()


def test_a_dead_sensor_is_told_once_and_its_end_too(home):
    answer(home, range(12, 8, -1))
    answer(home, range(8, 5, -1), stuck)
    answer(home, range(5, 0, -1), seed=2)
    whole = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert whole.new == 12
    assert codes(home) == ["alarm.broken", "alarm.over"]
    assert whole.raised[0].columns == ("torque",)
    again = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert again.new == 0 and len(codes(home)) == 2


def test_rounds_day_by_day_find_what_one_round_finds(home):
    answer(home, range(12, 8, -1))
    answer(home, range(8, 0, -1), stuck)
    for day in range(10, -1, -1):
        rounds.once(home, "press", DIGEST, Pace(), NOW - day * DAY)
    assert codes(home) == ["alarm.broken"]


def test_a_window_of_few_answers_grows_until_it_says_something(home):
    answer(home, range(12, 0, -1), rows=50)
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert [window.sketch.rows for window in found.windows] == [200, 200, 200]
    assert all(window.end - window.start == 4 * DAY for window in found.windows)


def test_truths_that_contradict_the_promise_are_a_worse_model(home):
    answer(home, range(6, 0, -1), truths=True)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert codes(home) == ["alarm.worse"]
    told = watching.status(home, "press", DIGEST, Pace(), NOW)
    assert told["alarm"]["code"] == "alarm.worse"
    assert told["live"]["low"] < 0.5 < told["live"]["high"] < told["live"]["promised"]
    assert told["next"][0]["step"] == "act"


def test_status_says_what_is_waited_for(home):
    told = watching.status(home, "press", DIGEST, Pace(), NOW)
    assert [step["step"] for step in told["next"]] == ["first_window", "truths"]
    assert told["alarm"] is None and told["traffic"]["last_day"] == 0


def test_no_record_is_in_an_alarm_a_line_or_a_message(home):
    answer(home, range(6, 0, -1), stuck)
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    texts = [outlets.line("press", DIGEST, alarm) for alarm in found.raised]
    texts += [json.dumps(outlets.message("press", DIGEST, alarm)) for alarm in found.raised]
    texts += home.ledger.frame("alarms")["evidence"].to_list()
    assert texts and not any("13912345678" in t.replace(",", "") or "1.39e" in t.lower()
                             or "1.39123" in t for t in texts)  # fmt: skip


def test_forgotten_records_are_not_counted(home):
    answer(home, range(3, 0, -1))
    home.ledger.write(lambda c, items: [c.exec_driver_sql(
        "UPDATE predictions SET forgotten_at = 1, record = '{}'")], [None]).result()  # fmt: skip
    assert rounds.once(home, "press", DIGEST, Pace(), NOW).new == 0


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


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "nonsense", "http://"])
def test_a_webhook_is_http_or_nothing(url):
    with pytest.raises(LuodiError, match=r"alarm\.webhook"):
        outlets.address(url)


def test_a_task_without_a_champion_is_refused(home):
    with pytest.raises(LuodiError, match=r"alarm\.no_champion"):
        list(rounds.champion(home, "oven"))
    assert list(rounds.champion(home, None)) == [("press", DIGEST)]
