"""A truth that was wrong can be corrected by those who may, and nothing of it is lost."""

from __future__ import annotations

import json

import pytest

from luodi.store.ledger.clock import now_us
from luodi.store.ledger.outcomes import SKEW_US, truth_digest
from luodi.store.ledger.rows import Outcome, Reason
from unit.store.ledger.made import WHY

LOOKED = Reason("inspector", "looked at the part again", {"photo": 7})


def test_a_correction_counts_from_then_on_and_the_old_truth_is_kept(ledger, asked):
    name, at = asked(), now_us()
    ledger.keep_outcomes([Outcome(name, "ok", at, "http")]).result()
    receipt = ledger.correct_outcome(Outcome(name, "broken", at, "inspector"), LOOKED)
    assert receipt.code is None and receipt.counts
    (row,) = ledger.frame("outcomes").to_dicts()
    assert (row["truth"], row["source"]) == ("broken", "inspector")
    (old,) = ledger.frame("corrected", name="press").to_dicts()
    assert (old["id"], old["truth"], old["source"]) == (name, "ok", "http")
    assert (old["actor"], old["reason"]) == ("inspector", "looked at the part again")
    assert row["received_at"] == old["replaced_at"] > old["received_at"]


def test_the_audit_tells_a_correction_without_the_truths(ledger, asked):
    name = asked()
    ledger.keep_outcomes([Outcome(name, "Li Wei is ill")]).result()
    ledger.correct_outcome(Outcome(name, "Li Wei is well"), LOOKED)
    last = ledger.frame("audit").to_dicts()[-1]
    assert (last["actor"], last["action"], last["subject"]) == ("inspector", "correct", name)
    assert json.loads(last["details"]) == {
        "reason": "looked at the part again",
        "before": truth_digest(name, "Li Wei is ill"),
        "after": truth_digest(name, "Li Wei is well"),
        "evidence": {"photo": 7},
    }
    assert "Li Wei" not in str(ledger.frame("audit").rows())
    ledger.verify_audit()


def test_corrections_can_be_corrected_and_all_are_kept_in_order(ledger, asked):
    name = asked()
    ledger.keep_outcomes([Outcome(name, "a")]).result()
    for truth in "bca":
        ledger.correct_outcome(Outcome(name, truth), WHY)
    assert ledger.frame("outcomes")["truth"].to_list() == ["a"]
    assert ledger.frame("corrected")["truth"].to_list() == ["a", "b", "c"]


def test_a_correction_that_changes_nothing_leaves_no_trace(ledger, asked):
    name = asked()
    ledger.keep_outcomes([Outcome(name, "ok")]).result()
    before = ledger.verify_audit()
    assert ledger.correct_outcome(Outcome(name, "ok"), WHY).code == "ledger.outcome_same"
    assert ledger.frame("corrected").is_empty() and ledger.verify_audit() == before


def test_a_correction_where_nothing_is_known_is_an_outcome_like_any_other(ledger, asked):
    name = asked()
    assert ledger.correct_outcome(Outcome(name, "ok"), WHY).code is None
    assert ledger.frame("outcomes")["truth"].to_list() == ["ok"]
    assert ledger.frame("corrected").is_empty()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "nobody"}, "ledger.outcome_unknown"),
        ({"at": now_us() + SKEW_US + 3_600_000_000}, "ledger.outcome_future"),
        ({"at": now_us() - SKEW_US - 3_600_000_000}, "ledger.outcome_early"),
    ],
)
def test_a_correction_that_is_odd_is_set_aside_like_any_outcome(ledger, asked, change, code):
    name = asked()
    ledger.keep_outcomes([Outcome(name, "ok")]).result()
    odd = Outcome(**{"id": name, "truth": "broken"} | change)
    assert ledger.correct_outcome(odd, WHY).code == code
    assert ledger.frame("outcomes")["truth"].to_list() == ["ok"]
    assert ledger.frame("set aside")["code"].to_list() == [code]


def test_what_contradicted_before_can_be_made_to_count(ledger, asked):
    name = asked()
    ledger.keep_outcomes([Outcome(name, "ok"), Outcome(name, "broken")]).result()
    assert ledger.correct_outcome(Outcome(name, "broken"), WHY).counts
    assert ledger.frame("outcomes")["truth"].to_list() == ["broken"]
    assert ledger.frame("set aside")["truth"].to_list() == ["broken"]
