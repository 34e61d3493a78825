"""The signing key is made once, kept private, and never guessed at."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from luodi.core.errors import LuodiError
from luodi.runtime.seal import read_key
from luodi.store import seal


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))
    return tmp_path / "keys"


def test_the_key_is_made_on_first_use_and_then_kept(folder):
    first, second = seal.sign(b"a"), seal.sign(b"a")
    assert first == second
    Ed25519PublicKey.from_public_bytes(first.public_key).verify(first.value, b"a")
    assert seal.public_key() == first.public_key


def test_only_its_owner_can_read_the_key(folder):
    seal.public_key()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / seal.KEY).stat().st_mode) == 0o600


def test_the_public_half_lies_beside_it_for_those_who_verify(folder):
    assert read_key(folder / seal.PUBLIC_KEY if seal.public_key() else "") == seal.public_key()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o777])
def test_a_key_that_others_can_read_is_refused(folder, mode):
    seal.public_key()
    (folder / seal.KEY).chmod(mode)
    with pytest.raises(LuodiError) as caught:
        seal.sign(b"a")
    assert caught.value.code == "store.key_shared"


def _other_kind() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize("content", [b"", b"not a key", b"\x80\x04.", _other_kind()])
def test_a_file_that_is_no_key_is_refused_and_not_replaced(folder, content):
    folder.mkdir()
    (folder / seal.KEY).write_bytes(content)
    (folder / seal.KEY).chmod(0o600)
    with pytest.raises(LuodiError) as caught:
        seal.sign(b"a")
    assert caught.value.code == "store.key_broken"
    assert (folder / seal.KEY).read_bytes() == content


def test_a_folder_in_place_of_the_key_is_a_clear_error(folder):
    (folder / seal.KEY).mkdir(parents=True)
    with pytest.raises(LuodiError) as caught:
        seal.sign(b"a")
    assert caught.value.code == "store.key_unreadable"


def test_the_settings_folder_of_the_user_is_the_default(monkeypatch, tmp_path):
    monkeypatch.delenv("LUODI_KEY_DIR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert seal.key_folder() == tmp_path / "luodi"


def test_a_user_without_a_home_gets_a_clear_error(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LUODI_KEY_DIR", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(seal.Path, "home", homeless)
    with pytest.raises(LuodiError) as caught:
        seal.sign(b"a")
    assert caught.value.code == "store.key_unreadable"


def test_processes_that_start_together_agree_on_one_key(folder):
    program = "from luodi.store import seal; print(seal.public_key().hex())"
    several = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({one.communicate()[0] for one in several}) == 1
