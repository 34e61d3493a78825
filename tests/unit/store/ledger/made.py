"""What tests of the ledger put into it."""

from __future__ import annotations

from sqlalchemy import event

from luodi.store.ledger.rows import Prediction, Reason, new_id

FIRST, SECOND, OTHER = (f"sha256:{letter * 64}" for letter in "abc")
WHY = Reason("a test", "to see")


def answer(**settings) -> Prediction:
    """An answer of the first release, but for what is said otherwise."""
    usual = {"id": new_id(), "release": FIRST, "decision": "ok", "record": {"a": 1}}
    return Prediction(**usual | settings)


def at_commit(ledger, act) -> None:
    """Let something happen just before each commit."""
    database = ledger._database
    if database.file is None:
        event.listen(database.writing, "commit", lambda connection: act())
        return
    usual = database._commit
    database._commit = lambda raw: (act(), usual(raw))
