"""The best candidate that fits the gates is shipped, and only with its proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from luodi.compress import choose, ship
from luodi.compress.choose import Chosen
from luodi.compress.measure import Measured
from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate

FIGURES = {
    "ensemble": Measured(20.0, 0.9, 3.0),
    "best": Measured(8.0, 0.8, 1.0),
    "single": Measured(1.0, 0.3, 0.5),
}
SCORES = {"ensemble": 0.9, "best": 0.88, "single": 0.86}


class PretendModality:
    """Converts a candidate to its name, and proves all but some."""

    USUAL_LIMITS: ClassVar = {"size_mb": 25.0, "one_row_ms_p50": 1.0}

    def __init__(self, unlike: tuple[str, ...] = (), code: str = "convert.parity") -> None:
        self.unlike, self.code = unlike, code

    def converted(self, candidate: Candidate) -> Artifact:
        return Artifact(candidate.name.encode(), {}, {}, {}, {}, {})

    def proven(self, artifact: Artifact, candidate: Candidate, parts: Any, task: Task) -> Artifact:
        if candidate.name in self.unlike:
            facts = {"leaves": 1, "flips": 2, "largest": 0.1, "tolerance": 1e-6}
            raise LuodiError(self.code, candidate=candidate.name, **facts)
        return artifact


def candidates(**scores: float) -> list[Candidate]:
    scores = scores or SCORES
    return [Candidate(name, (), (), {}, {}, score, None) for name, score in scores.items()]


def task(**gates: Any) -> Task:
    data = {"source": "a.csv", "target": "y"}
    return Task.load({"name": "a", "goal": "classify", "data": data, "gates": gates})


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "measured", lambda artifact: FIGURES[artifact.model.decode()])


def shipping(
    modality: PretendModality | None = None,
    offered: list[Candidate] | None = None,
    gates: dict[str, Any] | None = None,
    finish: Callable[[Candidate], Candidate] = lambda candidate: candidate,
    **more: Any,
) -> Chosen:
    kind, contract = modality or PretendModality(), task(**gates or {})
    return ship(offered or candidates(), finish, kind, None, contract, **more)  # type: ignore[arg-type]


def shipped(modality: PretendModality | None = None, **gates: Any) -> str:
    return shipping(modality, gates=gates).candidate.name


def test_without_gates_the_best_is_shipped() -> None:
    assert shipped() == "ensemble"


@pytest.mark.parametrize(
    ("gates", "name"),
    [
        ({"size_mb": {"at_most": 10}}, "best"),
        ({"one_row_ms_p99": {"at_most": 0.9}}, "single"),
        ({"one_row_ms_p50": {"at_most": 1}, "size_mb": {"at_most": 5}}, "single"),
        ({"f1": {"at_least": 0.99}}, "ensemble"),
    ],
)
def test_gates_on_size_and_speed_choose(gates: dict[str, Any], name: str) -> None:
    assert shipped(**gates) == name


def test_where_none_fits_the_smallest_is_shipped_for_the_gates_to_judge() -> None:
    assert shipped(size_mb={"at_most": 0.5}) == "single"


def test_a_large_release_needs_a_gate_that_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIGURES, "ensemble", Measured(300.0, 0.9, 3.0))
    assert shipped() == "best"
    assert shipped(size_mb={"at_most": 500}) == "ensemble"


def test_a_slow_release_needs_a_gate_that_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIGURES, "ensemble", Measured(20.0, 6.0, 9.0))
    assert shipped() == "best"
    assert shipped(one_row_ms_p50={"at_most": 10}) == "ensemble"


def test_without_spare_time_no_candidate_is_made_that_is_not_needed() -> None:
    chosen = shipping(spare=lambda: False)
    assert [row["name"] for row in chosen.front] == ["ensemble"]
    gates = {"size_mb": {"at_most": 10}}
    assert shipping(gates=gates, spare=lambda: False).candidate.name == "best"


def test_the_last_candidate_is_for_gates_not_for_the_usual_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(FIGURES, "ensemble", Measured(20.0, 1.9, 3.0))
    monkeypatch.setitem(FIGURES, "best", Measured(8.0, 1.8, 3.0))
    assert shipped() == "best"  # slower than usual, and still much better than the last
    assert shipped(one_row_ms_p99={"at_most": 20}) == "ensemble"
    assert shipped(one_row_ms_p50={"at_most": 0.5}) == "single"


def test_a_candidate_that_is_not_needed_may_fail() -> None:
    def fail(candidate: Candidate) -> Candidate:
        if candidate.name != "ensemble":
            raise MemoryError("too large")
        return candidate

    heard: list[Event] = []
    chosen = shipping(finish=fail, listener=heard.append)
    assert chosen.candidate.name == "ensemble"
    assert any("too large" in str(event.data.get("text")) for event in heard)


def test_ctrl_c_keeps_the_candidates_made_so_far() -> None:
    def press(candidate: Candidate) -> Candidate:
        if candidate.name == "single":
            raise KeyboardInterrupt
        return candidate

    assert shipping(finish=press).candidate.name == "ensemble"
    gates = {"size_mb": {"at_most": 0.5}}
    assert shipping(finish=press, gates=gates).candidate.name == "best"


def test_of_equals_the_preferred_one_is_shipped() -> None:
    chosen = shipping(offered=candidates(best=0.8, single=0.8))
    assert chosen.candidate.name == "best"


def test_a_candidate_that_answers_differently_gives_way_to_the_next() -> None:
    heard: list[Event] = []
    modality = PretendModality(unlike=("ensemble",))
    chosen = shipping(modality, listener=heard.append)
    assert chosen.candidate.name == "best"
    assert any(event.kind == "note" and "ensemble" in event.data["text"] for event in heard)
    assert [row["name"] for row in chosen.front if row["chosen"]] == ["best"]


def test_nothing_is_shipped_when_no_graph_answers_as_trained() -> None:
    heard: list[Event] = []
    with pytest.raises(LuodiError) as caught:
        shipping(PretendModality(unlike=tuple(FIGURES)), listener=heard.append)
    assert caught.value.code == "convert.parity"
    assert [event.kind for event in heard].count("note") == len(FIGURES)  # each proven once


def test_other_errors_are_not_taken_for_a_failed_proof() -> None:
    with pytest.raises(LuodiError) as caught:
        shipped(PretendModality(unlike=("ensemble",), code="rows.codec"))
    assert caught.value.code == "rows.codec"


def test_the_front_tells_every_candidate() -> None:
    chosen = shipping()
    assert [row["name"] for row in chosen.front] == ["ensemble", "best", "single"]
    assert [row["size_mb"] for row in chosen.front] == [20.0, 8.0, 1.0]
