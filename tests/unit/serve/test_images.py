"""Releases of images in service: as base64 or as files, kept so that others can learn from them."""

import base64
import io
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from image_serving import (
    bomb,
    image_home,
    image_release,
    photo,
    strange_release,
    tensors,
    text,
)
from luodi.cli import main
from luodi.runtime.load import load
from luodi.store.home import Home
from luodi.store.ledger.rows import Reason
from serving import NAME, running

RELEASE = load(image_release())
PNG, JPEG = photo("PNG"), photo("JPEG", (64, 20), 3)
KINDS = ("image/jpeg", "image/png", "image/bmp", "image/tiff", "application/dicom")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    image_home(folder / "home").close()
    with running(folder) as started:
        yield started


def send(shop, data, kind="image/png", path="/predict", **given):
    return shop.ask(path, data, headers={"Content-Type": kind}, **given)


def said(answer):
    """An answer without its own id."""
    return {key: value for key, value in answer.json.items() if key != "id"}


def kept(shop, name):
    with Home.open(shop.home) as home:
        rows = home.ledger.frame("predictions").to_dicts()
    return next(json.loads(row["record"]) for row in rows if row["id"] == name)


def wanted(data):
    """What the release itself says of a file."""
    given = RELEASE.predict({"image": data})
    return given["decision"], given[f"probability_{given['decision']}"]


def test_a_file_alone_is_answered_and_kept_as_its_base64_is(shop):
    as_text = shop.ask("/predict", {"image": text(PNG)})
    as_file = send(shop, PNG)
    assert as_text.status == as_file.status == 200 and said(as_text) == said(as_file)
    assert (as_file.json["decision"], as_file.json["probability"]) == wanted(PNG)
    records = [kept(shop, one.json["id"]) for one in (as_text, as_file)]
    assert records == [{"image": text(PNG)}] * 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
def test_every_format_is_taken_as_a_body(shop, kind):
    data = photo(kind, (33, 21), 5)
    answer = send(shop, data, f"image/{kind.lower()}; name=x", f"/models/{NAME}/predict")
    assert (answer.json["decision"], answer.json["probability"]) == wanted(data)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/predict", "image/gif"), ("/predict", "text/csv"), ("/predict", "image/*"),
     ("/invocations", "image/png"), (f"/v2/models/{NAME}/infer", "image/png"),
     ("/feedback", "image/png")],
)  # fmt: skip
def test_other_bodies_are_refused_as_before(shop, path, kind):
    role = "feedback" if path == "/feedback" else "predict"
    answer = send(shop, PNG, kind, path, role=role)
    assert (answer.status, answer.json["code"]) == (415, "serve.media")


def test_a_table_takes_no_image_for_a_body(server):
    assert send(server, PNG).status == 415


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "rows.image_missing"),
        (b"no image", "rows.image_format"),
        (JPEG[: len(JPEG) // 2], "rows.image_broken"),
        (PNG[:-20], "rows.image_broken"),
        (bomb(60_000), "rows.image_pixels"),
        (bomb(5_000), "rows.image_broken"),
        (b"GIF89a" + bytes(20), "rows.image_format"),
    ],
)
def test_what_is_no_image_or_would_be_too_large_is_refused_with_its_code(shop, data, code):
    for answer in (send(shop, data), shop.ask("/predict", [{"image": text(data)}])):
        assert (answer.status, answer.json["code"], answer.json["column"]) == (422, code, "image")
        allowed = {"type", "title", "status", "code", "request_id", "row", "column"}
        assert set(answer.json) <= allowed


@pytest.mark.parametrize("value", [None, 7, True, ["a"], {"b64": "a"}, "/etc/passwd", "a b%"])
def test_what_is_no_text_of_an_image_is_refused(shop, value):
    answer = shop.ask("/predict", {"image": value})
    assert answer.status == 422 and answer.json["code"].startswith("rows.image_")


def test_images_of_many_sizes_are_answered_together_as_each_alone(shop):
    files = [photo("PNG", (8 + number % 7, 40 - number), number) for number in range(30)]
    answers = shop.ask("/predict", [{"image": text(data)} for data in files]).json
    assert len({answer["id"] for answer in answers}) == len(files)
    for data, answer in zip(files, answers, strict=True):
        decision, probability = wanted(data)
        assert answer["decision"] == decision
        assert answer["probability"] == pytest.approx(probability, abs=1e-6)


def test_a_broken_image_spoils_its_own_request_only(shop):
    files = [photo("PNG", (20 + number, 30), number) for number in range(24)]
    files[7:7] = [PNG[:-20]] * 3
    with ThreadPoolExecutor(len(files)) as clients:
        answers = list(clients.map(lambda data: send(shop, data), files))
    for data, answer in zip(files, answers, strict=True):
        if data == PNG[:-20]:
            assert (answer.status, answer.json["code"]) == (422, "rows.image_broken")
        else:
            assert answer.status == 200 and answer.json["decision"] == wanted(data)[0]


def test_of_many_records_the_broken_one_is_named(shop):
    records = [{"image": text(PNG)}] * 3
    for number, broken in ((1, {"image": text(PNG[:-20])}), (2, {"photo": text(PNG)})):
        given = [*records[:number], broken, *records[number:]]
        answer = shop.ask("/predict", given)
        assert (answer.status, answer.json["row"]) == (422, number)
    assert shop.ask("/predict", []).json == []


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"[", "serve.not_json"), (b"7", "serve.not_records"), (b'{"image":"a","image":"b"}',
      "serve.duplicate_key"), (b"[" * 99, "serve.depth"), (b"{}", "rows.no_known_column")],
)  # fmt: skip
def test_json_is_as_strict_as_for_tables(shop, body, code):
    answer = shop.ask("/predict", body)
    assert (answer.json["code"], answer.status // 100) == (code, 4)


def test_a_body_may_be_as_long_as_the_longest_image_and_no_longer(shop):
    for megabytes, status in ((85, b"100"), (90, b"413")):
        more = "Expect: 100-continue\r\n"
        head = shop.head("/predict", megabytes * 2**20, more=more)
        with shop.socket() as client:
            client.sendall(head)
            assert client.recv(100).startswith(b"HTTP/1.1 " + status)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory")
def test_large_images_at_once_do_not_fill_the_memory(tmp_path):
    image_home(tmp_path / "home").close()
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 4000), (9, 99, 199)).save(buffer, "PNG")
    with running(tmp_path, "--limits", "request_s=60") as shop:
        with ThreadPoolExecutor(16) as clients:
            statuses = list(clients.map(lambda _: send(shop, buffer.getvalue()).status, range(12)))
        status = Path(f"/proc/{shop.process.pid}/status").read_text()
    assert statuses == [200] * 12
    # decoded and in a graph, each takes about 300 MB
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < 1_200_000


def test_what_a_limit_says_counts_for_images_too(tmp_path):
    image_home(tmp_path / "home").close()
    with running(tmp_path, "--limits", "body_kb=1,rows=2") as shop:
        large = photo("BMP", (64, 64))
        assert (send(shop, large).status, send(shop, PNG[:100]).status) == (413, 422)
        assert shop.ask("/predict", [{}, {}, {}]).json["code"] == "serve.rows"


def test_feedback_counts_and_what_is_exported_holds_the_image(shop, tmp_path, monkeypatch):
    name = send(shop, JPEG, "image/jpeg").json["id"]
    receipt = shop.ask("/feedback", {"id": name, "truth": "b"}, role="feedback")
    assert receipt.json == {"id": name, "counts": True, "code": None}
    wrong = shop.ask("/feedback", {"id": name, "truth": "z"}, role="feedback")
    assert (wrong.status, wrong.json["code"]) == (422, "serve.truth")
    monkeypatch.chdir(tmp_path)
    for part in ("predictions", "outcomes"):
        assert main(["export", part, "-o", f"{part}.jsonl", "--home", str(shop.home)]) == 0
    rows = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text().splitlines()]
    (row,) = (row for row in rows if row["id"] == name)
    assert base64.b64decode(json.loads(row["record"])["image"]) == JPEG
    assert f'"{name}"' in (tmp_path / "outcomes.jsonl").read_text()


def test_metrics_count_images_as_other_answers(shop):
    def counted():
        lines = shop.ask("/metrics", role="admin").body.decode().splitlines()
        return sum(
            float(line.split()[-1]) for line in lines if line.startswith("luodi_predictions_total")
        )

    before = counted()
    assert send(shop, PNG).status == 200
    assert counted() == before + 1


def test_the_document_tells_how_an_image_is_sent(shop):
    document = shop.ask("/openapi.json").json
    image = document["components"]["schemas"][f"Record-{NAME}"]["properties"]["image"]
    assert (image["type"], image["contentEncoding"]) == ("string", "base64")
    assert image["contentMediaType"] == "image/*"
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", *KINDS}
    assert set(document["paths"]["/feedback"]["post"]["requestBody"]["content"]) == {
        "application/json"
    }


def test_the_inference_protocol_takes_base64_and_bytes(shop):
    (image,) = shop.ask(f"/v2/models/{NAME}").json["inputs"]
    assert image == {"name": "image", "datatype": "BYTES", "shape": [-1, 1]}
    files, path = [PNG, JPEG, photo("BMP")], f"/v2/models/{NAME}/infer"
    tensor = {"name": "image", "datatype": "BYTES", "shape": [3], "data": [*map(text, files)]}
    as_text = shop.ask(path, {"inputs": [tensor]}).json
    body, headers = tensors("image", files)
    as_bytes = shop.ask(path, body, headers=headers).json
    body, headers = tensors("image", [text(data).encode() for data in files])
    as_both = shop.ask(path, body, headers=headers).json
    expected = [wanted(data)[0] for data in files]
    for answer in (as_text, as_bytes, as_both):
        outputs = {one["name"]: one["data"] for one in answer["outputs"]}
        assert outputs["decision"] == expected
        assert [kept(shop, name) for name in outputs["id"]] == [{"image": text(d)} for d in files]


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_split": {"columns": ["image"], "data": [[text(PNG)], [text(JPEG)]]}},
        {"dataframe_records": [{"image": text(PNG)}, {"image": text(JPEG)}]},
        {"instances": [{"image": text(PNG)}, {"image": text(JPEG)}]},
        {"inputs": {"image": [text(PNG), text(JPEG)]}},
    ],
    ids=lambda body: next(iter(body)),
)
def test_every_form_of_mlflow_takes_images(shop, body):
    answers = shop.ask("/invocations", body).json["predictions"]
    assert [answer["decision"] for answer in answers] == [wanted(PNG)[0], wanted(JPEG)[0]]


def test_another_release_takes_over_without_a_failed_request(tmp_path):
    digests = [load(image_release(turn)).digest for turn in (1.0, -1.0)]
    image_home(tmp_path / "home", 1.0, -1.0).close()
    with running(tmp_path) as shop:
        stopped, answers = threading.Event(), []

        def client(number):
            data = photo("JPEG", (30 + number, 40), number)
            while not stopped.is_set():
                answers.append(send(shop, data, "image/jpeg"))

        clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
        for one in clients:
            one.start()
        with Home.open(shop.home) as home:
            for digest in (digests[1], digests[0], digests[1]):
                home.ledger.promote(NAME, digest, Reason("a test", "0"))
                while send(shop, PNG).json["release"] != digest:
                    pass
        stopped.set()
        for one in clients:
            one.join()
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["release"] for answer in answers} == set(digests)


def test_strange_images_are_told_counted_and_kept_with_how_strange_they_are(tmp_path):
    data = strange_release()
    with Home.create(tmp_path / "home") as home:
        home.add(data, load(data).digest, NAME, {})
        home.ledger.promote(NAME, load(data).digest, Reason("a test", "0"))
    dark, white = (Image.new("RGB", (20, 20), (level,) * 3) for level in (10, 255))
    with running(tmp_path) as shop:
        usual, strange = (shop.ask("/predict", {"image": text(_png(one))}) for one in (dark, white))
        assert usual.json["warnings"] == [] and usual.json["action"] == "accept"
        assert usual.json["strangeness"] == pytest.approx(0.05)
        assert strange.json["warnings"] == ["unlike_training:image"]
        assert strange.json["action"] == "review"
        assert strange.json["strangeness"] == pytest.approx(1.275)
        counts = shop.ask("/metrics", role="admin").body.decode()
        assert f'luodi_predictions_unlike_training_total{{model="{NAME}"}} 1' in counts
        schema = shop.ask("/openapi.json").body.decode()
        assert "strangeness" in schema
        outputs = shop.ask(f"/v2/models/{NAME}").json["outputs"]
        assert "strangeness" in [one["name"] for one in outputs]
    with Home.open(tmp_path / "home") as home:
        rows = home.ledger.frame("predictions").to_dicts()
    details = {row["id"]: json.loads(row["details"]) for row in rows}
    assert details[strange.json["id"]]["strangeness"] == pytest.approx(1.275)


def _png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
