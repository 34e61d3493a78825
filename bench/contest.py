"""luodi beside LightGBM and CatBoost with defaults, on the same splits in the same process."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.options import Options
from bench.result import Result, latest
from bench.rivals import RIVALS, Answers, truth

QUICK_ROWS = 1200
Split = tuple[pl.DataFrame, pl.DataFrame]
Measure = Callable[[np.ndarray, Answers], float]


@dataclass(frozen=True)
class Aim:
    """One measure of a contest.

    Attributes:
        name: The measure's name.
        measure: The measure, of true labels or values and answers.
        at_least: What is to be reached, where more is better.
        at_most: What is to be reached, where less is better.
        more_is_better: For measures without a limit.
    """

    name: str
    measure: Measure
    at_least: float | None = None
    at_most: float | None = None
    more_is_better: bool = True

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is."""
        return -1.0 if self.at_most is not None or not self.more_is_better else 1.0

    @property
    def wanted(self) -> str:
        """The condition in words."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else "report"

    def reached(self, mean: float) -> bool | None:
        """Whether a mean satisfies the condition."""
        if self.at_least is not None:
            return mean >= self.at_least
        return mean <= self.at_most if self.at_most is not None else None


@dataclass(frozen=True)
class Contest:
    """A data set with its protocol.

    Attributes:
        figure: Name of the script.
        title: What the table calls it.
        target: The column to predict.
        goal: ``classify`` or ``regress``.
        splits: Gives the pairs of training and test table, the same every time.
        protocol: The splits in words.
        aims: The measures.
        task: Further keys of luodi's task.
        eased: Rewrites a table for the rivals, which take no dates.
        data: Further keys of the task's ``data``.
    """

    figure: str
    title: str
    target: str
    goal: str
    splits: Callable[[Path], Iterator[Split]]
    protocol: str
    aims: Sequence[Aim]
    task: Mapping[str, Any] = field(default_factory=dict)
    eased: Callable[[pl.DataFrame], pl.DataFrame] = lambda table: table
    data: Mapping[str, Any] = field(default_factory=dict)


def held(contest: Contest, options: Options) -> list[Result]:
    """Hold a contest and give one result for each of its measures.

    A contest may take hours: each finished split is said on stderr, and ``options.minutes`` ends
    it between two splits.
    """
    values: dict[str, dict[str, list[float]]] = {aim.name: {} for aim in contest.aims}
    seconds: dict[str, list[float]] = {}
    rounds, began = 0, time.monotonic()
    if options.resume and not options.quick:
        values = _recorded(contest)
        rounds = len(values[contest.aims[0].name]["luodi"])
    done = rounds
    for train, test in islice(contest.splits(options.data), done, options.splits):
        if rounds > done and time.monotonic() - began > 60 * options.minutes:
            break
        if options.quick:
            train, test = _fewer(train), _fewer(test)
        for who, (took, measured) in _split(contest, options, train, test).items():
            seconds.setdefault(who, []).append(took)
            for name, value in measured.items():
                values[name].setdefault(who, []).append(value)
        rounds += 1
        print(f"{contest.title}, split {rounds}: {_so_far(values)}", file=sys.stderr, flush=True)
    counted = "1 split" if rounds == 1 else f"{rounds} splits"
    counted += f" ({done} of them from an earlier run)" if done else ""
    protocol = f"{contest.protocol}; {counted}, {options.budget_s:g} s a build"
    return [_result(contest, aim, values[aim.name], protocol, seconds) for aim in contest.aims]


def _recorded(contest: Contest) -> dict[str, dict[str, list[float]]]:
    """What the last record holds of each measure."""
    held = {record["measure"]: record["values"] for record in latest(contest.figure, False)}
    return {
        aim.name: {who: list(got) for who, got in held[aim.name].items()} for aim in contest.aims
    }


def _split(
    contest: Contest, options: Options, train: pl.DataFrame, test: pl.DataFrame
) -> dict[str, tuple[float, dict[str, float]]]:
    """Seconds and measures of each contestant on one split."""
    wanted = truth(test, contest.target, contest.goal)
    found = {}
    for who, answer in _contestants(contest, options).items():
        began = time.monotonic()
        answers = answer(train, test)
        took = time.monotonic() - began
        found[who] = took, {aim.name: aim.measure(wanted, answers) for aim in contest.aims}
    return found


def _so_far(values: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    return "; ".join(
        f"{name} " + ", ".join(f"{who} {np.mean(got):.4f}" for who, got in scores.items())
        for name, scores in values.items()
    )


def _contestants(
    contest: Contest, options: Options
) -> dict[str, Callable[[pl.DataFrame, pl.DataFrame], Answers]]:
    target, goal, eased = contest.target, contest.goal, contest.eased
    others = {
        name: lambda train, test, rival=rival: rival(eased(train), eased(test), target, goal)
        for name, rival in RIVALS.items()
    }
    return {"luodi": lambda train, test: released(contest, options, train, test), **others}


def released(
    contest: Contest, options: Options, train: pl.DataFrame, test: pl.DataFrame
) -> Answers:
    """Build a release on the training rows and ask the loaded file about the raw test rows."""
    import luodi

    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUODI_KEY_DIR"] = folder
        train.write_parquet(f"{folder}/train.parquet")
        test.write_parquet(f"{folder}/test.parquet")
        task = {
            "name": contest.figure.replace("_", "-"),
            "goal": contest.goal,
            "data": {"source": f"{folder}/train.parquet", "target": contest.target}
            | dict(contest.data),
            "budget": options.budget_s,
            **contest.task,
        }
        task["split"] = {"holdout": f"{folder}/test.parquet"}
        output = Path(folder) / "contest.luodi"
        luodi.build(task, output=output, force=True)
        return _asked(luodi.load(output), test.drop(contest.target))


def _asked(release: Any, rows: pl.DataFrame) -> Answers:
    scores = release.score(rows)
    if scores.value is not None:
        return Answers(value=scores.value)
    classes = release.scorer.classes
    decided = np.asarray(classes)[scores.decision]
    return Answers(classes, scores.probabilities, decided)


def _fewer(table: pl.DataFrame) -> pl.DataFrame:
    """Some rows in their order, for a smoke run."""
    return table.gather_every(max(1, table.height // QUICK_ROWS))


def _result(
    contest: Contest,
    aim: Aim,
    values: Mapping[str, Sequence[float]],
    protocol: str,
    seconds: Mapping[str, Sequence[float]],
) -> Result:
    mean = float(np.mean(values["luodi"]))
    return Result(
        figure=contest.figure,
        title=contest.title,
        measure=aim.name,
        values=values,
        wanted=aim.wanted,
        reached=aim.reached(mean),
        protocol=protocol,
        against=against(values, aim.sign),
        details={"seconds": {who: float(np.mean(took)) for who, took in seconds.items()}},
    )


def against(values: Mapping[str, Sequence[float]], sign: float) -> str:
    """How luodi stands beside the better rival: mean paired gain, its standard error, a word.

    ``wins`` and ``loses`` are said beyond two standard errors only. Cross-validation folds share
    training rows, so the error is a little too small; it is a description, not a test.
    """
    rivals = [who for who in values if who != "luodi"]
    best = max(rivals, key=lambda who: sign * float(np.mean(values[who])))
    gain = sign * (np.asarray(values["luodi"]) - np.asarray(values[best]))
    if len(gain) < 2:
        return f"{gain.mean():+.4f} to {best}, one split"
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    word = "wins" if gain.mean() > 2 * error else "loses" if gain.mean() < -2 * error else "even"
    return f"{gain.mean():+.4f} ± {error:.4f} to {best}: {word}"
