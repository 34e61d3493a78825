"""What takes long is answered beside the event loop, which answers others meanwhile."""

import asyncio
import json
import threading
import time
from types import SimpleNamespace

import pytest

from image_serving import image_home, image_release, photo, text
from luodi.core.text import base64_bytes, base64_text
from luodi.runtime.load import load
from luodi.serve import aside, portions
from luodi.serve.answers import Question
from luodi.serve.aside import Aside
from luodi.serve.models import Model, Served
from luodi.serve.request import Request
from luodi.serve.settings import Limits
from parts_inside import inside, listening
from serving import NAME

WAIT_S = 20.0


def test_while_an_image_is_decoded_the_server_answers_others(tmp_path, monkeypatch):
    goes_on, begun = threading.Event(), threading.Event()
    solve = portions.solve

    def slow(questions):
        begun.set()
        assert goes_on.wait(WAIT_S)
        solve(questions)

    monkeypatch.setattr(portions, "solve", slow)

    async def asked(app):
        ask = await listening(app)
        image = asyncio.ensure_future(ask("/predict", {"image": text(photo())}))
        assert await asyncio.get_running_loop().run_in_executor(None, begun.wait, WAIT_S)
        alive = await ask("/health/live")
        goes_on.set()
        return alive, await image

    with inside(image_home(tmp_path / "home"), image_release()) as app:
        alive, image = asyncio.run(asked(app))
    assert alive == (200, {"live": True}) and image[0] == 200


def test_bodies_that_wait_for_their_answer_count_as_memory(tmp_path, monkeypatch):
    goes_on, solve = threading.Event(), portions.solve

    def slow(questions):
        assert goes_on.wait(WAIT_S)
        solve(questions)

    monkeypatch.setattr(portions, "solve", slow)
    large = {"image": text(photo("BMP", (640, 480)))}

    async def asked(app):
        ask = await listening(app)
        sent = [asyncio.ensure_future(ask("/predict", large)) for _ in range(6)]
        refused, pending = await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
        small = asyncio.ensure_future(ask("/predict", {"image": text(photo())}))
        goes_on.set()
        return [one.result() for one in refused], await small, await asyncio.gather(*pending)

    home = image_home(tmp_path / "home")
    with inside(home, image_release(), Limits(bodies_mb=4)) as app:
        refused, small, others = asyncio.run(asked(app))
    assert {(status, answer["code"]) for status, answer in refused} == {(503, "serve.busy")}
    assert small[0] == 200 and 200 in {status for status, _ in others}


def question(size=10, served=None):
    request = Request("POST", b"/predict", {}, body=bytes(size))
    return Question(Model(NAME, served), served, (), request)


def groups(sizes, seconds=0.0, served=None):
    """How many questions each call gets, when all of them come at once."""
    taken, lock = [], threading.Lock()

    def run(group, loop):
        time.sleep(seconds * len(group))
        with lock:
            taken.append(len(group))
            if sum(taken) == len(sizes):
                loop.call_soon_threadsafe(done.set)

    async def put():
        threads = Aside(run)
        for number, size in enumerate(sizes):
            threads.put(question(size, served[number] if served else None), lambda one: None)
        await asyncio.wait_for(done.wait(), WAIT_S)
        threads.close()

    done = asyncio.Event()
    asyncio.run(put())
    return taken


def test_what_is_answered_fast_goes_together_and_nobody_is_forgotten():
    taken = groups([10] * 400)
    assert sum(taken) == 400 and max(taken) > 8 and max(taken) <= aside.MOST_QUESTIONS


def test_what_takes_long_goes_alone():
    assert groups([10] * 6, seconds=2 * aside.MOMENT_S) == [1] * 6


def test_long_bodies_go_alone():
    assert groups([aside.MOST_BODY_BYTES] * 20) == [1] * 20


def test_questions_to_two_releases_do_not_mix():
    one, other = SimpleNamespace(), SimpleNamespace()
    assert groups([10] * 20, served=[one, other] * 10) == [1] * 20


def test_who_went_away_is_answered_no_further():
    served = Served(load(image_release()))
    request = Request("POST", b"/predict", {}, gone=True)
    asked = Question(Model(NAME, served), served, [{"image": text(photo())}], request)
    portions.solve([asked])
    assert asked.answers is None and asked.error.code == "serve.busy"


def test_a_portion_is_scored_before_the_next_is_laid_out(monkeypatch):
    monkeypatch.setattr(portions, "PORTION_BYTES", 1)
    served = Served(load(image_release()))
    files = [photo("PNG", (10 + number, 12), number) for number in range(5)]
    request = Request("POST", b"/predict", {})
    asked = [
        Question(Model(NAME, served), served, [{"image": text(one)} for one in some], request)
        for some in (files[:2], [photo()[:-9]], files[2:])
    ]
    portions.solve(asked)
    assert [one.error and one.error.code for one in asked] == [None, "rows.image_broken", None]
    said = [answer["decision"] for one in asked for answer in one.answers or ()]
    assert said == [served.release.predict({"image": one})["decision"] for one in files]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 3 * 2**18, 3 * 2**18 + 1, 2**20])
def test_base64_of_any_length_is_the_usual_one(size):
    import base64

    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert base64_text(data) == base64.b64encode(data).decode()
    assert base64_bytes(base64_text(data)) == data


@pytest.mark.parametrize("wrong", ["A", "AA=A", "A===", "AA==AAAA", "AA-_", "AAA\n", "ÄAAA", "="])
def test_what_is_no_base64_is_refused(wrong):
    with pytest.raises(ValueError):
        base64_bytes(wrong)


def test_a_record_of_many_texts_is_read_as_one_of_few():
    from luodi.serve import strict

    for value in ({"a": "x" * 3_000_000, "b": ['"', "\\", '\\"{[:', 1]}, [{"a": "\\" * 2_000_001}]):
        assert strict.decode(json.dumps(value).encode(), 4) == value
