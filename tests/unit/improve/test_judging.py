"""A challenger gives way to newer ones unless it is about to win; a broken promise ends a reign."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luodi.core.task import Improve
from luodi.improve import judging
from luodi.improve.paired import ALPHA, Evidence
from luodi.improve.round import Trained, improve
from luodi.improve.steps import Step
from luodi.improve.trial import Shadow, Trial
from luodi.improve.trigger import FEWEST
from luodi.loop.improving import standing
from luodi.store.ledger import clock
from luodi.store.ledger.rows import Reason, Release
from unit.improve import world
from unit.improve.world import improved, kinds

FEW = {"outcomes": 100}
OTHER = "sha256:" + "c" * 64


def news(home, rows: int, seed: int) -> None:
    """Truths of the last days, of the same world."""
    world.serve(home, world.records(rows, seed), days=(1.9, 1.1))


def untrained(*_) -> Trained:
    return Trained(None, 0, 0, "all", "", ["gate"])


def test_a_challenger_gives_way_to_twice_the_news_that_made_it_or_to_a_person(folder, home):
    world.serve(home, world.records(300, 21))
    assert kinds(improved(folder, home, rules=FEW)) == ["trained", "judging"]
    first = home.ledger.aliases("press")["challenger"]
    news(home, 2 * FEW["outcomes"] - 1, 22)
    assert kinds(improved(folder, home, rules=FEW)) == ["judging"], "it needs time to be judged"
    assert home.ledger.aliases("press")["challenger"] == first
    news(home, 1, 23)
    gone, *then = improved(folder, home, rules=FEW)
    assert (gone.kind, gone.facts["why"]) == ("withdrawn", "overtaken")
    assert gone.facts["release"] == first and kinds(then) == ["trained", "judging"]
    assert home.ledger.aliases("press")["challenger"] == then[0].facts["release"] != first
    news(home, FEWEST, 24)
    case = standing(home, "press", Improve(**FEW))
    assert kinds(improve(case, untrained)) == ["judging"]
    gone, then = improve(case, untrained, asked=True)
    assert (gone.kind, gone.facts["why"], then.kind) == ("withdrawn", "overtaken", "failed")
    assert "new reasons to train again" in gone.text() and "新理由" in gone.text("zh")


@pytest.mark.parametrize(
    ("verdict", "p", "p_recalibrated", "kind"),
    [
        ("open", 0.15, None, "judging"),
        ("open", 0.15, 0.15, "judging"),
        ("open", 0.15, 0.5, "withdrawn"),
        ("open", 0.5, 0.15, "withdrawn"),
        ("open", 0.25, None, "withdrawn"),
        ("better", 0.01, 0.01, "won"),
    ],
)
def test_a_challenger_that_won_or_is_about_to_gives_way_to_nobody(
    home, monkeypatch, verdict, p, p_recalibrated, kind
):
    home.ledger.add_release(Release(OTHER, "press", blob=OTHER))
    home.ledger.challenge("press", OTHER, Reason("a test", "to see"))

    def evidence(p: float) -> Evidence:
        return Evidence(200, 0.1, -0.1, 0.3, 1 / p, 0.0, "open", None)

    both = None if p_recalibrated is None else evidence(p_recalibrated)
    tried = Trial(verdict, "cost", evidence(p), both, 1.0, 0.9, ALPHA)
    monkeypatch.setattr(judging, "challenge_of", lambda case: (tried, Shadow()))
    case = standing(home, "press", Improve(promote="manual"))
    step = judging.judged(case, overtaken=True)
    assert (step.kind, step.facts.get("why")) == (
        kind, "overtaken" if kind == "withdrawn" else None,
    )  # fmt: skip
    assert ("challenger" in home.ledger.aliases("press")) == (kind != "withdrawn")


def test_a_promise_that_breaks_is_taken_back_before_the_release_before_has_won(folder, home):
    world.serve(home, world.records(2000, 7, concept=True))
    before = home.ledger.aliases("press")["champion"]
    assert kinds(improved(folder, home))[-1] == "promoted"
    after = home.ledger.aliases("press")["champion"]
    later = clock.now_us() + 40 * world.DAY

    def looked() -> tuple[Step | None, Step | None]:
        """What is done while the promise holds, and what once it is broken."""
        case = standing(home, "press", Improve(), later)
        holds, broken = (replace(case.watch, broken=broken) for broken in (False, True))
        return tuple(judging.taken_back(replace(case, watch=one)) for one in (holds, broken))

    with clock.replaying(lambda: later):
        world.serve(home, world.records(60, 26, concept=True), days=(30, 21))
        assert looked() == (None, None), "nobody would do better"
        # the old tools are mounted again, and the release before does better, not surely yet
        back, start = None, 20.0
        while back is None and start > 2:
            world.serve(home, world.records(8, int(10 * start)), days=(start, start - 0.2))
            start -= 0.3
            kept, back = looked()
            assert kept is None
    assert back is not None and (back.kind, back.facts["why"]) == ("rolled_back", "promise_broken")
    assert back.facts["gain"] > 0 and ALPHA < back.facts["p"] < judging.PROMISING
    held = home.ledger.aliases("press")
    assert (held["champion"], held["previous"]) == (before, after)
    audit = home.ledger.frame("audit").to_dicts()
    assert (audit[-1]["action"], audit[-1]["actor"]) == ("roll back", "luodi improve")
    assert "breaks its promise" in back.text() and "未兑现承诺" in back.text("zh")
    with clock.replaying(lambda: later):
        assert looked() == (None, None), "it is not taken back again"
