"""A person sees the image that waits: what it is, where it is had, and the file as it was sent."""

import io
import json
import sys

import pytest

from image_serving import MOST, image_home, image_release, photo, text
from luodi.cli import main
from luodi.runtime.load import load
from luodi.store.home import Home
from luodi.store.ledger.rows import Prediction, new_id
from serving import running

SIZE = (MOST + 20, 30)
UNUSUAL = photo("JPEG", SIZE)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    image_home(folder / "home").close()
    with running(folder) as started:
        yield started


def waiting(desk, data=UNUSUAL, kind="image/jpeg"):
    """A case that waits, as it is told."""
    sent = desk.ask("/predict", data, headers={"Content-Type": kind}).json
    assert sent["action"] == "review" and sent["warnings"] == ["out_of_range:image"]
    (case,) = desk.ask("/reviews/next", {"lease_s": 60}, role="review").json
    assert case["id"] == sent["id"]
    return case


def settled(desk, name):
    assert desk.ask("/reviews/skip", {"id": name}, role="review").status == 200


def test_a_case_tells_what_its_image_is_and_where_it_is_had(desk):
    case = waiting(desk)
    path = f"/reviews/{case['id']}/image"
    width, height = SIZE
    told = {"media": "image/jpeg", "bytes": len(UNUSUAL), "width": width, "height": height}
    assert case["record"] == {"image": told | {"path": path}}
    answer = desk.ask(path, role="review")
    assert (answer.status, answer.body) == (200, UNUSUAL)
    assert answer.headers["content-type"] == "image/jpeg"
    settled(desk, case["id"])


def test_a_browser_runs_nothing_of_an_image_and_takes_it_for_nothing_else(desk):
    case = waiting(desk, photo("PNG", SIZE), "image/png")
    headers = desk.ask(case["record"]["image"]["path"], role="review").headers
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    settled(desk, case["id"])


def test_an_image_is_had_with_the_token_for_reviews_and_only_while_it_waits(desk):
    case = waiting(desk)
    path = case["record"]["image"]["path"]
    for role, status in (("predict", 403), ("feedback", 403), ("admin", 403), (None, 401)):
        answer = desk.ask(path, role=role)
        assert (answer.status, answer.headers["content-type"]) == (
            status,
            "application/problem+json",
        )
    receipt = desk.ask("/reviews/answer", {"id": case["id"], "truth": "a"}, role="review").json
    assert receipt["counts"]
    gone = desk.ask(path, role="review")
    assert (gone.status, gone.json["code"]) == (404, "ledger.review_unknown")


def test_what_never_waited_is_shown_to_nobody(desk):
    usual = desk.ask("/predict", {"image": text(photo())}).json
    assert usual["action"] == "accept"
    for name in (usual["id"], "0" * 32, "{id}"):
        answer = desk.ask(f"/reviews/{name}/image", role="review")
        assert (answer.status, answer.json["code"]) == (404, "ledger.review_unknown")


@pytest.mark.parametrize("name", ["", "../x", "A", "a" * 65, "a%2f", "a/b"])
def test_a_path_that_names_no_case_is_not_there(desk, name):
    answer = desk.ask(f"/reviews/{name}/image", role="review")
    assert (answer.status, answer.json["code"]) == (404, "serve.no_route")


def test_a_case_without_an_image_says_so(desk):
    digest = load(image_release()).digest
    made = Prediction(new_id(), digest, "a", {"image": "AAAA"}, action="review", probability=0.5)
    with Home.open(desk.home) as home:
        home.ledger.keep_predictions([made]).result()
    answer = desk.ask(f"/reviews/{made.id}/image", role="review")
    assert (answer.status, answer.json["code"]) == (404, "serve.no_image")
    settled(desk, made.id)


def test_paths_of_images_are_counted_under_one_name(desk):
    case = waiting(desk)
    desk.ask(case["record"]["image"]["path"], role="review")
    text = desk.ask("/metrics", role="admin").body.decode()
    assert 'luodi_http_requests_total{route="/reviews/{id}/image",status="200"}' in text
    assert case["id"] not in text
    settled(desk, case["id"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A home in which one image waits, and the id of its case."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUODI_LANG", "en")
    name = new_id()
    with image_home(tmp_path / "home") as home:
        digest = home.ledger.releases()[0].digest
        details = {"warnings": ["out_of_range:image"]}
        case = {"record": {"image": text(UNUSUAL)}, "action": "review", "details": details}
        made = Prediction(name, digest, "a", probability=0.5, urgency=1.5, **case)
        home.ledger.keep_predictions([made]).result()
    return tmp_path, name


def test_at_the_terminal_a_person_sees_what_it_is_and_how_to_look_at_it(
    folder, monkeypatch, capsys
):
    _, name = folder
    monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
    assert main(["review", "--home", "home"]) == 0
    said = capsys.readouterr().out
    assert f"image/jpeg, {SIZE[0]} x {SIZE[1]}, {len(UNUSUAL)} bytes" in said
    assert f"luodi review --image {name}" in said
    assert text(UNUSUAL)[:40] not in said


def test_the_image_of_a_case_is_written_as_it_was_sent(folder, capsys):
    place, name = folder
    assert main(["review", "--image", name, "--home", "home", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == f"{name}.jpg" and told["bytes"] == len(UNUSUAL)
    assert (place / f"{name}.jpg").read_bytes() == UNUSUAL
    assert main(["review", "--image", "0" * 32, "--home", "home"]) == 2
    assert main(["review", "--image", name, "--skip", name, "--home", "home"]) == 2
