"""The data sets as plain tables: target named, identifiers and answers in disguise left out.

They are other people's data: nothing of them is kept in the repository.
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from bench.result import Skipped

ADULT = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
    "relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week",
    "native-country", "income",
]  # fmt: skip
GERMAN = [
    "checking account", "months", "credit history", "purpose", "amount", "savings", "employment",
    "instalment rate", "status and sex", "other debtors", "residence", "property", "age",
    "other plans", "housing", "credits", "job", "dependants", "telephone", "foreign", "bad",
]  # fmt: skip
STEEL_FAULTS = [
    "Pastry", "Z_Scratch", "K_Scatch", "Stains", "Dirtiness", "Bumps", "Other_Faults",
]  # fmt: skip


def _found(data: Path, *parts: str) -> Path:
    path = data.joinpath(*parts)
    if not path.exists():
        raise Skipped(f"{'/'.join(parts)} is not under LUODI_DATA")
    return path


def ai4i(data: Path) -> pl.DataFrame:
    """AI4I 2020 without the failure modes (the target in disguise) and without identifiers."""
    table = pl.read_csv(_found(data, "ai4i2020", "ai4i2020.csv"))
    return table.drop("UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF")


def german_credit(data: Path) -> pl.DataFrame:
    """German credit; ``bad`` is 1 for the 30 % of bad risks."""
    path = _found(data, "german_credit", "german.data")
    table = pl.read_csv(path, separator=" ", has_header=False, new_columns=GERMAN)
    return table.with_columns(bad=pl.col("bad") - 1)


def card_default(data: Path) -> pl.DataFrame:
    """Card default in Taiwan, without the ID. The file ends its lines with a lone CR."""
    text = _found(data, "uci_credit_default", "UCI_Credit_Card.csv").read_text(encoding="utf-8")
    return pl.read_csv(io.StringIO("\n".join(text.splitlines()))).drop("ID")


def give_me_some_credit(data: Path) -> pl.DataFrame:
    """Give Me Some Credit, without the row number."""
    return pl.read_parquet(_found(data, "give_me_some_credit", "cs-training.parquet")).drop("")


def adult(data: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adult income, the official training and test parts; ``?`` is missing."""
    return _adult(data, "adult.data"), _adult(data, "adult.test")


def _adult(data: Path, name: str) -> pl.DataFrame:
    lines = _found(data, "adult", name).read_text(encoding="utf-8").splitlines()
    kept = "\n".join(line.replace(", ", ",").rstrip(".") for line in lines if line.count(",") == 14)
    table = pl.read_csv(io.StringIO(kept), has_header=False, new_columns=ADULT, null_values="?")
    return table.with_columns((pl.col("income") == ">50K").cast(pl.Int64))


def steel_plates(data: Path) -> pl.DataFrame:
    """Steel plates; the seven one-hot columns become the name of the ``fault``."""
    table = pl.read_csv(_found(data, "steel_plates_faults", "steel_plates_faults.csv"))
    named = [pl.when(pl.col(one) == 1).then(pl.lit(one)) for one in STEEL_FAULTS]
    return table.with_columns(fault=pl.coalesce(named)).drop(STEEL_FAULTS)


def appliances(data: Path) -> tuple[pl.DataFrame, pl.Series]:
    """Household energy, and for each row whether it is of the author's random test part."""
    table = pl.read_parquet(_found(data, "appliances_energy", "energydata_complete.parquet"))
    dates = pl.read_csv(_found(data, "appliances_energy", "author_test_split_dates.csv"))
    return table, table["date"].is_in(dates["date"].implode())
