"""What a server counts of itself; never a value from a request, only names known beforehand."""

from __future__ import annotations

import time
from collections.abc import Sequence

from luodi.runtime.score import UNLIKE
from luodi.serve.counters import Counters, Family, Labels

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
ROWS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0, 1024.0)
STATUSES = (200, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 431, 500, 503, 507)
ACTIONS = ("accept", "review")
LOSSES = ("ledger.full", "ledger.busy", "ledger.dead", "ledger.unreachable", "other")
SWAPS = ("done", "failed")
REQUESTS = "luodi_http_requests_total"
DURATION = "luodi_http_request_duration_seconds"
IN_FLIGHT = "luodi_http_requests_in_flight"
CONNECTIONS = "luodi_http_connections"
ANSWERS = "luodi_predictions_total"
WARNED = "luodi_predictions_with_warnings_total"
STRANGE = "luodi_predictions_unlike_training_total"
NOT_KEPT = "luodi_predictions_not_kept_total"
BATCH = "luodi_batch_rows"
OUTCOMES = "luodi_outcomes_total"
SWAPPED = "luodi_release_swaps_total"
SINCE = "luodi_release_since_seconds"
STARTED = "luodi_start_time_seconds"


class Metrics:
    """Counts. It is an object because it holds the counters and where each stands.

    Args:
        models: Names of the tasks that are served.
        routes: Labels of the routes.
        processes: How many processes count together.
    """

    def __init__(self, models: Sequence[str], routes: Sequence[str], processes: int = 1) -> None:
        families = [*_of_requests(routes), *_of_answers(models), *_of_releases(models)]
        self.counters = Counters(families, processes)
        place = self.counters.place
        self._requests = {
            (dict(labels)["route"], int(dict(labels)["status"])): place(REQUESTS, labels)
            for labels in _crossed(routes)
        }
        self._durations = {route: place(DURATION, (("route", route),)) for route in routes}
        self._in_flight, self._connections = place(IN_FLIGHT), place(CONNECTIONS)
        self._batch = place(BATCH)
        self._actions = {
            (name, action): place(ANSWERS, (*_model(name), ("action", action)))
            for name in models
            for action in ACTIONS
        }

    def started(self, row: int) -> None:
        """A process counts in its own row from now on, from nothing."""
        self.counters.row = row
        self.gauge(STARTED, time.time() if row == 0 else 0.0)
        self.counters.set(self._in_flight, 0.0)

    def request(self, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.counters.add(self._requests.get((route, status), self._requests[route, 500]))
        self.counters.observe(self._durations[route], SECONDS, seconds)

    def open(self, in_flight: int, connections: int) -> None:
        """How much is going on."""
        self.counters.set(self._in_flight, in_flight)
        self.counters.set(self._connections, connections)

    def answer(self, model: str, action: str, warnings: Sequence[str]) -> None:
        """An answer went out."""
        self.counters.add(self._actions[model, action])
        if warnings:
            self.counters.add(self.counters.place(WARNED, _model(model)))
        if any(code.startswith(UNLIKE) for code in warnings):
            self.counters.add(self.counters.place(STRANGE, _model(model)))

    def batch(self, rows: int) -> None:
        """A batch was solved."""
        self.counters.observe(self._batch, ROWS, rows)

    def not_kept(self, code: str) -> None:
        """Answers could not be kept."""
        known = code if code in LOSSES else "other"
        self.counters.add(self.counters.place(NOT_KEPT, (("code", known),)))

    def outcome(self, counts: bool) -> None:
        """An outcome came."""
        labels = (("counts", "true" if counts else "false"),)
        self.counters.add(self.counters.place(OUTCOMES, labels))

    def swap(self, model: str, done: bool) -> None:
        """A release was put in use, or could not be."""
        result = (("model", model), ("result", SWAPS[0] if done else SWAPS[1]))
        self.counters.add(self.counters.place(SWAPPED, result))

    def since(self, model: str) -> None:
        """A release answers from now on."""
        if self.counters.row == 0:  # all processes follow the same alias; one says when
            self.gauge(SINCE, time.time(), _model(model))

    def gauge(self, name: str, value: float, labels: Labels = ()) -> None:
        """Set a gauge by its name."""
        self.counters.set(self.counters.place(name, labels), value)

    def text(self, releases: Sequence[tuple[str, str]]) -> str:
        """All metrics, and which release answers for which task.

        Args:
            releases: Name and digest of each task's release.
        """
        name = "luodi_release_info"
        lines = [f"# HELP {name} The release in use.", f"# TYPE {name} gauge"]
        lines += [f'{name}{{model="{model}",release="{digest}"}} 1' for model, digest in releases]
        return self.counters.text() + "\n".join(lines) + "\n"


def _model(name: str) -> Labels:
    return (("model", name),)


def _crossed(routes: Sequence[str]) -> list[Labels]:
    return [(("route", route), ("status", str(status))) for route in routes for status in STATUSES]


def _of_requests(routes: Sequence[str]) -> list[Family]:
    each: list[Labels] = [(("route", route),) for route in routes]
    took = "Time from the headers of a request to its answer."
    return [
        Family(REQUESTS, "counter", "Requests by route and status.", _crossed(routes)),
        Family(DURATION, "histogram", took, each, SECONDS),
        Family(IN_FLIGHT, "gauge", "Requests being answered."),
        Family(CONNECTIONS, "gauge", "Open connections."),
        Family(STARTED, "gauge", "When the server started, seconds since 1970."),
    ]


def _of_answers(models: Sequence[str]) -> list[Family]:
    each = [_model(name) for name in models]
    acted: list[Labels] = [(*model, ("action", act)) for model in each for act in ACTIONS]
    lost: list[Labels] = [(("code", code),) for code in LOSSES]
    counts: list[Labels] = [(("counts", word),) for word in ("true", "false")]
    why = "Batches of answers that the ledger could not keep, by reason."
    return [
        Family(ANSWERS, "counter", "Answers by task and action.", acted),
        Family(WARNED, "counter", "Answers whose record was unusual.", each),
        Family(STRANGE, "counter", "Answers whose record was unlike those of training.", each),
        Family(NOT_KEPT, "counter", why, lost),
        Family(BATCH, "histogram", "Records in a batch.", buckets=ROWS),
        Family(OUTCOMES, "counter", "Outcomes that came, by whether they count.", counts),
    ]


def _of_releases(models: Sequence[str]) -> list[Family]:
    each = [_model(name) for name in models]
    swapped: list[Labels] = [(*model, ("result", result)) for model in each for result in SWAPS]
    when = "When the release in use was put in use, seconds since 1970."
    return [
        Family(SWAPPED, "counter", "Releases that were put in use while serving.", swapped),
        Family(SINCE, "gauge", when, each),
    ]
