"""Every file made to deceive is refused: with a clear error, fast, and without a trace."""

from __future__ import annotations

import os
import random
import sys
import time
from itertools import chain

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz import hostile_archives as hostile
from fuzz.hostile_graphs import graphs
from fuzz.release_maker import ROWS, good, release
from luodi.core.errors import LuodiError
from luodi.runtime.load import load
from promise import count

LONGEST_S = 0.1
SEED = 20261121
FLIPS, SPOILED = count(4000, 10**9), count(500, 10**9)
"""Bits that are flipped; there are fewer than a thousand million."""

FAMILIES = (
    hostile.archives,
    hostile.manifests,
    hostile.texts,
    hostile.records,
    hostile.seals,
    hostile.noise,
    graphs,
)


@pytest.fixture(scope="module")
def corpus() -> dict[str, bytes]:
    return dict(chain.from_iterable(family() for family in FAMILIES))


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The first load imports libraries; what is timed is the refusal."""
    load(release(Ed25519PrivateKey.generate()))


@pytest.fixture
def opened():
    """Names of files that are opened while the fixture is in force."""
    seen: list[str] = []
    active = [True]

    def hook(event: str, args: tuple) -> None:
        if active and event in ("open", "os.mkdir", "os.rename", "subprocess.Popen", "exec"):
            seen.append(f"{event}:{str(args[:2])[:200]}")

    sys.addaudithook(hook)
    yield seen
    active.clear()


def refused(data: bytes) -> tuple[LuodiError, float]:
    """The error, and the seconds of processor time until it came."""
    start = time.thread_time()
    with pytest.raises(LuodiError) as caught:
        load(data)
    return caught.value, time.thread_time() - start


def test_the_corpus_is_large(corpus):
    assert len(corpus) >= 200


def test_a_good_release_is_not_refused():
    assert load(release()).predict(ROWS[0])["decision"] in (0, 1)


@pytest.mark.promise("releases made to deceive: refused, fast and without a trace")
def test_every_hostile_file_is_refused_quickly_and_says_why(corpus, tmp_path, monkeypatch, promise):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.bin").write_bytes(bytes(8))
    accepted, slow, mute = [], [], []
    promise(len(corpus))
    for name, data in corpus.items():
        try:
            error, seconds = refused(data)
        except pytest.fail.Exception:
            accepted.append(name)
            continue
        if seconds > LONGEST_S and min(refused(data)[1] for _ in range(3)) > LONGEST_S:
            slow.append(f"{name} {seconds:.2f} s")
        texts = [error.text("en"), error.text("zh")]
        if error.code.split(".")[0] not in ("release", "rows") or "\x1b" in "".join(texts):
            mute.append(f"{name} {error.code}")
    assert not accepted
    assert not slow
    assert not mute
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.bin"]


def test_no_hostile_file_makes_luodi_open_another_one(corpus, opened):
    harmless = ("release.toml", ".pyc", ".py'")
    for data in corpus.values():
        refused(data)
    foreign = [name for name in opened if not any(part in name for part in harmless)]
    assert not foreign


@pytest.mark.promise("releases with a flipped bit: refused")
def test_every_single_flipped_bit_is_refused(promise):
    whole = release(Ed25519PrivateKey.generate())
    bits = range(8 * len(whole))
    chosen = random.Random(SEED).sample(bits, min(FLIPS, len(bits)))
    accepted = []
    for bit in chosen:
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            load(bytes(flipped))
        except LuodiError:
            continue
        accepted.append(bit)
    promise(len(chosen), len(accepted))
    assert not accepted


def test_a_spoiled_graph_whose_digests_hold_is_refused_or_answers_as_judged():
    """No bit of the graph can end the process; what still loads gives the golden answers."""
    graph, choose = good()["model.onnx"], random.Random(SEED)
    bits = range(8 * len(graph))
    for bit in choose.sample(bits, min(SPOILED, len(bits))):
        flipped = bytearray(graph)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            loaded = load(release(model=bytes(flipped)))
        except LuodiError:
            continue
        assert loaded.predict(ROWS) is not None


def test_a_release_signed_by_another_key_is_refused_when_a_key_is_demanded():
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    mine = key.public_key().public_bytes_raw()
    assert load(release(key), key=mine).signer.demanded
    for data, code in ((release(other), "release.other_signer"), (release(), "release.unsigned")):
        with pytest.raises(LuodiError) as caught:
            load(data, key=mine)
        assert caught.value.code == code
        assert not load(data).signer.demanded


@pytest.mark.parametrize("key", [b"", b"x" * 31, b"\x00" * 44, b"-----BEGIN PUBLIC KEY-----"])
def test_what_is_no_public_key_is_refused(key):
    with pytest.raises(LuodiError) as caught:
        load(release(), key=key)
    assert caught.value.code in ("release.key", "release.seal")


def test_a_demanded_key_may_be_a_pem_file(tmp_path):
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "signing.pub").write_bytes(pem)
    assert load(release(key), key=tmp_path / "signing.pub").signer.verified


@pytest.mark.parametrize("kind", ["folder", "pipe", "missing", "device", "nul"])
def test_what_is_no_file_is_refused_and_never_waited_for(kind, tmp_path):
    path = tmp_path / "a.luodi"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = "/dev/zero"
    elif kind == "nul":
        path = "a\x00b"
    with pytest.raises(LuodiError) as caught:
        load(path)
    assert caught.value.code in ("release.not_found", "release.unreadable")
