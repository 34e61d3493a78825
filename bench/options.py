"""How a figure is run: the same few options for every script."""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUICK_BUDGET_S = 8.0


@dataclass(frozen=True)
class Options:
    """Options of one run.

    Attributes:
        quick: A smoke run: one split, few rows, a short budget. Its numbers mean nothing.
        budget_s: The wall-clock budget of each build, seconds.
        splits: How many of the protocol's splits to run, from the first; all when None.
        minutes: No further split begins after so many; without end when infinite.
        data: The folder with the data sets.
        resume: Go on after the splits that the last record holds.
    """

    quick: bool
    budget_s: float
    splits: int | None
    minutes: float
    data: Path
    resume: bool = False


def add_to(parser: argparse.ArgumentParser) -> None:
    """The options that every script takes."""
    parser.add_argument("--quick", action="store_true", help="a smoke run")
    parser.add_argument("--budget", type=float, default=120.0, metavar="S", help="seconds a build")
    parser.add_argument("--splits", type=int, metavar="N", help="only the first N splits")
    parser.add_argument(
        "--minutes", type=float, default=math.inf, metavar="M", help="no new split after M minutes"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on after the splits of the last record"
    )


def chosen(given: argparse.Namespace) -> Options:
    """The options from parsed arguments and the environment."""
    data = Path(os.environ.get("LUODI_DATA", ROOT.parent / "shared" / "data"))
    budget = min(given.budget, QUICK_BUDGET_S) if given.quick else given.budget
    splits = 1 if given.quick else given.splits
    return Options(given.quick, budget, splits, given.minutes, data, given.resume)


def parsed(description: str | None) -> Options:
    """The options of the script that runs."""
    parser = argparse.ArgumentParser(description=description)
    add_to(parser)
    return chosen(parser.parse_args())
