"""luodi explain says what one answer hangs on, of a table in words and of an image in a picture."""

from __future__ import annotations

import io
import json

import numpy as np
import polars as pl
import pytest
from PIL import Image

from fuzz import image_release_maker, release_maker
from luodi.cli import main


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.luodi").write_bytes(release_maker.release())
    pl.DataFrame(release_maker.ROWS).write_csv(tmp_path / "rows.csv")
    return tmp_path


@pytest.fixture
def images(tmp_path):
    (tmp_path / "i.luodi").write_bytes(image_release_maker.release())
    Image.fromarray(image_release_maker.pixels(40, 30)).save(tmp_path / "photo.png")
    return tmp_path


def test_columns_are_named_with_what_the_answer_loses(table, capsys):
    assert main(["explain", str(table / "t.luodi"), str(table / "rows.csv"), "--row", "1"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in ("torque", "speed", "type")) and "loses" in told


def test_machines_get_every_part_as_json(table, capsys):
    place = [str(table / "t.luodi"), str(table / "rows.csv")]
    assert main(["explain", *place, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["names"]) == {"torque", "speed", "type"}
    lost = [told["given"] - without for without in told["without"]]
    assert told["weight"] == pytest.approx(lost)


def test_an_image_is_told_in_fields_and_drawn(images, capsys):
    place = [str(images / "i.luodi"), str(images / "photo.png")]
    assert main(["explain", *place, "-o", str(images / "heat.png")]) == 0
    lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert len(lines) == 2 + 8
    heat = Image.open(io.BytesIO((images / "heat.png").read_bytes()))
    own = image_release_maker.pixels(40, 30)
    assert heat.size == (30, 40) and (np.asarray(heat) != own).any()


@pytest.mark.parametrize("row", ["4", "1000"])
def test_a_record_that_is_not_there_is_refused(table, capsys, row):
    place = [str(table / "t.luodi"), str(table / "rows.csv")]
    assert main(["explain", *place, "--row", row]) == 2
    assert "explain.no_row" in capsys.readouterr().err


def test_a_table_has_no_picture_and_none_is_written(table, capsys):
    place = [str(table / "t.luodi"), str(table / "rows.csv")]
    assert main(["explain", *place, "-o", str(table / "heat.png"), "--lang", "zh"]) == 2
    assert "explain.no_picture" in capsys.readouterr().err
    assert not (table / "heat.png").exists()
