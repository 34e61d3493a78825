"""Tokens: shown once, kept as digests, and no change is lost."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from luodi.core.errors import LuodiError
from luodi.core.manifest import sha256
from luodi.store.tokens import FILE, TokenFile


def test_a_token_is_given_once_and_kept_as_its_digest(tmp_path):
    tokens = TokenFile(tmp_path)
    assert tokens.all() == [] and tokens.version() is None
    made, text = tokens.add("predict", "line 3")
    assert (made.role, made.note, made.digest) == ("predict", "line 3", sha256(text.encode()))
    assert TokenFile(tmp_path).all() == [made]
    assert text not in (tmp_path / FILE).read_text()
    assert len(text) > 40 and (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_revoked_token_is_gone_and_every_change_shows_in_the_version(tmp_path):
    tokens = TokenFile(tmp_path)
    first, second = (tokens.add(role)[0] for role in ("predict", "admin"))
    before = tokens.version()
    assert tokens.revoke(first.id) == first
    assert tokens.all() == [second] and tokens.version() != before
    with pytest.raises(LuodiError) as caught:
        tokens.revoke(first.id)
    assert caught.value.code == "token.unknown"


def test_tokens_made_at_the_same_time_are_all_kept(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: TokenFile(tmp_path).add("feedback")[0], range(24)))
    assert {one.id for one in TokenFile(tmp_path).all()} == {one.id for one in made}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2, "tokens": []}', '{"schema": 1, "tokens": [{}]}', "\x00"]
    + [json.dumps({"schema": 1, "tokens": [{"id": "a", "role": role, "digest": digest,
                                            "made_at": 1, "note": ""}]})
       for role, digest in (("root", "0" * 64), ("admin", "0"))],
)  # fmt: skip
def test_a_file_that_is_not_ours_opens_nothing_and_says_so(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(LuodiError) as caught:
        TokenFile(tmp_path).all()
    assert caught.value.code == "home.broken"
