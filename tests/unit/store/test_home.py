"""A home is private, whole, and the same from wherever it is opened."""

from __future__ import annotations

import stat

import pytest

from luodi.core.errors import LuodiError
from luodi.store import disk, seal
from luodi.store.backup import keep
from luodi.store.home import LEDGER, SETTINGS, Home
from luodi.store.ledger.rows import Prediction, Reason, new_id

DIGEST = f"sha256:{'a' * 64}"
DATA = b"a release file"


@pytest.fixture
def home(tmp_path):
    with Home.create(tmp_path / "home") as made:
        made.add(DATA, DIGEST, "press", {"size": len(DATA)})
        made.ledger.promote("press", DIGEST, Reason("me", "first"))
        yield made


def answer() -> Prediction:
    return Prediction(new_id(), DIGEST, "ok", {"a": 1})


def code_of(work) -> str:
    with pytest.raises(LuodiError) as caught:
        work()
    return caught.value.code


def test_a_home_is_private(home):
    paths = [home.folder, *home.folder.rglob("*")]
    assert all(not path.stat().st_mode & 0o077 for path in paths)
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_a_home_that_others_may_enter_is_refused(home):
    home.folder.chmod(0o750)
    assert code_of(lambda: Home.open(home.folder)) == "home.shared"


def test_what_was_kept_is_there_when_it_is_opened_again(home):
    home.close()
    with Home.open(home.folder) as again:
        (release,) = again.ledger.releases("press")
        assert again.blobs.get(release.blob) == DATA
        assert again.ledger.aliases("press") == {"champion": DIGEST}


def test_a_home_is_made_only_in_an_empty_folder(home, tmp_path):
    assert code_of(lambda: Home.create(home.folder)) == "home.exists"
    (tmp_path / "file").write_bytes(b"")
    assert code_of(lambda: Home.create(tmp_path / "file")) == "environment.disk"
    (tmp_path / "empty").mkdir(mode=0o755)
    Home.create(tmp_path / "empty").close()


def test_a_folder_without_settings_is_no_home(home, tmp_path):
    assert code_of(lambda: Home.open(tmp_path / "no")) == "home.missing"
    (home.folder / SETTINGS).unlink()
    assert code_of(lambda: Home.open(home.folder)) == "home.missing"


@pytest.mark.parametrize(
    "settings", [b"", b"[]", b'{"schema":2,"ledger":null}', b'{"schema":1,"ledger":7}', b"\xff"]
)
def test_settings_of_another_kind_are_refused(home, settings):
    (home.folder / SETTINGS).write_bytes(settings)
    assert code_of(lambda: Home.open(home.folder)) == "home.broken"


def test_only_files_that_no_release_names_are_collected(home):
    home.blobs.put(b"nobody needs it")
    assert home.collect() == 0  # it is young
    assert home.collect(grace_s=-1) == 1
    assert home.blobs.get(home.ledger.releases()[0].blob) == DATA


def test_a_home_is_whole_only_once_its_settings_are_written(tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "put", stopped)
    with pytest.raises(KeyboardInterrupt):
        Home.create(tmp_path / "home")
    monkeypatch.undo()
    assert code_of(lambda: Home.open(tmp_path / "home")) == "home.missing"
    Home.create(tmp_path / "home").close()  # what was begun is not in the way


@pytest.mark.parametrize("name", ["what?", "100%", "a#b", "a b", "名", "%41", "a?mode=memory"])
def test_a_home_stays_in_its_folder_whatever_that_is_called(tmp_path, name):
    with Home.create(tmp_path / name) as home:
        home.add(DATA, DIGEST, "press", {})
        assert (home.folder / LEDGER).stat().st_size
        keep(home, tmp_path / "a.backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.backup", name])


def test_an_address_with_a_slip_in_it_leaves_no_folder(tmp_path):
    pytest.importorskip("pg8000")
    nowhere = "postgresql://me@127.0.0.1:1/plant"
    for address, code in ((nowhere, "ledger.unreachable"), ("nonsense", "ledger.address")):
        assert code_of(lambda address=address: Home.create(tmp_path / "a", address)) == code
        assert not (tmp_path / "a").exists()


def test_a_ledger_elsewhere_is_the_same_from_every_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Home.create(tmp_path / "home", "sqlite:///mine.sqlite") as home:
        home.add(DATA, DIGEST, "press", {})
        keep(home, tmp_path / "a.backup")
    monkeypatch.chdir("/")
    with Home.open(tmp_path / "home") as again:
        assert len(again.ledger.releases()) == 1


def test_a_release_that_is_known_stays_with_the_file_it_came_with(home):
    again = home.add(b"another build of it", DIGEST, "press", {})
    assert again == home.ledger.releases()[0]
    assert home.blobs.get(again.blob) == DATA


def test_a_head_noted_in_the_folder_finds_rows_that_were_cut_off(home, tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))
    assert home.verify_audit().number == 2
    head = home.sign_audit()
    assert home.verify_audit(seal.public_key()) == head
    with home.ledger._database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_seals")
        connection.exec_driver_sql(f"DELETE FROM audit WHERE number = {head.number}")
    assert home.ledger.verify_audit().number == 1  # by itself it is a chain like any other
    assert code_of(home.verify_audit) == "ledger.chain"
    for broken in (b"", b"[]", b"{}", b'{"number":"x","hash":"y"}'):
        (home.folder / "audit.json").write_bytes(broken)
        assert code_of(home.verify_audit) == "home.broken"
