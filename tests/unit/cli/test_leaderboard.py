"""The leaderboard ranks candidates, shows errors as positive numbers and counts the budget down."""

import io

import pytest
from rich.console import Console

from luodi.cli.leaderboard import Board
from luodi.cli.progress import clocked, line_of, shown_score
from luodi.core.events import Event
from luodi.core.values import Finding


def candidate(name, score, metric="roc_auc"):
    data = {"name": name, "family": name, "metric": metric, "score": score, "seconds": 1.0}
    return Event("candidate", {**data, "best": False})


def drawn(board):
    console = Console(file=io.StringIO(), width=100, record=True)
    console.print(board.table())
    return console.export_text()


def test_the_best_candidate_stands_first():
    board = Board(60)
    for name, score in (("majority", 0.5), ("catboost", 0.9), ("linear", 0.8)):
        board.listen(candidate(name, score))
    text = drawn(board)
    assert text.index("catboost") < text.index("linear") < text.index("majority")


@pytest.mark.parametrize(("metric", "shown"), [("rmse", "2.5000"), ("r2", "-2.5000")])
def test_an_error_is_shown_as_a_positive_number(metric, shown):
    assert shown_score({"metric": metric, "score": -2.5}) == shown


def test_the_budget_that_remains_is_shown_in_training_only(monkeypatch):
    board, clock = Board(60), iter([100.0, 115.0])
    monkeypatch.setattr("luodi.cli.leaderboard.time.monotonic", lambda: next(clock))
    board.listen(Event("stage", {"name": "train"}))
    assert "45 s of the budget remain" in board.status()
    board.listen(Event("stage", {"name": "evaluate"}))
    assert "remain" not in board.status()


def test_what_a_killed_build_has_spent_remains_no_more(monkeypatch, capsys):
    board, listen = Board(60), clocked(60)
    monkeypatch.setattr("luodi.cli.leaderboard.time.monotonic", lambda: 100.0)
    for told in (board.listen, listen):
        told(Event("stage", {"name": "train", "budget": 60.0, "spent": 25.0}))
    assert "35 s of the budget remain" in board.status()
    listen(candidate("lenet", 0.9))
    assert "[   25 s / 60 s] lenet" in capsys.readouterr().err


def test_a_repeated_plan_has_no_budget_to_show():
    board = Board()
    board.listen(Event("stage", {"name": "train"}))
    assert "remain" not in board.status()


def test_findings_and_notes_stay_on_the_board():
    board = Board(60)
    board.listen(
        Event("finding", {"finding": Finding("cli.exists", "warning", None, {"path": "x"})})
    )
    board.listen(Event("note", {"text": "sampled"}))
    text = drawn(board)
    assert "cli.exists" in text and "sampled" in text


def test_progress_moves_on_the_board_and_is_no_line_in_a_log():
    board, progress = Board(), Event("progress", {"what": "folds", "done": 2, "total": 5})
    board.listen(progress)
    assert board.status() == "folds 2/5"
    assert line_of(progress) is None


def test_plain_lines_carry_the_time_used(capsys):
    listen = clocked(30)
    listen(Event("stage", {"name": "train"}))
    listen(candidate("lightgbm", 0.9))
    assert "/ 30 s] lightgbm" in capsys.readouterr().err
