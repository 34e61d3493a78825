"""A release is an ordinary zip in exactly one form, read once."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz.release_maker import good, members, release
from luodi.core.errors import LuodiError
from luodi.core.manifest import MEMBERS
from luodi.runtime import archive, container
from luodi.runtime.container import open_release


def test_any_zip_tool_can_list_and_read_a_release():
    with zipfile.ZipFile(io.BytesIO(release())) as made:
        assert made.testzip() is None
        assert tuple(made.namelist()) == MEMBERS
        assert {i.compress_type for i in made.infolist()} == {zipfile.ZIP_STORED}
        assert made.read("model.onnx") == good()["model.onnx"]


def test_the_same_members_give_the_same_bytes_in_any_order():
    backwards = dict(reversed(members().items()))
    assert archive.encode(members()) == archive.encode(backwards)


def test_what_was_written_is_read():
    assert archive.decode(archive.encode(members())) == members()


def test_members_are_checked_and_parsed():
    opened = open_release(release())
    assert opened.model == good()["model.onnx"]
    assert opened.json["card.json"] == {"title": "t"}
    assert opened.size == len(release())


def test_file_and_bytes_are_the_same(tmp_path):
    path = tmp_path / "t.luodi"
    path.write_bytes(release())
    assert open_release(path) == open_release(str(path)) == open_release(release())


def test_the_size_is_limited_before_anything_is_parsed(monkeypatch, tmp_path):
    path = tmp_path / "t.luodi"
    with path.open("wb") as file:
        file.truncate(3 * 2**20)
    monkeypatch.setattr(container.archive, "decode", lambda data: pytest.fail("parsed"))
    for source in (path, bytes(3 * 2**20)):
        with pytest.raises(LuodiError) as caught:
            container.read_bytes(source, limit_mb=2)
        assert caught.value.code == "release.too_large"


def test_errors_name_the_file_but_not_its_folder(tmp_path):
    with pytest.raises(LuodiError) as caught:
        open_release(tmp_path / "t.luodi")
    assert "t.luodi" in caught.value.text()
    assert str(tmp_path) not in caught.value.text()


def test_without_cryptography_digests_still_hold_and_the_signer_is_unproven(monkeypatch):
    key = Ed25519PrivateKey.generate()
    signed = release(key)
    for name in [n for n in sys.modules if n.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)
    signer = open_release(signed).signer
    assert (signer.fingerprint is None, signer.verified) == (False, False)
    with pytest.raises(LuodiError) as caught:
        open_release(signed, key=bytes(key.public_key().public_bytes_raw()))
    assert caught.value.code == "environment.missing_package"


def test_the_fingerprint_is_the_one_that_openssl_shows():
    import hashlib

    from cryptography.hazmat.primitives import serialization

    key = Ed25519PrivateKey.generate()
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signer = open_release(release(key)).signer
    assert signer.fingerprint == "sha256:" + hashlib.sha256(der).hexdigest()
    assert signer.verified
