"""Images go the same way as tables: new, check, build, show, predict, from a folder of photos."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from luodi import loop
from luodi.core.task import Task
from luodi.runtime.load import load

sys.path.insert(0, __file__.rsplit("/", 1)[0] + "/modalities/image")
from shapes import KINDS, folder, picture, table, task

BUDGET = "12s"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with photos of three kinds, one of them broken, and a release made of it."""
    root = tmp_path_factory.mktemp("inspection")
    photos = folder(root / "photos", 240)
    (photos / "disc" / "broken.png").write_bytes(b"no picture")
    text = loop.new("inspection", str(photos))
    path = root / "task.yaml"
    path.write_text(text.replace("budget: 5m", f"budget: {BUDGET}"))
    built = loop.build(path, output=root)
    return root, text, built


def test_a_folder_of_photos_needs_no_more_than_a_name(place):
    _, text, _ = place
    assert 'modality: "image"' in text and 'target: "label"' in text
    assert "3 classes: disc (8" in text and "metric: accuracy" in text


def test_a_release_of_images_is_judged_by_its_graph(place):
    _, _, built = place
    assert built.path is not None and built.verdict.passed
    assert built.verdict.figures["accuracy"].value > 0.9
    assert built.verdict.details["robustness"]["troubles"]
    assert {one["column"] for one in built.verdict.details["slices"]["worst"]} <= {
        "brightness", "contrast", "sharpness", "height", "width",
    }  # fmt: skip


def test_a_broken_image_is_told_and_left_out(place):
    _, _, built = place
    (told,) = [one for one in built.verdict.findings if one.code == "image.unreadable"]
    assert told.severity == "warning" and "broken.png" in told.evidence["names"]


def test_a_release_of_images_says_where_it_does_worse_and_how_it_was_made(place):
    _, _, built = place
    card = loop.show(built.path)
    assert "broken.png" not in str(card)  # the name of a picture may be a person's
    (column,) = card["data"]["columns"]
    assert column["kind"] == "image" and column["seen"] == [None, None]
    assert loop.card_html(built.path).startswith("<!DOCTYPE html>")
    page = loop.card_html(built.path)
    split = card["data"]["split"]
    assert split["folds"] == 1 and 0 < split["validated_rows"] < split["train_rows"] / 2
    assert f"{split['validated_rows']} of them kept out to choose by" in page
    assert "a fifth darker" in page
    assert "变暗五分之一" in loop.card_html(built.path, "zh")


def test_images_are_answered_by_name_and_broken_ones_are_told(place):
    root, _, built = place
    fresh = folder(root / "fresh", 30, seed=5)
    (fresh / "disc" / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    heard = []
    answers = loop.predict(built.path, fresh, listener=heard.append)
    assert len(answers) == 30 and answers.columns[:2] == ["name", "decision"]
    truth = [name.split("/")[0] for name in answers["name"]]
    assert np.mean(answers["decision"].to_numpy() == truth) > 0.9
    (note,) = [e.data["finding"] for e in heard if "finding" in e.data]
    assert note.code == "read.image_unreadable" and "cut.jpg" in note.evidence["names"]


def test_a_release_answers_bytes_arrays_text_and_paths_alike(place):
    import base64

    root, _, built = place
    release = load(built.path)
    file = next((root / "photos" / "disc").glob("*0.png"))
    data = file.read_bytes()
    forms = [data, base64.b64encode(data).decode(), file]
    answers = [release.predict({"image": form}) for form in forms]
    assert answers[0] == answers[1] == answers[2]
    pixels = picture("stripes", np.random.default_rng(3), 40)
    assert release.predict({"image": pixels})["action"] == "review"  # a size never seen


def test_answers_need_no_training_library(place):
    _, _, built = place
    program = (
        "import sys\nfrom pathlib import Path\nfrom luodi.runtime.load import load\n"
        f"load({str(built.path)!r}).predict({{'image': Path({str(_some(place))!r})}})\n"
        "print(sorted({'torch', 'polars', 'sklearn', 'onnx', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_plan_of_images_is_repeated_without_a_clock(place, tmp_path):
    root, _, built = place
    again = loop.build(root / "task.yaml", output=tmp_path, plan=built.path)
    one, two = (load(path).plan["members"] for path in (built.path, again.path))
    assert [m["rounds"] for m in one] == [m["rounds"] for m in two]
    assert [m["params"] for m in one] == [m["params"] for m in two]


def test_what_came_back_of_service_is_learned_from(place):
    from luodi.loop.making import made, refitted
    from luodi.loop.pipeline import examined
    from luodi.modalities import modality

    root, _, built = place
    own = Task.load(root / "task.yaml")
    parts, _ = examined(own, lambda event: None)
    import base64

    files = table(30, seed=8)
    records = [{"image": base64.b64encode(one).decode()} for one in files["image"]]
    kind = modality("image")
    back = kind.returned(parts.train, records, files["label"].to_list(), [0] * 30, own)
    from dataclasses import replace

    grown = replace(parts, train=kind.joined([parts.train, back]))
    artifact = refitted(grown, own, json.loads(json.dumps(load(built.path).plan)))
    assert artifact.codec["classes"] == list(KINDS) and made is not None


def test_how_much_of_the_past_serves_new_images_best_is_asked_within_the_budget(place):
    import base64

    from luodi.improve.window import FEWEST, chosen
    from luodi.loop.pipeline import examined
    from luodi.modalities import modality

    root, _, _ = place
    own = Task.load(root / "task.yaml").model_copy(update={"budget": 4.0})
    parts, _ = examined(own, lambda event: None)
    files = table(FEWEST, seed=11)
    records = [{"image": base64.b64encode(one).decode()} for one in files["image"]]
    kind = modality("image")
    truths = files["label"].to_list()
    back = kind.returned(parts.train, records, truths, [0] * len(truths), own)
    found = chosen(parts.train, back, own, kind, parts.by)
    assert found.scores and all(0 <= score <= 1 for score in found.scores.values())


def test_nothing_but_broken_images_is_an_error(place, tmp_path):
    from luodi.core.errors import LuodiError

    _, _, built = place
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(LuodiError) as raised:
        loop.predict(built.path, tmp_path / "bad.png")
    assert raised.value.code == "read.nothing_usable"


def test_images_are_replayed(place, tmp_path):
    root, _, built = place
    later = folder(tmp_path / "later", 60, seed=21)
    own = Task.load(root / "task.yaml")
    done = loop.replay(own, later, release=built.path, policies=["never"], step_s=600.0)
    assert done.rows == 60 and done.runs[0].correct.mean() > 0.9


def test_broken_images_of_a_holdout_are_told(place, tmp_path):
    root, _, _ = place
    held = folder(tmp_path / "held", 30, seed=31)
    (held / "disc" / "torn.png").write_bytes(b"no picture")
    own = Task.load(root / "task.yaml")
    split = own.split.model_copy(update={"holdout": str(held)})
    found = loop.check(own.model_copy(update={"split": split}))
    (told,) = [one for one in found if one.code == "read.image_unreadable"]
    assert "torn.png" in told.evidence["names"]


def test_values_of_images_are_refused_in_plain_words(tmp_path):
    from luodi.core.errors import LuodiError

    rows = table(30)
    lines = [f"{name},{n / 7}" for n, name in enumerate(rows["name"])]
    for file, name, _ in rows.iter_rows():
        (tmp_path / name).write_bytes(file)
    (tmp_path / "list.csv").write_text("file,weight\n" + "\n".join(lines))
    data = {"source": str(tmp_path / "list.csv"), "target": "weight", "modality": "image"}
    whole = {**task().model_dump(), "name": "a", "goal": "regress", "data": data, "metric": "rmse"}
    with pytest.raises(LuodiError) as raised:
        loop.build({k: v for k, v in whole.items() if k in ("name", "goal", "data", "metric")})
    assert raised.value.code == "train.image_regress"


def _some(place) -> str:
    root, _, _ = place
    return str(next((root / "photos" / "frame").glob("*.png")))
