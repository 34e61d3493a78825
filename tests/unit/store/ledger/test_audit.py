"""Any edit, removal or reordering in the audit is found."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from luodi.core.errors import LuodiError
from luodi.store import seal
from luodi.store.ledger import audit, schema
from luodi.store.ledger.audit import Event, Head
from luodi.store.ledger.ledger import Ledger
from promise import count

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


def test_a_key_that_has_signed_nothing_is_told(ledger, head, tamper):
    with pytest.raises(LuodiError) as caught:
        ledger.verify_audit(key=seal.public_key())
    assert caught.value.code == "ledger.unsigned"
    ledger.sign_audit()
    tamper("DELETE FROM audit_seals")
    with pytest.raises(LuodiError) as caught:
        ledger.verify_audit(key=seal.public_key())
    assert caught.value.code == "ledger.unsigned"


def test_the_moment_of_a_signature_cannot_be_changed(ledger, head, tamper):
    ledger.sign_audit()
    tamper("UPDATE audit_seals SET at = at - 1000000")
    assert found(ledger) == ROWS


@pytest.mark.promise("an edit, removal or reordering in the audit: found")
def test_every_single_change_to_a_long_audit_is_found(tmp_path, promise):
    """Each row: every column edited, the row removed, repeated, or swapped with the next."""
    with Ledger(tmp_path / "many.sqlite") as ledger:
        notes = [Event("me", "look", f"sha256:{i}", {"i": i}) for i in range(MANY)]
        ledger.write(audit.append, notes).result()
        with ledger.reading() as connection:
            rows = connection.execute(select(schema.audit).order_by(schema.audit.c.number)).all()
    assert len(rows) == MANY
    heads = [Head(), *(Head(row.number, row.hash) for row in rows)]
    end = {MANY: heads[-1].hash}
    tried = missed = 0
    for at, row in enumerate(rows):
        # all rows before hold, so the walk may start there; two rows on the change is noticed
        for changed in changes(row, rows[at + 1 : at + 3]):
            wanted = end if at >= MANY - 3 else {}
            tried += 1
            missed += holds(changed, wanted, heads[at])
    print(f"{MANY} rows, {tried} changes, {missed} missed")
    promise(tried, missed)
    assert tried >= 11 * (MANY - 1) and missed == 0


MANY = count(1000, 10_000)


def changes(row, after):
    """Every way in which one row can be changed, with the rows after it."""
    for column, value in row._mapping.items():
        other = value + 1 if isinstance(value, int) else "x" + value[1:]
        yield [SimpleNamespace(**dict(row._mapping) | {column: other}), *after]
    yield after  # removed
    yield [row, row, *after]  # repeated
    if after:
        yield [after[0], row, *after[1:]]  # swapped


def holds(rows, wanted, start) -> bool:
    try:
        audit.walk(rows, wanted, start)
    except LuodiError:
        return False
    return True


def test_a_signature_by_another_key_or_of_another_head_is_found(ledger, head, tamper):
    ledger.sign_audit()
    assert found(ledger, None, bytes(32)) == ROWS
    tamper(f"UPDATE audit_seals SET signature = '{'00' * 64}'")
    assert found(ledger) == ROWS
    tamper("UPDATE audit_seals SET signature = 'no hex'")
    assert found(ledger) == ROWS
