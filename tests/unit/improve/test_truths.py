"""Truths that come back in a spreadsheet are joined once, and each row has one clear end."""

import json
from pathlib import Path

import polars as pl
import pytest

from fuzz.release_maker import good, release
from luodi.cli import main
from luodi.modalities.tabular.codec import Codec
from luodi.release.promote import added
from luodi.store.home import Home
from luodi.store.ledger.rows import Prediction

CLASSES = json.loads(good()["codec.json"])["classes"]
LATER = "2026-10-03T08:00:00+08:00"


@pytest.fixture
def ids(tmp_path, monkeypatch):
    """Ids of twelve answers in the home of the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUODI_LANG", raising=False)
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))
    Path("r.luodi").write_bytes(release())
    with Home.create(Path("home")) as home:
        digest = added(home, Path("r.luodi")).digest
        made = [
            Prediction(f"a{n:031x}", digest, CLASSES[0], {"x": n}, at=10**15) for n in range(12)
        ]
        home.ledger.keep_predictions(made).result()
    return [one.id for one in made]


def take(capsys, file, *more):
    capsys.readouterr()
    status = main(["feedback", "import", file, "--home", "home", "--json", *more])
    return status, json.loads(capsys.readouterr().out)


def outcomes():
    with Home.open(Path("home")) as home:
        return home.ledger.frame("outcomes")


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "jsonl"])
def test_a_spreadsheet_is_joined_with_its_answers(ids, ending, capsys):
    truths = [CLASSES[0], CLASSES[1], None]
    frame = pl.DataFrame({"case": ids[:3], "found": truths, "when": [LATER] * 3})
    path = Path(f"truths.{ending}")
    writers = {"csv": "write_csv", "parquet": "write_parquet", "jsonl": "write_ndjson"}
    getattr(frame, writers.get(ending, "write_excel"))(path)
    names = ["--id", "case", "--truth", "found", "--at", "when"]
    status, told = take(capsys, path.name, *names)
    assert (status, told["rows"], told["counted"], told["empty"]) == (0, 3, 2, 1)
    kept = outcomes()
    assert kept["truth"].to_list() == CLASSES[:2] and set(kept["source"]) == {path.name}
    assert kept["at"][0].isoformat() == "2026-10-03T00:00:00+00:00"


def test_the_same_file_may_come_again_with_more_in_it(ids, capsys):
    pl.DataFrame({"id": ids[:2], "truth": [CLASSES[0], None]}).write_csv("t.csv")
    assert take(capsys, "t.csv")[1]["counted"] == 1
    pl.DataFrame({"id": ids[:2], "truth": [CLASSES[0], CLASSES[1]]}).write_csv("t.csv")
    _, told = take(capsys, "t.csv")
    assert (told["counted"], told["same"], told["empty"]) == (1, 1, 0)


def test_what_cannot_be_true_is_named_by_its_row_and_the_others_are_kept(ids, capsys):
    truths = [CLASSES[0], "perhaps", CLASSES[1], CLASSES[1]]
    moments = [LATER, LATER, "last week", LATER]
    pl.DataFrame({"id": ids[:4], "truth": truths, "at": moments}).write_csv("t.csv")
    status, told = take(capsys, "t.csv", "--at", "at")
    assert (status, told["counted"], told["impossible"]) == (3, 2, [2, 3])
    line = ["feedback", "import", "t.csv", "--at", "at", "--home", "home", "--lang", "zh"]
    assert main(line) == 3
    assert "2, 3" in capsys.readouterr().err


def test_unknown_and_contradicting_truths_are_set_aside_with_their_reason(ids, capsys):
    pl.DataFrame({"id": [ids[0]], "truth": [CLASSES[0]]}).write_csv("t.csv")
    take(capsys, "t.csv")
    pl.DataFrame({"id": [ids[0], "nobody"], "truth": [CLASSES[1], "x"]}).write_csv("t.csv")
    status, told = take(capsys, "t.csv")
    assert status == 0
    assert told["set_aside"] == {"ledger.outcome_contradicts": 1, "ledger.outcome_unknown": 1}
    assert outcomes()["truth"].to_list() == [CLASSES[0]]


def test_a_file_without_moments_that_is_taken_again_changes_nothing(ids, capsys):
    names = [ids[0], ids[0], ids[1], "nobody"]
    truths = [CLASSES[0], CLASSES[1], CLASSES[0], CLASSES[0]]
    pl.DataFrame({"id": names, "truth": truths}).write_csv("t.csv")
    parts = ("outcomes", "set aside", "corrected", "audit")

    def kept():
        with Home.open(Path("home")) as home:
            return [home.ledger.frame(part).to_dicts() for part in parts]

    assert take(capsys, "t.csv")[1]["counted"] == 2
    first = kept()
    assert [row["code"] for row in first[1]] == [
        "ledger.outcome_contradicts", "ledger.outcome_unknown",
    ]  # fmt: skip
    _, told = take(capsys, "t.csv")
    assert (told["counted"], told["same"]) == (0, 2) and sum(told["set_aside"].values()) == 2
    assert kept() == first


def test_a_file_without_the_columns_says_which_it_has(ids, capsys):
    pl.DataFrame({"number": ids[:1], "label": ["x"]}).write_csv("t.csv")
    status, told = take(capsys, "t.csv")
    assert (status, told["error"]["code"]) == (3, "improve.no_column")
    assert "number, label" in told["error"]["seen"]


def test_more_rows_than_fit_into_one_commit_are_all_kept(ids, capsys, monkeypatch):
    from luodi.improve import truths

    monkeypatch.setattr(truths, "AT_ONCE", 5)
    pl.DataFrame({"id": ids, "truth": [CLASSES[0]] * 12}).write_csv("t.csv")
    assert take(capsys, "t.csv")[1]["counted"] == 12
    assert outcomes().height == 12


def test_an_odd_moment_or_id_spoils_no_other_row(ids, capsys):
    names = [ids[0], ids[1], "x" * 300]
    pl.DataFrame(
        {"id": names, "truth": [CLASSES[0]] * 3, "at": [LATER, "0001-01-01", LATER]}
    ).write_csv("t.csv")
    status, told = take(capsys, "t.csv", "--at", "at")
    assert (status, told["counted"], told["impossible"]) == (3, 1, [2, 3])


def test_whole_numbers_may_be_written_with_a_point() -> None:
    codec = Codec("classify", "y", classes=("0", "1"), labels="integer")
    assert [codec.truth(value) for value in ("1.0", "0", 1.0, "2.0", "1.5", "1_0")] == [
        "1", "0", "1", None, None, None,
    ]  # fmt: skip
    numbers = Codec("regress", "y")
    assert [numbers.truth(value) for value in ("1.50", "1_000", "nan", "inf")] == [
        "1.50", None, None, None,
    ]  # fmt: skip
