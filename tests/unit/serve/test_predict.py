"""Answers over HTTP are those of the release, each with its id, and each is in the ledger."""

import json

import pytest

from luodi.runtime.load import load
from luodi.store.home import Home
from serving import NAME, RECORD, release, running

RELEASE = load(release())
BODY = json.dumps(RECORD).encode()


def row(server, name):
    with Home.open(server.home) as home:
        frame = home.ledger.frame("predictions")
    return next((one for one in frame.to_dicts() if one["id"] == name), None)


def test_one_record_gets_the_answer_of_the_release(server):
    answer = server.ask("/predict", RECORD)
    wanted = RELEASE.predict(RECORD)
    assert answer.status == 200
    given = answer.json
    assert list(given) == ["id", "decision", "probability", "action", "release", "warnings"]
    assert given["decision"] == wanted["decision"]
    assert given["probability"] == wanted["probability_1"]
    assert (given["action"], given["release"]) == (wanted["action"], RELEASE.digest)


def test_many_records_get_as_many_answers_with_their_own_ids(server):
    records = [RECORD, {**RECORD, "type": "Q"}, {**RECORD, "torque": 500}]
    answers = server.ask("/predict", records).json
    assert len({answer["id"] for answer in answers}) == 3
    assert [answer["action"] for answer in answers] == ["accept", "review", "review"]
    assert answers[1]["warnings"] == ["unseen_category:type"]
    assert server.ask("/predict", []).json == []


def test_a_batch_answers_as_its_records_do_alone(server):
    records = [{**RECORD, "torque": torque / 3} for torque in range(150)]
    together = [answer["probability"] for answer in server.ask("/predict", records).json]
    assert together == [RELEASE.predict(record)["probability_1"] for record in records]


def test_an_answer_is_in_the_ledger_before_it_leaves(server):
    given = server.ask("/predict", {**RECORD, "operator": "not a column"}).json
    kept = row(server, given["id"])
    assert kept["release"] == RELEASE.digest and kept["probability"] == given["probability"]
    assert json.loads(kept["record"]) == RECORD, "columns that training never had are not kept"


def test_a_task_is_answered_under_its_own_name_too(server):
    assert server.ask(f"/models/{NAME}/predict", RECORD).status == 200
    assert server.ask("/models/other/predict", RECORD).status == 404


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"torque": "much"}, "rows.not_a_number"),
        ({"torque": True}, "rows.not_a_number"),
        ({"torque": [1]}, "rows.not_a_number"),
        ({"type": {"a": 1}, "torque": 1}, "rows.not_a_category"),
        ({"other": 1}, "rows.no_known_column"),
        ({}, "rows.no_known_column"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_by_code_row_and_column(server, record, code):
    answer = server.ask("/predict", [RECORD, record])
    assert (answer.status, answer.json["code"], answer.json["row"]) == (422, code, 1)
    assert answer.headers["content-type"] == "application/problem+json"
    allowed = {"type", "title", "status", "code", "request_id", "row", "column"}
    assert set(answer.json) <= allowed


@pytest.mark.parametrize("policy", ["none", "sample"])
def test_what_is_not_kept_has_no_id(tmp_path, policy):
    with running(tmp_path, "--log", policy, "--share", "0.5") as server:
        ids = [answer["id"] for answer in server.ask("/predict", [RECORD] * 400).json]
        with Home.open(server.home) as home:
            kept = home.ledger.frame("predictions")
    assert {name for name in ids if name} == set(kept["id"])
    assert len(kept) == 0 if policy == "none" else 120 < len(kept) < 280
    assert all(json.loads(text)["share"] == 0.5 for text in kept["details"])


def test_a_file_can_be_served_without_a_home_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.luodi").write_bytes(release(0.125))
    with running(tmp_path, what=tmp_path / "small.luodi") as server:
        assert server.ask("/predict", RECORD).json["release"] == load(release(0.125)).digest


def test_beyond_what_people_can_look_at_answers_are_accepted_and_say_so(tmp_path):
    (tmp_path / "small.luodi").write_bytes(release(0.5, per_day=3))
    odd = {**RECORD, "type": "Q"}
    for left in (3, 0):  # the second server remembers what the first one gave out
        with running(tmp_path, what=tmp_path / "small.luodi") as server:
            answers = server.ask("/predict", [odd] * 5).json
        assert [answer["action"] for answer in answers] == ["review"] * left + ["accept"] * (
            5 - left
        )
        assert all("review_full" in answer["warnings"] for answer in answers[left:])


def test_several_processes_answer_and_count_together(tmp_path):
    with running(tmp_path, "--workers", "2", "--durability", "strict") as server:
        ids = {server.ask("/predict", RECORD).json["id"] for _ in range(40)}
        text = server.ask("/metrics", role="admin").body.decode()
        assert 'luodi_predictions_total{model="t",action="accept"} 40' in text
        assert server.stop() == 0
    with Home.open(server.home) as home:
        assert ids == set(home.ledger.frame("predictions")["id"])
