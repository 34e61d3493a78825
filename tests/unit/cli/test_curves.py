"""Trainings are seen as they go: plotted on a terminal, in a few lines elsewhere, never in JSON."""

from __future__ import annotations

import io
import json

from rich.console import Console

from luodi.cli import main
from luodi.cli.curves import Curves, epoch_text, left_s, seldom
from luodi.cli.leaderboard import Board
from luodi.cli.progress import clocked
from luodi.core.events import Event


def epoch(number: int, epochs: int = 10, name: str = "lenet 2", **more):
    facts = {"name": name, "family": name.split()[0], "epoch": number, "epochs": epochs}
    facts |= {"loss": 1 / number, "metric": "accuracy", "score": 1 - 1 / (number + 1)}
    return {**facts, "seconds": 2.0 * number, **more}


def drawn(board: Board) -> str:
    console = Console(file=io.StringIO(), width=80, record=True)
    console.print(board.table())
    return console.export_text()


def test_the_time_left_is_that_of_the_epochs_left():
    assert left_s(epoch(4)) == 12.0 and left_s(epoch(10)) == 0.0
    assert left_s(epoch(11)) == 0.0  # a plan that became shorter


def test_an_error_is_shown_as_a_positive_number():
    assert "log_loss 0.2500" in epoch_text(epoch(2, metric="log_loss", score=-0.25))


def test_a_training_that_runs_is_plotted_and_one_that_ended_is_a_line():
    board = Board(60)
    for number in range(1, 6):
        board.listen(Event("epoch", epoch(number)))
    text = drawn(board)
    assert "epoch 5/10" in text and text.count("┤") == 6
    assert any("\u2800" < sign <= "\u28ff" for sign in text)
    facts = {"name": "lenet 2", "metric": "accuracy", "score": 0.8, "seconds": 10.0}
    board.listen(Event("candidate", facts))
    text = drawn(board)
    assert "┤" not in text and "█" in text and "lenet 2" in text


def test_a_plot_fits_a_terminal_of_80_columns():
    board = Board(60)
    for name in ("linear 1", "mobilenet 2"):
        for number in range(1, 200):
            board.listen(Event("epoch", epoch(number, 200, name)))
    assert all(len(line) <= 79 for line in board.curves.lines())


def test_a_plot_grows_with_the_epochs_and_the_first_few_are_seen_apart():
    wide = []
    for known in (4, 75, 150):
        curves = Curves()
        for number in range(1, known + 1):
            curves.add(epoch(number, 150))
        left = curves.lines()[1].split("┤")[1]
        wide.append(sum("\u2800" <= sign <= "\u28ff" for sign in left))
    assert wide == [4, 13, 26]


def test_only_the_last_trainings_are_shown():
    curves = Curves()
    for place in range(9):
        curves.add(epoch(1, name=f"lenet {place}"))
    assert sum("lenet" in line for line in curves.lines()) == 3


def test_a_score_that_is_no_number_leaves_a_gap():
    curves = Curves()
    for number in (1, 2):
        curves.add(epoch(number, score=float("nan")))
    assert "loss 0.5000" in "\n".join(curves.lines())


def test_a_log_gets_the_first_epoch_the_last_and_some_between():
    now = [0.0]
    deserves = seldom(lambda: now[0])
    told = []
    for number in range(1, 101):
        now[0] = 2.0 * number
        if deserves(epoch(number, 100)):
            told.append(number)
    assert told == [1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 100]
    assert deserves(epoch(3, 100, name="mlp 3"))


def test_plain_lines_carry_the_time_used_and_the_epoch(capsys):
    listen = clocked(30)
    listen(Event("stage", {"name": "train"}))
    listen(Event("epoch", epoch(1)))
    said = capsys.readouterr()
    assert "/ 30 s] lenet 2  epoch 1/10  loss 1.0000" in said.err and "18 s left" in said.err
    assert not said.out


def test_json_on_stdout_is_nothing_but_json(loop, task, capsys):
    plain = loop.build

    def build(*args, listener, **how):
        listener(Event("epoch", epoch(1)))
        return plain(*args, listener=listener, **how)

    loop.build = build
    assert main(["build", str(task), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["passed"] and "epoch 1/10" in said.err


def test_a_build_hands_on_where_curves_go_and_whether_it_begins_anew(loop, task, tmp_path):
    asked = {}
    plain = loop.build

    def build(*args, **how):
        asked.update(how)
        return plain(*args, **how)

    loop.build = build
    assert main(["build", str(task)]) == 0 and not asked["fresh"] and asked["tensorboard"] is None
    assert main(["build", str(task), "--fresh", "--tensorboard", str(tmp_path / "runs")]) == 0
    assert asked["fresh"] and asked["tensorboard"] == tmp_path / "runs"
