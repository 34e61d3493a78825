"""A person at the terminal: shown a case, asked for its truth; what they say is an outcome."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from luodi.cli import case as shown
from luodi.cli import main
from luodi.cli.desk import Said, asked, by_number
from luodi.cli.person import actor
from luodi.modalities.tabular.codec import CategoryColumn, Codec, NumberColumn
from luodi.store.home import Home
from luodi.store.ledger import reviews
from luodi.store.ledger.rows import Prediction, Release, new_id
from serving import NAME, RECORD, filled

BOARDS = Codec("classify", "broken", ("no", "yes"))
TEMPERATURE = NumberColumn("气温", None, None, -20.0, 40.0, True, (), "°C")
GRADE = CategoryColumn("grade", ("A", "B"), False)
PRICES = Codec("regress", "price", numbers=(TEMPERATURE,), categories=(GRADE,))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUODI_LANG", raising=False)
    filled(tmp_path / "home").close()
    return tmp_path / "home"


@pytest.fixture
def sent(home):
    """Sends cases to a person: the first is the most urgent."""

    def send(count=1, name=NAME, **settings) -> list[str]:
        with Home.open(home) as opened:
            digest = next(one.digest for one in opened.ledger.releases() if one.name == name)
            usual = {"record": RECORD, "action": "review", "probability": 0.375}
            usual |= {"details": {"warnings": ["out_of_range:torque"]}}
            made = [
                Prediction(new_id(), digest, "0", **usual | {"urgency": -float(n)} | settings)
                for n in range(count)
            ]
            opened.ledger.keep_predictions(made).result()
        return [one.id for one in made]

    return send


@pytest.fixture
def say(monkeypatch, capsys):
    """Runs the verb while a person types, and gives its status, stdout and stderr."""

    def run(*line, typed="", read=None):
        person = io.StringIO(typed) if read is None else SimpleNamespace(readline=read)
        monkeypatch.setattr(sys, "stdin", person)
        capsys.readouterr()
        status = main(["review", *line, "--home", "home"])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def kept(part="outcomes"):
    with Home.open(Path("home")) as home:
        return {row["id"]: row for row in home.ledger.frame(part).to_dicts()}


def states():
    with Home.open(Path("home")) as home:
        return reviews.states(home.ledger, NAME)


def test_what_a_person_says_is_an_outcome_in_their_name(sent, say):
    first, second = sent(2)
    status, out, err = say(typed="1\n0\n")
    assert status == 0 and out.index(first) < out.index(second)
    assert "2 answered, 0 skipped, 0 still waiting." in err
    assert [(one["truth"], one["source"]) for one in kept().values()] == [
        ("1", actor()), ("0", actor()),
    ]  # fmt: skip


def test_a_case_shows_what_was_decided_why_it_was_sent_and_the_record(sent, say):
    sent(details={"warnings": ["out_of_range:torque", "missing_required:speed"]}, record={})
    sent(details={"warnings": []}, urgency=-7.25)
    _, out, err = say(typed="s\ns\n")
    assert "Decided: 0; probability of 1: 0.375." in out
    assert "record is unusual" in out and "expected to cost -7.25 looks" in out
    assert "torque  -  training saw 3 to 80" in out and "speed   -  missing" in out
    assert "What is true of fails?  0 | 1 | s skip | q end" in err


def test_enter_and_what_cannot_be_true_repeat_the_question(sent, say):
    sent()
    _, _, err = say(typed="\nperhaps\n 1 \n")
    assert err.count("What is true of fails?") == 3 and err.count("cannot be true") == 1
    assert [one["truth"] for one in kept().values()] == ["1"]


def test_who_skips_goes_on_and_who_quits_gives_the_case_back(sent, say):
    first, second, third = sent(3)
    _, out, err = say(typed="s\nq\n1\n")
    assert "0 answered, 1 skipped, 2 still waiting." in err and third not in out
    assert states() | {"waiting": 2, "skipped": 1} == states()
    rows = kept("reviews")
    assert (rows[first]["state"], rows[first]["closed_by"]) == ("skipped", actor())
    assert rows[second]["taken_until"] is None, "it waits for anybody"


def test_the_end_of_the_lines_ends_the_asking(sent, say):
    (name,) = sent()
    assert say(typed="")[0] == 0
    assert kept("reviews")[name]["taken_until"] is None and kept() == {}


def test_ctrl_c_gives_the_case_back(sent, say):
    (name,) = sent()

    def interrupt():
        raise KeyboardInterrupt

    assert say(read=interrupt)[0] == 130
    assert kept("reviews")[name]["taken_until"] is None


def test_a_truth_that_came_another_way_meanwhile_is_told(sent, say):
    (name,) = sent()

    def late():
        assert main(["review", "--answer", name, "--truth", "0", "--home", "home"]) == 0
        return "1\n"

    status, _, err = say(read=late)
    assert status == 0 and "Another outcome" in err and "0 answered" in err


def test_with_nothing_waiting_it_says_so(home, say):
    assert "Nothing waits for a person: all tasks." in say()[2]
    assert "Nothing waits for a person: t." in say("t")[2]
    status, out, err = say("t", "--json", "--lang", "zh")
    assert (status, json.loads(out)) == (
        0, {"task": "t", "answered": 0, "skipped": 0, "waiting": 0},
    )  # fmt: skip
    assert "没有等待人工复核的案例" in err


def test_what_others_look_at_now_is_not_shown(sent, say):
    sent()
    assert say("--next", "1")[0] == 0
    _, out, err = say(typed="1\n")
    assert out == "" and "others look at them now" in err and "1 still waiting" in err


def test_without_a_name_it_is_the_task_of_which_most_wait(home, sent, say):
    with Home.open(home) as opened:
        opened.ledger.add_release(Release("sha256:other", "another", "sha256:none"))
    sent(name="another")
    sent(2)
    assert "t: 2 wait for a person" in say(typed="q\n")[2]
    status, _, err = say("nothing")
    assert status == 2 and "release.unknown_name" in err and "another, t" in err


def test_the_asking_ends_with_counts_as_data(sent, say):
    sent(3)
    status, out, err = say("--json", typed="1\ns\nq\n")
    counts = {"task": NAME, "answered": 1, "skipped": 1, "waiting": 1}
    assert status == 0 and json.loads(out) == counts and "torque" in err


def test_the_next_cases_are_lent_and_printed(sent, say):
    first, second, _ = sent(3)
    status, out, _ = say("--next", "2", "--json", "--lease", "1h")
    told = json.loads(out)
    assert status == 0 and told["task"] == NAME
    assert [one["id"] for one in told["cases"]] == [first, second]
    assert (told["cases"][0]["decision"], told["cases"][0]["record"]) == (0, RECORD)
    _, out, _ = say("--next", "9")
    assert first not in out and second not in out and "torque" in out


def test_one_case_is_answered_or_skipped_by_its_id(sent, say):
    first, second = sent(2)
    status, out, _ = say("--answer", first, "--truth", "1.0", "--json")
    assert (status, json.loads(out)) == (0, {"id": first, "counts": True, "code": None})
    assert json.loads(say("--skip", second, "--json")[1]) == {"id": second, "skipped": True}
    assert json.loads(say("--skip", first, "--json")[1]) == {"id": first, "skipped": False}
    assert states() == {"waiting": 0, "answered": 1, "skipped": 1, "expired": 0}


@pytest.mark.parametrize(
    ("line", "code", "status"),
    [
        (["--answer", "{id}"], "review.together", 2),
        (["--truth", "1"], "review.together", 2),
        (["--answer", "{id}", "--truth", "1", "--skip", "{id}"], "review.together", 2),
        (["--next", "1", "--skip", "{id}"], "review.together", 2),
        (["--next", "0"], "cli.usage", 2),
        (["--next", "101"], "cli.usage", 2),
        (["--lease", "soon"], "alarm.every", 2),
        (["--answer", "{id}", "--truth", "perhaps"], "review.truth", 3),
        (["--answer", "{id}", "--truth", ""], "review.truth", 3),
        (["--answer", "f" * 32, "--truth", "1"], "ledger.review_unknown", 2),
        (["--skip", "f" * 32], "ledger.review_unknown", 2),
        (["--skip", "\udc80"], "ledger.text", 3),
    ],
)
def test_every_misuse_has_its_code(sent, say, line, code, status):
    (name,) = sent()
    got, out, _ = say(*(word.replace("{id}", name) for word in line), "--json")
    assert (got, json.loads(out)["error"]["code"]) == (status, code)
    assert kept() == {}


def test_a_second_truth_contradicts(sent, say):
    (name,) = sent()
    say("--answer", name, "--truth", "1")
    assert say("--answer", name, "--truth", "1")[0] == 0
    status, _, err = say("--answer", name, "--truth", "0")
    assert status == 3 and "ledger.outcome_contradicts" in err


def answers(codec, *typed):
    return asked(codec, iter([*typed, ""]).__next__)


def test_a_class_is_named_by_number_or_label_but_never_by_two_meanings():
    assert answers(BOARDS, "2\n") == answers(BOARDS, " yes \n") == Said("answer", "yes")
    digits = Codec("classify", "n", ("1", "2", "10"), "integer")
    assert by_number(digits) == {} and answers(digits, "10\n") == Said("answer", "10")
    assert answers(BOARDS, "3\n", "s\n") == Said("skip")
    letters = Codec("classify", "direction", ("n", "s"))
    assert answers(letters, "s\n") == Said("skip"), "what the question says it does"
    assert answers(letters, "2\n") == Said("answer", "s")


def test_a_value_is_asked_for_as_a_number():
    assert answers(PRICES, "much\n", "nan\n", "1e3\n") == Said("answer", "1e3")
    assert answers(PRICES) == answers(PRICES, "q\n") == Said("quit")


def lines_of(codec, record, warnings=(), **changed):
    told = {"id": "a", "at": "2026-11-22T08:30:00.5+00:00", "release": "sha256:ab", "urgency": 1.0}
    told |= {"decision": 12.5, "probability": None, "record": record, "warnings": [*warnings]}
    return list(shown.lines(told | changed, codec))


def test_a_record_is_a_table_with_units_whatever_the_width_of_its_signs():
    lines = lines_of(
        PRICES,
        {"grade": "特别好", "气温": 41, "more": True},
        ["out_of_range:气温", "unseen_category:grade"],
    )
    assert lines[0].startswith("a  2026-11-22 08:30:00Z") and lines[1] == "Answered: 12.5."
    assert lines[3:] == [
        "  气温   41 °C   training saw -20 to 40",
        "  grade  特别好  never seen in training",
        "  more   true",
    ]


def test_no_text_of_a_record_moves_the_cursor_or_fills_the_screen():
    hostile = "\x1b[2J\r\n\u202e" + "x" * 9999
    lines = lines_of(PRICES, {hostile: hostile, "气温": 1.0}, [f"unseen_category:{hostile}"])
    assert all(len(line) < 130 for line in lines)
    assert not any(sign in "".join(lines) for sign in "\x1b\r\n\u202e")


def test_of_more_than_two_classes_the_probability_is_that_of_the_decision():
    three = Codec("classify", "grade", ("A", "B", "C"))
    assert lines_of(three, {}, decision="B", probability=0.5)[1] == (
        "Decided: B; probability of B: 0.5."
    )
