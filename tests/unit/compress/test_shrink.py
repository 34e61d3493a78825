"""The contract picks among measured ways; what needs time is tried only where it is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from luodi.compress import shrink as stage
from luodi.compress.contract import Contract
from luodi.compress.measure import Measured
from luodi.compress.quality import accuracy, quality
from luodi.core.values import Artifact, Candidate, Change, Member, Recipe

CLASSES = ("a", "b")
TRUTH = np.arange(400) % 2
WAYS = {
    "original": (4.0, 0),
    "weights8": (1.1, 0),
    "int8": (1.0, 2),
    "int8_tuned": (1.0, 1),
    "narrow": (0.8, 4),
    "narrow weights8": (0.3, 4),
    "narrow int8": (0.25, 5),
    "narrow int8_tuned": (0.25, 4),
}
"""Size in MB and mistakes of each way, of 400 answers."""


def answers(mistakes: int) -> np.ndarray:
    said = np.eye(2)[TRUTH]
    said[:mistakes] = said[:mistakes, ::-1]
    return said


class PretendShrinker:
    """Changes names, and takes note of what was asked for."""

    def __init__(self, mistakes: dict[str, int], afford: bool = True) -> None:
        self.mistakes, self.afford, self.asked = mistakes, afford, []

    def changes(self):
        return (
            Change("weights8", {}, False), Change("int8", {}, False, True),
            Change("int8_tuned", {}, True, True),
        )  # fmt: skip

    def students(self, members, most_mb):
        self.asked.append(("students", most_mb))
        return (Change("narrow", {}, True),)

    def changed(self, members, weights, how, stop, seconds):
        self.asked.append((how.name, seconds))
        return members[0] if self.afford or not how.trains else None

    def weakest(self, members):
        return "layer", 3.0

    def held_out(self, artifact):
        name = artifact.model.decode()
        return TRUTH, answers(self.mistakes.get(name, WAYS[name][1]))


class PretendModality:
    """Converts a candidate to its name."""

    def converted(self, candidate: Candidate) -> Artifact:
        return Artifact(candidate.name.encode(), {}, {}, {}, {}, {})


@pytest.fixture(autouse=True)
def measured(monkeypatch):
    def by_name(artifact):
        return Measured(WAYS[artifact.model.decode()][0], 1.0, 2.0)

    monkeypatch.setattr(stage, "measured", by_name)
    monkeypatch.setattr(stage, "peak_mb", lambda artifact: None)


def named(name: str, members: tuple[Member, ...] = (), weights: Any = (1.0,)) -> Candidate:
    member = Member(Recipe("net", {}, "pixels", 0, (1,)), (None,), np.empty(0), 0.0, 0.0)
    return Candidate(name, members or (member,), weights, {}, {}, 0.0, None)


def found(contract: Contract, left: float = 60.0, afford: bool = True, **more: Any):
    mistakes = more.pop("mistakes", {})
    shrinker = PretendShrinker(mistakes, afford)
    given = {"metric": "accuracy", "utility": accuracy, "classes": CLASSES, "left": lambda: left}
    got = stage.smaller(
        named("original"), shrinker, PretendModality(), named, contract, **given, **more
    )
    return got, shrinker


def names(got) -> list[str]:
    return [row.candidate.name for row in got.rows]


def test_the_best_that_keeps_to_the_contract_is_chosen():
    got, shrinker = found(Contract(drop=0.6))
    assert got.chosen is not None and got.chosen.candidate.name == "weights8"
    assert names(got) == ["original", "weights8", "int8"]
    assert not any(name == "students" for name, _ in shrinker.asked)


def test_of_equals_the_smallest_is_chosen():
    got, _ = found(Contract(drop=0.6), mistakes={"int8": 0})
    assert got.chosen.candidate.name == "int8"


def test_training_on_in_8_bits_is_tried_where_rounding_costs_too_much():
    got, _ = found(Contract(drop=0.3), whole=True)
    assert names(got) == ["original", "int8", "int8_tuned"]
    assert got.chosen.candidate.name == "int8_tuned"
    assert got.chosen.quality.drop == pytest.approx(0.25)


def test_narrower_networks_are_trained_where_rounding_is_not_small_enough():
    got, shrinker = found(Contract(drop=1.25, size_mb=0.28))
    assert ("students", 0.28) in shrinker.asked
    assert got.chosen.candidate.name == "narrow int8"
    assert [row.candidate.name for row in got.rows if "size_mb" not in row.broken] == [
        "narrow int8",
    ]


def test_narrower_networks_are_tried_for_the_table_when_time_is_given():
    got, _ = found(Contract(drop=1.25), thorough=True)
    assert "narrow weights8" in names(got)
    marked = {row["name"] for row in got.table if row["on_front"]}
    assert marked == {"weights8", "int8", "narrow weights8", "narrow int8"}


def test_a_hopeless_student_is_not_rounded():
    got, _ = found(Contract(drop=0.1, size_mb=0.28), mistakes={"narrow": 30})
    assert names(got)[-1] == "narrow" and got.chosen is None


def test_nothing_is_chosen_where_nothing_keeps_to_the_contract():
    got, _ = found(Contract(drop=0.0, size_mb=0.01))
    assert got.chosen is None and len(got.table) > 3 and got.weakest == ("layer", 3.0)
    assert all(row["broken"] for row in got.table)


def test_without_time_nothing_is_trained():
    got, shrinker = found(Contract(drop=0.3, size_mb=0.28), left=0.0)
    assert names(got) == ["original", "weights8", "int8"]
    assert all(name != "narrow" for name, _ in shrinker.asked)


def test_a_training_that_has_too_little_time_leaves_no_row():
    got, _ = found(Contract(drop=0.3, size_mb=0.28), afford=False)
    assert names(got) == ["original", "weights8", "int8"]


def test_where_time_is_short_the_likeliest_student_gets_all_of_it(monkeypatch):
    class Slow(PretendShrinker):
        def students(self, members, most_mb):
            return (Change("narrow", {}, True), Change("other", {}, True))

        def changed(self, members, weights, how, stop, seconds):
            self.asked.append((how.name, seconds))
            enough = how.name == "narrow" and seconds > 0.6 * 60 * stage.STUDENT_SHARE
            return members[0] if enough or not how.trains else None

    monkeypatch.setattr(f"{__name__}.PretendShrinker", Slow)
    got, shrinker = found(Contract(drop=1.25, size_mb=0.28))
    assert got.chosen.candidate.name == "narrow int8"
    tried = [seconds / stage.STUDENT_SHARE for name, seconds in shrinker.asked if name == "narrow"]
    assert tried == pytest.approx([30, 60])


def test_ctrl_c_keeps_what_there_is():
    shrinker = PretendShrinker({})
    asked = shrinker.changed

    def stopped(members, weights, how, stop, seconds):
        if how.name == "narrow":
            raise KeyboardInterrupt
        return asked(members, weights, how, stop, seconds)

    shrinker.changed = stopped
    got = stage.smaller(
        named("original"), shrinker, PretendModality(), named, Contract(drop=0.6),
        metric="accuracy", utility=accuracy, classes=CLASSES, left=lambda: 9.0, thorough=True,
    )  # fmt: skip
    assert got.chosen.candidate.name == "weights8"


def test_a_drop_is_paired_and_told_class_by_class():
    before, after = answers(10), answers(10)
    after[100:120:2] = after[100:120:2, ::-1]  # ten more mistakes, all of class a
    got = quality(TRUTH, after, before, CLASSES, accuracy)
    assert got.drop == pytest.approx(2.5)
    assert 0 < got.drop_low < 2.5 < got.drop_high < 6
    assert got.value == pytest.approx(0.95) and got.low < 0.95 < got.high
    assert got.lost_class == "a" and got.lost_recall == pytest.approx(5.0)
    assert got.worst_class == "a" and got.worst_recall == pytest.approx(185 / 200)


def test_a_class_that_is_not_there_is_no_worst_class():
    got = quality(TRUTH, np.pad(answers(3), ((0, 0), (0, 1))), np.pad(answers(0), ((0, 0), (0, 1))),
                  ("a", "b", "c"), accuracy)  # fmt: skip
    assert got.worst_class in ("a", "b") and got.lost_class in ("a", "b")


def test_memory_of_a_graph_is_measured_in_a_process_of_its_own():
    from luodi.compress.memory import peak_mb

    assert peak_mb(Artifact(b"no graph", {}, {}, {}, {}, {})) is None
