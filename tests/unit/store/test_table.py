"""Answers are written in the format that the name's ending says, whole or not at all."""

import polars as pl
import pytest

from luodi.core.errors import LuodiError
from luodi.store import table

FRAME = pl.DataFrame({"decision": ["坏", "good"], "probability": [0.25, 0.5]})
READ = {
    ".parquet": pl.read_parquet,
    ".csv": pl.read_csv,
    ".jsonl": pl.read_ndjson,
    ".xlsx": pl.read_excel,
}


@pytest.mark.parametrize("ending", table.ENDINGS)
def test_every_format_reads_back_as_it_was(tmp_path, ending):
    path = table.put(FRAME, tmp_path / f"answers{ending}")
    assert READ[ending](path).equals(FRAME)
    assert [file.name for file in tmp_path.iterdir()] == [f"answers{ending}"]


def test_excel_without_its_writer_names_the_pip_command(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "find_spec", lambda name: None)
    with pytest.raises(LuodiError) as caught:
        table.put(FRAME, tmp_path / "answers.xlsx")
    assert (caught.value.code, caught.value.facts["package"]) == (
        "environment.missing_package",
        "xlsxwriter",
    )
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(LuodiError) as caught:
        table.put(FRAME, tmp_path / "answers.txt")
    assert caught.value.code == "store.format"
