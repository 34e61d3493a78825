"""A release comes into use in one step, with its history and its reason, and goes back in one."""

from __future__ import annotations

import json

import pytest

from luodi.core.errors import LuodiError
from luodi.store.ledger.rows import Reason, Release
from unit.store.ledger.made import FIRST, OTHER, SECOND, WHY


def test_promotion_and_roll_back_are_each_other_s_way_back(ledger):
    assert ledger.promote("press", FIRST, WHY) == {"champion": FIRST}
    second = {"champion": SECOND, "previous": FIRST}
    assert ledger.promote("press", SECOND, WHY) == second
    assert ledger.roll_back("press", WHY) == {"champion": FIRST, "previous": SECOND}
    assert ledger.roll_back("press", WHY) == second == ledger.aliases("press")


def test_every_change_is_in_the_history_and_in_the_audit_with_its_reason(ledger):
    ledger.promote("press", FIRST, WHY)
    ledger.promote("press", SECOND, Reason("me", "it pays", {"p": 0.01}))
    history = ledger.frame("history", name="press")
    assert history.select("alias", "before", "after").rows() == [
        ("champion", None, FIRST),
        ("champion", FIRST, SECOND),
        ("previous", None, FIRST),
    ]
    last = ledger.frame("audit").to_dicts()[-1]
    assert (last["actor"], last["action"], last["subject"]) == ("me", "promote", SECOND)
    assert json.loads(last["details"]) == {
        "name": "press",
        "reason": "it pays",
        "before": {"champion": FIRST},
        "after": {"champion": SECOND, "previous": FIRST},
        "evidence": {"p": 0.01},
    }


def test_promoting_the_champion_again_leaves_no_trace(ledger):
    ledger.promote("press", FIRST, WHY)
    before = len(ledger.frame("audit"))
    assert ledger.promote("press", FIRST, WHY) == {"champion": FIRST}
    assert len(ledger.frame("audit")) == before


def test_a_challenger_is_named_withdrawn_and_promoted(ledger):
    ledger.promote("press", FIRST, WHY)
    assert ledger.challenge("press", SECOND, WHY)["challenger"] == SECOND
    assert "challenger" not in ledger.challenge("press", None, WHY)
    ledger.challenge("press", SECOND, WHY)
    assert ledger.promote("press", SECOND, WHY) == {"champion": SECOND, "previous": FIRST}
    assert "challenger" not in ledger.challenge("press", SECOND, WHY)


def test_tasks_do_not_touch_each_other(ledger):
    ledger.promote("press", FIRST, WHY)
    ledger.promote("oven", OTHER, WHY)
    assert (ledger.aliases("press"), ledger.aliases("oven")) == (
        {"champion": FIRST},
        {"champion": OTHER},
    )


@pytest.mark.parametrize(
    ("move", "code"),
    [
        (lambda ledger: ledger.promote("press", "sha256:none", WHY), "ledger.release_unknown"),
        (lambda ledger: ledger.promote("press", OTHER, WHY), "ledger.release_other"),
        (lambda ledger: ledger.challenge("press", OTHER, WHY), "ledger.release_other"),
        (lambda ledger: ledger.roll_back("press", WHY), "ledger.no_previous"),
    ],
)
def test_a_move_that_cannot_be_changes_nothing(ledger, move, code):
    ledger.promote("press", FIRST, WHY)
    before = len(ledger.frame("audit"))
    with pytest.raises(LuodiError) as caught:
        move(ledger)
    assert caught.value.code == code
    assert ledger.aliases("press") == {"champion": FIRST}
    assert len(ledger.frame("audit")) == before


def test_a_release_is_known_once(ledger):
    assert not ledger.add_release(Release(FIRST, "press", blob="another build"))
    assert [one.digest for one in ledger.releases("press")] == [FIRST, SECOND]
    assert ledger.releases("press")[0].about == {"size": 1}
