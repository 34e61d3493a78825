"""Appliances energy, the last fifth of the time held out: RMSE."""

from __future__ import annotations

from bench.appliances import TARGET, aims, by_time, calendar
from bench.contest import Contest, held
from bench.result import end

CONTEST = Contest(
    figure="appliances_time",
    title="appliances energy, time-ordered",
    target=TARGET,
    goal="regress",
    splits=by_time,
    protocol="last 20 % of the time; rivals get calendar numbers",
    aims=aims(at_most=None),
    task={"metric": "rmse"},
    eased=calendar,
    data={"time": "date"},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
