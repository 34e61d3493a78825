"""The best candidate that fits the gates is shipped, and only with its proof."""

from __future__ import annotations

from typing import Any

import pytest

from luodi.compress import choose, ship
from luodi.compress.measure import Measured
from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate

FIGURES = {
    "ensemble": Measured(40.0, 2.0, 3.0),
    "best": Measured(8.0, 0.8, 1.0),
    "single": Measured(1.0, 0.3, 0.5),
}
SCORES = {"ensemble": 0.9, "best": 0.88, "single": 0.86}


class PretendModality:
    """Converts a candidate to its name, and proves all but some."""

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


def shipped(modality: PretendModality | None = None, **gates: Any) -> str:
    chosen = ship(candidates(), modality or PretendModality(), None, task(**gates))  # type: ignore[arg-type]
    return chosen.candidate.name


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


def test_a_release_of_hundreds_of_megabytes_needs_a_gate_that_allows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(FIGURES, "ensemble", Measured(300.0, 2.0, 3.0))
    assert shipped() == "best"
    assert shipped(size_mb={"at_most": 500}) == "ensemble"


def test_of_equals_the_preferred_one_is_shipped() -> None:
    chosen = ship(
        candidates(best=0.8, single=0.8),
        PretendModality(),
        None,
        task(),  # type: ignore[arg-type]
    )
    assert chosen.candidate.name == "best"


def test_a_candidate_that_answers_differently_gives_way_to_the_next() -> None:
    heard: list[Event] = []
    modality = PretendModality(unlike=("ensemble",))
    chosen = ship(candidates(), modality, None, task(), heard.append)  # type: ignore[arg-type]
    assert chosen.candidate.name == "best"
    assert any(event.kind == "note" and "ensemble" in event.data["text"] for event in heard)
    assert [row["name"] for row in chosen.front if row["chosen"]] == ["best"]


def test_nothing_is_shipped_when_no_graph_answers_as_trained() -> None:
    with pytest.raises(LuodiError) as caught:
        shipped(PretendModality(unlike=tuple(FIGURES)))
    assert caught.value.code == "convert.parity"


def test_other_errors_are_not_taken_for_a_failed_proof() -> None:
    with pytest.raises(LuodiError) as caught:
        shipped(PretendModality(unlike=("ensemble",), code="rows.codec"))
    assert caught.value.code == "rows.codec"


def test_the_front_tells_every_candidate() -> None:
    chosen = ship(candidates(), PretendModality(), None, task())  # type: ignore[arg-type]
    assert [row["name"] for row in chosen.front] == ["ensemble", "best", "single"]
    assert [row["size_mb"] for row in chosen.front] == [40.0, 8.0, 1.0]
