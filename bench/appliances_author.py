"""Appliances energy on the author's random split, which leaks in time: RMSE."""

from __future__ import annotations

from bench.appliances import TARGET, aims, by_author, calendar
from bench.contest import Contest, held
from bench.result import end

CONTEST = Contest(
    figure="appliances_author",
    title="appliances energy, author's split",
    target=TARGET,
    goal="regress",
    splits=by_author,
    protocol="author's random split (leaks in time); rivals get calendar numbers",
    aims=aims(at_most=66),
    task={"metric": "rmse"},
    eased=calendar,
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
