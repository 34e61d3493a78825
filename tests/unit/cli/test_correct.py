"""A slip in what came true can be put right, by a person with a reason, and leaves a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from luodi.cli import main
from luodi.store.home import Home
from luodi.store.ledger.rows import Outcome, Prediction, new_id
from serving import RECORD, filled

AT = 1_700_000_000_000_000


@pytest.fixture
def answered(tmp_path, monkeypatch) -> str:
    """The id of an answer in a home here, of which came true that nothing broke."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUODI_LANG", raising=False)
    filled(tmp_path / "home").close()
    with Home.open(tmp_path / "home") as home:
        digest = home.ledger.releases()[0].digest
        made = Prediction(new_id(AT), digest, "0", RECORD, "accept", 0.1, at=AT - 1)
        home.ledger.keep_predictions([made]).result()
        home.ledger.keep_outcomes([Outcome(made.id, "0", AT)]).result()
    return made.id


def moments() -> list[int]:
    with Home.open(Path("home")) as home:
        return home.ledger.frame("outcomes")["at"].dt.epoch("us").to_list()


def truths() -> list[str]:
    with Home.open(Path("home")) as home:
        home.ledger.verify_audit()
        return home.ledger.frame("outcomes")["truth"].to_list()


def test_the_corrected_truth_counts_and_the_audit_tells_who_and_why(answered, capsys):
    words = [
        "correct",
        answered,
        "--truth",
        "1",
        "--reason",
        "typed the wrong key",
        "--home",
        "home",
    ]
    assert main([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    (at,) = moments()
    assert at == AT, "when it came true does not change"
    assert json.loads(out) == {"id": answered, "counts": True, "code": None}
    assert "counts as 1" in err and truths() == ["1"]
    with Home.open(Path("home")) as home:
        last = home.ledger.frame("audit").row(-1, named=True)
    assert last["action"] == "correct" and "typed the wrong key" in str(last)
    assert main(words) == 0, "again is fine"
    assert "known already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["{id}", "--truth", "perhaps", "--reason", "x"], 3, "review.truth"),
        (["{id}", "--truth", "1"], 2, "--reason"),
        (["{id}", "--truth", "-1", "--reason", "x"], 3, "review.truth"),
        (["{id}", "--truth", "1", "--reason", " "], 2, "--reason is empty"),
        (["no-such-id", "--truth", "1", "--reason", "x"], 3, "ledger.outcome_unknown"),
    ],
)
def test_what_cannot_be_corrected_is_refused_and_changes_nothing(
    answered, capsys, words, status, said
):
    given = [word.format(id=answered) for word in words]
    assert main(["correct", *given, "--home", "home"]) == status
    assert said in capsys.readouterr().err and truths() == ["0"]


def test_the_first_truth_of_an_answer_is_no_correction(answered, capsys):
    with Home.open(Path("home")) as home:
        digest = home.ledger.releases()[0].digest
        fresh = Prediction(new_id(), digest, "0", RECORD, "accept", 0.1)
        home.ledger.keep_predictions([fresh]).result()
        before = len(home.ledger.frame("audit"))
    assert main(["correct", fresh.id, "--truth", "1", "--reason", "seen", "--home", "home"]) == 0
    assert "counts as" not in capsys.readouterr().err
    with Home.open(Path("home")) as home:
        assert len(home.ledger.frame("audit")) == before
