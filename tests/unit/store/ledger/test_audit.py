"""Any edit, removal or reordering in the audit is found."""

from __future__ import annotations

import pytest

from luodi.core.errors import LuodiError
from luodi.store import seal
from luodi.store.ledger.audit import Event, Head

ROWS = 20


@pytest.fixture
def head(ledger) -> Head:
    start = len(ledger.frame("audit"))
    for i in range(start, ROWS):
        head = ledger.note(Event("me", "look", f"sha256:{i}", {"i": i}))
    return head


def found(ledger, *known) -> int:
    with pytest.raises(LuodiError) as caught:
        ledger.verify_audit(*known)
    assert caught.value.code == "ledger.chain"
    return caught.value.facts["number"]


def test_a_chain_that_nobody_touched_holds(ledger, head):
    assert ledger.verify_audit(head) == head and head.number == ROWS


def test_an_empty_chain_holds(address):
    from luodi.store.ledger.ledger import Ledger

    with Ledger(address) as ledger:
        assert ledger.verify_audit() == ledger.sign_audit() == Head()


CHANGES = (
    "at = at + 1",
    "actor = 'x'",
    "action = 'x'",
    "subject = 'x'",
    "details = '{}'",
    f"previous = '{'1' * 64}'",
    f"hash = '{'1' * 64}'",
    "number = number + 100",
)


@pytest.mark.parametrize("number", [1, 7, ROWS])
def test_an_edit_is_found(ledger, head, tamper, number):
    tamper("CREATE TABLE kept AS SELECT * FROM audit")
    for change in CHANGES:
        tamper(f"UPDATE audit SET {change} WHERE number = {number}")
        assert found(ledger, head) in (number, number + 1)
        tamper("DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept")
    assert ledger.verify_audit(head) == head


def test_any_row_that_is_removed_is_found(ledger, head, tamper):
    tamper("CREATE TABLE kept AS SELECT * FROM audit")
    for number in range(1, ROWS + 1):
        tamper(f"DELETE FROM audit WHERE number = {number}")
        assert found(ledger, head) == number
        tamper("DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept")


def test_rows_that_changed_places_are_found(ledger, head, tamper):
    for old, new in ((5, 1005), (6, 5), (1005, 6)):
        tamper(f"UPDATE audit SET number = {new} WHERE number = {old}")
    assert found(ledger) == 5


def test_a_tail_cut_off_is_found_by_a_noted_head(ledger, head, tamper):
    tamper(f"DELETE FROM audit WHERE number > {ROWS - 3}")
    assert found(ledger, head) == ROWS - 2


def test_a_chain_hashed_anew_is_found_by_its_signed_head(ledger, head, tamper):
    assert ledger.sign_audit() == head == ledger.sign_audit()
    assert ledger.verify_audit(key=seal.public_key()) == head
    ledger.note(Event("me", "look", "more", {}))
    assert ledger.verify_audit(key=seal.public_key()).number == ROWS + 1
    tamper("CREATE TABLE signed AS SELECT * FROM audit_seals", "DELETE FROM audit_seals")
    tamper(f"DELETE FROM audit WHERE number >= {ROWS}")
    ledger.note(Event("me", "another story", "x", {}))
    assert ledger.verify_audit().number == ROWS  # by itself it is a chain like any other
    tamper("INSERT INTO audit_seals SELECT * FROM signed")
    assert found(ledger) == ROWS
    assert found(ledger, head) == ROWS


def test_a_signature_by_another_key_or_of_another_head_is_found(ledger, head, tamper):
    ledger.sign_audit()
    assert found(ledger, None, bytes(32)) == ROWS
    tamper(f"UPDATE audit_seals SET signature = '{'00' * 64}'")
    assert found(ledger) == ROWS
    tamper("UPDATE audit_seals SET signature = 'no hex'")
    assert found(ledger) == ROWS
