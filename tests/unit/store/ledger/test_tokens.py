"""A token is shown once and kept as a digest; one that was revoked opens nothing."""

from __future__ import annotations

import pytest

from luodi.core.errors import LuodiError
from luodi.store.ledger import tokens


def test_only_the_digest_of_a_token_is_kept(ledger):
    token = tokens.new(ledger, "predict", "me", "line 1")
    (kept,) = tokens.held(ledger)
    assert (kept.digest, kept.role, kept.label) == (tokens.digest(token), "predict", "line 1")
    assert token.startswith("luodi-predict-") and len(token) > 50
    secret = token.removeprefix("luodi-predict-")
    with ledger.reading() as connection:
        for table in ("tokens", "audit"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert rows and secret not in str(rows)


def test_no_two_tokens_are_alike(ledger):
    assert len({tokens.new(ledger, "admin", "me") for _ in range(20)}) == 20


def test_a_token_is_found_by_what_is_presented_and_by_nothing_else(ledger):
    made = {
        role: tokens.new(ledger, role, "me") for role in ("predict", "feedback", "review", "admin")
    }
    known = tokens.held(ledger)
    for role, token in made.items():
        assert tokens.match(known, token).role == role
    token = made["predict"]
    for wrong in ("", token[:-1], token + "x", token.upper(), tokens.digest(token), "\ud800", "字"):
        assert tokens.match(known, wrong) is None


def test_a_token_that_was_revoked_opens_nothing_and_stays_on_record(ledger):
    token = tokens.new(ledger, "feedback", "me", "sheet")
    revoked = tokens.revoke(ledger, tokens.digest(token)[:12], "me")
    assert revoked.revoked_at is not None
    assert tokens.held(ledger) == [revoked]
    assert tokens.match(tokens.held(ledger), token) is None
    assert tokens.revoke(ledger, tokens.digest(token), "me") == revoked
    done = [(row["action"], row["subject"]) for row in ledger.frame("audit").to_dicts()[-2:]]
    short = tokens.digest(token)[: tokens.SHOWN]
    assert done == [("new token", short), ("revoke token", short)]


@pytest.mark.parametrize("start", ["", "0" * 8, "0000000", "'; DROP TABLE tokens; --"])
def test_a_token_is_revoked_only_when_it_is_surely_the_one_that_is_meant(ledger, start):
    tokens.new(ledger, "admin", "me")
    with pytest.raises(LuodiError) as caught:
        tokens.revoke(ledger, start, "me")
    assert caught.value.code == "ledger.token_unknown"
    assert tokens.held(ledger)[0].revoked_at is None


def test_a_role_that_there_is_not_gets_no_token(ledger):
    with pytest.raises(LuodiError) as caught:
        tokens.new(ledger, "root", "me")
    assert caught.value.code == "ledger.role" and tokens.held(ledger) == []
