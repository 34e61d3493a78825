"""One value has one form in bytes, and the digest names the answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.core.errors import LuodiError
from luodi.core.manifest import ANSWERS, CONTENTS, Manifest, canonical_json, read_json

CONTENT = {name: name.encode() for name in CONTENTS}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4)
)


def made(**changes) -> Manifest:
    return Manifest.of("a", "classify", "tabular", CONTENT | changes)


def test_a_manifest_is_read_as_it_was_written():
    assert Manifest.from_bytes(made().to_bytes()) == made()
    assert Manifest.from_bytes(made().to_bytes()).to_bytes() == made().to_bytes()


@pytest.mark.parametrize("name", CONTENTS)
def test_the_digest_depends_on_what_decides_the_answers_only(name):
    assert (made(**{name: b"other"}).digest != made().digest) == (name in ANSWERS)


@pytest.mark.parametrize("field", ["name", "goal", "modality"])
def test_the_digest_depends_on_what_the_release_is_for(field):
    fields = {"name": "a", "goal": "classify", "modality": "tabular"}
    other = Manifest.of(contents=CONTENT, **fields | {field: "other"})
    assert other.digest != made().digest


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_canonical_json_is_read_back_and_written_the_same(value):
    written = canonical_json(value)
    assert read_json(written, "a") == value
    assert canonical_json(read_json(written, "a")) == written


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"1",
        b"",
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":"\\u0061"}',
        b'{"a":1.00}',
        b'{"a":1}\n',
        b"\xff",
        b"{" * 9999,
    ],
)
def test_any_other_form_is_refused(data):
    with pytest.raises(LuodiError) as caught:
        read_json(data, "a")
    assert caught.value.code == "release.json"


def test_a_newer_schema_says_what_to_do():
    newer = made().to_bytes().replace(b'"schema":1', b'"schema":2')
    with pytest.raises(LuodiError) as caught:
        Manifest.from_bytes(newer)
    assert caught.value.code == "release.schema"
    assert "2" in caught.value.text("en") and "2" in caught.value.text("zh")
