"""A home is made, a release put into use and taken out again, and everything can be read back."""

import json
from pathlib import Path

import polars as pl
import pytest

from fuzz.release_maker import good
from luodi.cli import main
from luodi.core.task import Task
from luodi.core.values import Artifact, Verdict
from luodi.release.pack import pack
from luodi.store.home import Home
from luodi.store.ledger.rows import Outcome, Prediction, Reason

PARTS = ("codec", "golden", "reference", "plan")
TASK = Task.load({"name": "t", "goal": "classify", "data": {"source": "a.csv", "target": "fails"}})


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUODI_LANG", raising=False)
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))
    assert main(["init", "home"]) == 0
    return tmp_path


@pytest.fixture
def releases(place):
    """Two different releases of one task, as files in the current folder."""
    parts = {name: json.loads(good()[f"{name}.json"]) for name in PARTS}
    for number in (1, 2):
        parts["plan"]["seed"] = number
        artifact = Artifact(model=good()["model.onnx"], parity={}, **parts)
        Path(f"r{number}.luodi").write_bytes(pack(TASK, artifact, Verdict({}, (), {}), {}, card={}))
    return ["r1.luodi", "r2.luodi"]


def run(capsys, *line):
    capsys.readouterr()
    status = main([*line, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_release_is_promoted_and_rolled_back_with_reasons(releases, capsys):
    first, second = releases
    _, one = run(capsys, "promote", first, "--home", "home", "--reason", "the pilot")
    _, two = run(capsys, "promote", second, "--home", "home")
    assert two["champion"] != two["previous"] == one["champion"]
    _, back = run(capsys, "rollback", two["name"], "--home", "home", "--reason", "alarms")
    assert (back["champion"], back["previous"]) == (two["previous"], two["champion"])
    _, told = run(capsys, "history", "--home", "home")
    assert [m["reason"] for m in told["history"] if m["alias"] == "champion"] == [
        "the pilot", "", "alarms",
    ]  # fmt: skip
    assert main(["history", "--home", "home", "--lang", "zh"]) == 0
    assert "现用" in capsys.readouterr().out


def test_a_known_release_is_found_again_by_its_first_digits(releases, capsys):
    _, one = run(capsys, "promote", releases[0], "--home", "home")
    run(capsys, "promote", releases[1], "--home", "home")
    digits = one["champion"].removeprefix("sha256:")[:12]
    _, again = run(capsys, "promote", one["name"], "--digest", digits, "--home", "home")
    assert again["champion"] == one["champion"]
    for few in ("", "sha256:", digits[:7]):
        status, told = run(capsys, "promote", one["name"], "--digest", few, "--home", "home")
        assert (status, told["error"]["code"]) == (2, "release.unknown_digest")


def test_a_key_is_demanded_of_a_known_release_too(releases, capsys):
    _, one = run(capsys, "promote", releases[0], "--home", "home")
    Path("other.pub").write_bytes(bytes(32))
    line = ["promote", one["name"], "--digest", one["champion"], "--key", "other.pub"]
    status, told = run(capsys, *line, "--home", "home")
    assert status == 3 and told["error"]["code"].startswith("release.")


def test_a_file_that_is_named_like_the_task_is_not_taken_for_a_release(releases, capsys):
    _, one = run(capsys, "promote", releases[0], "--home", "home")
    Path(one["name"]).touch()
    _, told = run(capsys, "promote", one["name"], "--home", "home")
    assert told["error"]["code"] == "release.no_challenger"


def test_the_challenger_is_promoted_by_the_name_of_its_task(releases, capsys):
    _, one = run(capsys, "promote", releases[0], "--home", "home")
    name = one["name"]
    status, told = run(capsys, "promote", name, "--home", "home")
    assert (status, told["error"]["code"]) == (2, "release.no_challenger")
    _, two = run(capsys, "promote", releases[1], "--home", "home")
    run(capsys, "rollback", name, "--home", "home")
    with Home.open(Path("home")) as home:
        home.ledger.challenge(name, two["champion"], Reason("test", "better"))
    _, after = run(capsys, "promote", name, "--home", "home")
    assert after["champion"] == two["champion"]


def test_a_spoiled_release_is_not_taken_into_use(releases, place, capsys):
    data = bytearray((place / releases[0]).read_bytes())
    data[len(data) // 2] ^= 1
    (place / "bad.luodi").write_bytes(data)
    status, told = run(capsys, "promote", "bad.luodi", "--home", "home")
    assert status == 3 and told["error"]["code"].startswith("release.")
    assert run(capsys, "history", "--home", "home")[1] == {"history": []}


def test_an_unknown_task_names_those_that_are_known(releases, capsys):
    status, told = run(capsys, "promote", "nothing", "--home", "home")
    assert (status, told["error"]["code"]) == (2, "release.unknown_name")


def test_a_folder_that_is_no_home_says_how_to_make_one(place, capsys):
    status, told = run(capsys, "history", "--home", ".")
    assert status == 2 and "luodi init" in told["error"]["remedy"]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_answers_and_outcomes_are_exported_with_what_belongs_to_them(releases, ending, capsys):
    _, one = run(capsys, "promote", releases[0], "--home", "home")
    with Home.open(Path("home")) as home:
        made = [
            Prediction(f"a{n:031x}", one["champion"], "ok", {"气温 [K]": 1.5 * n}, at=10**15 + n)
            for n in range(5)
        ]
        home.ledger.keep_predictions(made).result()
        home.ledger.keep_outcomes([Outcome(made[3].id, "bad", at=10**15 + 9)]).result()
    status, told = run(capsys, "export", "predictions", "-o", f"p.{ending}", "--home", "home")
    assert (status, told["rows"]) == (0, 5)
    read = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}[ending]
    assert json.loads(read(f"p.{ending}")["record"][2]) == {"气温 [K]": 3.0}
    run(capsys, "export", "outcomes", "-o", f"o.{ending}", "--home", "home")
    (row,) = read(f"o.{ending}").to_dicts()
    assert (row["id"], row["truth"], row["decision"]) == (made[3].id, "bad", "ok")
    late = ["--since", "2001-09-09T01:46:40.000004"]
    _, told = run(capsys, "export", "predictions", "-o", "l.csv", *late, "--home", "home")
    assert told["rows"] == 1


def test_an_export_of_nothing_is_a_file_with_columns(place, capsys):
    assert run(capsys, "export", "alarms", "-o", "a.parquet", "--home", "home")[0] == 0
    assert "code" in pl.read_parquet("a.parquet").columns


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["export", "audit", "-o", "a.txt"], "store.format"),
        (["export", "audit", "-o", "a.csv", "--since", "yesterday"], "cli.moment"),
        (["export", "audit", "-o", "missing/a.csv"], "environment.disk"),
    ],
)
def test_an_export_that_cannot_be_says_what_to_do(place, line, code, capsys):
    status, told = run(capsys, *line, "--home", "home")
    assert status != 0 and told["error"]["code"] == code


def test_a_home_comes_back_from_its_backup(releases, capsys):
    _, one = run(capsys, "promote", releases[0], "--home", "home")
    assert run(capsys, "backup", "kept.backup", "--home", "home")[0] == 0
    _, told = run(capsys, "restore", "kept.backup", "again")
    assert told["releases"] == 1
    _, moves = run(capsys, "history", "--home", "again")
    assert moves["history"][0]["after"] == one["champion"]
    status, told = run(capsys, "restore", "kept.backup", "again")
    assert (status, told["error"]["code"]) == (2, "home.exists")
