"""Images as records: files stay as they were, arrays lose nothing, and every source is alike."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from pictures import COLOURS, GREY, saved
from shapes import folder, picture, table

from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.core.task import Task
from luodi.modalities import modality, told
from luodi.modalities.image.codec import decode
from luodi.modalities.image.read.dataset import as_file

IMAGES = modality("image")


def task(source, **data) -> Task:
    whole = {"source": str(source), "target": "label", "modality": "image", **data}
    return Task.load({"name": "a", "goal": "classify", "data": whole})


def test_files_are_kept_byte_for_byte(tmp_path):
    root = folder(tmp_path / "photos", 30)
    read = IMAGES.read(task(root))
    assert read.columns[0].kind == "image" and read.target == "label" and len(read) == 30
    for file, name, label in read.table.select("image", "name", "label").iter_rows():
        assert file == (root / name).read_bytes() and name.startswith(f"{label}/")


def test_the_same_images_have_the_same_digest_and_others_another(tmp_path):
    one, two = folder(tmp_path / "a", 12), folder(tmp_path / "b", 12)
    other = folder(tmp_path / "c", 12, seed=9)
    digests = [IMAGES.read(task(root)).digest for root in (one, two, other)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("array", [GREY, COLOURS, GREY[:, :, None], GREY > 100], ids=str)
def test_arrays_are_packed_without_loss(array):
    wanted = decode(array, 3)
    assert (decode(as_file(array), 3) == wanted).all()


def test_a_settled_cut_is_read_with_the_images(tmp_path):
    random = np.random.default_rng(0)
    held = {}
    for part, count in (("train", 6), ("val", 3), ("test", 3)):
        held[f"{part}_images"] = np.stack([picture("disc", random) for _ in range(count)])
        held[f"{part}_labels"] = np.arange(count)[:, None] % 2
    np.savez(tmp_path / "cut.npz", **held)
    read = IMAGES.read(task(tmp_path / "cut.npz", part="part"))
    assert read.table["part"].to_list() == ["train"] * 6 + ["val"] * 3 + ["test"] * 3
    assert read.labels == "integer"


def test_columns_of_a_list_come_along_with_their_kinds(tmp_path):
    folder(tmp_path, 6)
    names = [str(one.relative_to(tmp_path)) for one in sorted(tmp_path.rglob("*.png"))]
    days = [f"2026-03-0{n + 1}" for n in range(6)]
    rows = {"file": names, "kind": ["a", "b"] * 3, "made": days, "line": ["1", "2", "3"] * 2}
    pl.DataFrame(rows).write_csv(tmp_path / "list.csv")
    read = IMAGES.read(task(tmp_path / "list.csv", target="kind", time="made", group="line"))
    assert read.table.schema["made"] == pl.Datetime("us") and read.table["line"].n_unique() == 3
    assert read.table["kind"].to_list() == ["a", "b"] * 3


@pytest.mark.parametrize("key", ["time", "group", "part"])
def test_a_column_that_splits_and_is_not_there_is_named(tmp_path, key):
    with pytest.raises(LuodiError) as raised:
        IMAGES.read(task(folder(tmp_path, 6), **{key: "nam"}))
    facts = raised.value.facts
    assert raised.value.code == "read.column_absent"
    assert facts["key"] == key and facts["nearest"] == "name"


def test_several_sources_are_one(tmp_path):
    one, two = folder(tmp_path / "a", 9), folder(tmp_path / "b", 6, seed=4)
    data = {"source": [str(one), str(two)], "target": "label", "modality": "image"}
    whole = IMAGES.read(Task.load({"name": "a", "goal": "classify", "data": data}))
    assert len(whole) == 15 and whole.source == "a + b"


def test_reading_tells_how_far_it_is(tmp_path):
    heard: list[Event] = []
    IMAGES.read(task(folder(tmp_path, 9)), heard.append)
    last = [event.data for event in heard if event.kind == "progress"][-1]
    assert last == {"what": "read", "done": 9, "total": 9}


def test_images_of_service_are_laid_as_the_own_ones(tmp_path):
    import base64

    own = IMAGES.read(task(folder(tmp_path, 9)))
    files = table(3, seed=7)["image"].to_list()
    records = [{"image": base64.b64encode(file).decode(), "camera": 2} for file in files]
    back = IMAGES.returned(own, records, ["disc", "frame", "disc"], [0, 1, 2], task(tmp_path))
    assert back.table.schema == own.table.schema and back.table["image"].to_list() == files
    both = IMAGES.joined([own, back])
    assert len(both) == 12 and both.digest not in (own.digest, back.digest)


def test_sources_of_images_are_told_from_tables(tmp_path):
    photos = folder(tmp_path / "photos", 6)
    (tmp_path / "table.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "list.csv").write_text("file,label\none.png,x\nb.jpg,y\n")
    (tmp_path / "shop.csv").write_text(
        "photo,price\nhttps://x.com/1.jpg,3\nhttps://x.com/2.jpg,4\n"
    )
    (tmp_path / "one.png").write_bytes(saved(GREY))
    found = [told(str(one)) for one in (photos, tmp_path / "list.csv", tmp_path / "table.csv")]
    assert found == ["image", "image", "tabular"]
    assert told(str(tmp_path / "shop.csv")) == "tabular"
    assert told("postgresql://host/base") == told(str(tmp_path / "none.csv")) == "tabular"
