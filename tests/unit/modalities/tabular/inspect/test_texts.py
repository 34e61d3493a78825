"""Every finding can be told: each code that a detector uses has its texts, and they fit."""

import re
from pathlib import Path

import luodi
from luodi.core import words

ROOT = Path(luodi.__file__).parent
CODE = re.compile(r'"((?:leak|data|image|label)\.[a-z_]+)"')


def used_codes():
    kinds = [ROOT / "modalities" / kind / "inspect" for kind in ("tabular", "image")]
    files = [path for folder in (*kinds, ROOT / "data") for path in folder.glob("*.py")]
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_every_code_used_has_seen_wanted_and_remedy_in_both_languages():
    assert len(used_codes()) > 20
    for code in used_codes() - {"data.time", "data.positive"}:
        for part in words.PARTS:
            assert words.entry(code)[part]["en"], code
            assert words.entry(code)[part]["zh"], code


def test_both_languages_name_the_same_facts():
    field = re.compile(r"(?<!\{)\{([a-z_]+)")
    for room in ("leak", "data", "image", "label"):
        for code, entry in words.room(room).items():
            for part in words.PARTS:
                english, chinese = (set(field.findall(entry[part][lang])) for lang in ("en", "zh"))
                assert english == chinese, f"{room}.{code} {part}"


def test_no_text_is_written_for_a_code_that_nobody_uses():
    for room in ("leak", "data", "image", "label"):
        assert {f"{room}.{code}" for code in words.room(room)} <= used_codes()


def test_found_texts_fill_in_on_a_table_full_of_faults(made):
    import polars as pl

    from luodi.modalities.tabular.inspect import inspect

    rows = pl.int_range(pl.len(), dtype=pl.Int64)
    frame = pl.select(id=pl.int_range(400)).with_columns(
        y=pl.when(rows % 4 == 0).then(pl.lit("a")).otherwise(pl.lit("b")),
        **{
            'odd "name" {x}\n设备': pl.when(rows % 4 == 0).then(1).otherwise(0),
            "late": pl.when(rows % 50 == 0).then(-999.0).otherwise((rows * 7919 % 101) / 10),
            "fixed": pl.lit(1),
        },
    )
    for finding in inspect(*made(frame)):
        for lang in ("en", "zh"):
            record = finding.record(lang)
            assert all(record[part] for part in words.PARTS)
            assert "None" not in record["seen"]
