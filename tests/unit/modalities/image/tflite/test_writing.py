"""A .tflite file says what the graph says, and holds whole numbers where it should."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from candidates import SIDE, candidate, pictures

from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.modalities.image import tflite
from luodi.modalities.image.graph.compose import composed
from luodi.modalities.image.learn.networks import NETWORKS
from luodi.modalities.image.tflite.file import kind_of, read
from luodi.modalities.image.tflite.paper import read_paper, with_paper
from luodi.modalities.image.tflite.session import opened
from luodi.modalities.image.tflite.writing import in_integers


@cache
def float32(family: str, channels: int = 1) -> bytes:
    """The file of a family, made once."""
    return tflite.converted(candidate(family, channels=channels))


def both(made, model: bytes, images: np.ndarray) -> tuple[list, list]:
    """What graph and file say."""
    graph = Session(composed(made), "classify")
    return graph({"image": images}), tflite.EdgeSession(model)({"image": images})


def layers(model: bytes) -> list[tuple[str, np.dtype]]:
    """Kind of each layer and the type of what it gives."""
    whole = read(model)
    graph = whole.subgraphs[0]
    types = {0: "float32", 3: "uint8", 9: "int8"}
    return [
        (kind_of(whole, one), types.get(graph.tensors[one.outputs[0]].type, "other"))
        for one in graph.operators
    ]


@pytest.mark.parametrize("family", sorted(NETWORKS))
def test_every_family_answers_as_its_graph(family):
    made, model = candidate(family, channels=3), float32(family, 3)
    want, got = both(made, model, pictures(channels=3))
    assert got[0] == pytest.approx(want[0], abs=1e-5)
    assert (got[1] == want[1]).all() and (got[2] == want[2]).all()
    assert {kind for _, kind in layers(model)} == {"float32"}


def test_a_network_asks_about_the_mirror_image_in_its_file_too():
    made = candidate("lenet", channels=3)
    (member,) = made.members
    twice = replace(member, models=(replace(member.models[0], mirrored=True),))
    once, made = made, replace(made, members=(twice,))
    model = tflite.converted(made)
    want, got = both(made, model, pictures(channels=3))
    assert got[0] == pytest.approx(want[0], abs=1e-5)
    assert np.abs(both(once, model, pictures(channels=3))[0][0] - want[0]).max() > 1e-3
    smaller = tflite.EdgeSession(in_integers(model, pictures(channels=3)))
    assert np.abs(smaller({"image": pictures(channels=3)})[0] - want[0]).max() < 0.2


@pytest.mark.parametrize("family", ["lenet", "mobilenet", "resnet8"])
def test_in_whole_numbers_only_the_answer_is_in_single_precision(family):
    made, model = candidate(family, channels=3), float32(family, 3)
    smaller = in_integers(model, pictures(channels=3))
    want, got = both(made, smaller, pictures(channels=3))
    assert np.abs(got[0] - want[0]).max() < 0.2  # what it loses is judged with trained networks
    found = layers(smaller)
    place = [kind for kind, _ in found].index("DEQUANTIZE")
    assert {kind for _, kind in found[:place]} == {"int8"}
    assert found[0][0] == "QUANTIZE" and [k for k, _ in found[place:]] == ["DEQUANTIZE", "SOFTMAX"]
    assert len(smaller) < len(model)


def test_pixels_go_in_as_they_are_at_the_size_of_the_network():
    model = float32("linear")
    dark = (pictures() // 4).astype(np.uint8)  # no pixel is brighter than 63
    for file, kind in ((model, np.float32), (in_integers(model, dark), np.uint8)):
        interpreter = opened(file)
        (given,), (said,) = interpreter.get_input_details(), interpreter.get_output_details()
        assert given["shape"].tolist() == [1, *SIDE, 1] and given["dtype"] == kind
        assert given["name"] == "image" and said["name"] == "probabilities"
        assert said["shape"].tolist() == [1, 3] and said["dtype"] == np.float32
        signature = interpreter.get_signature_list()["serving_default"]
        assert signature == {"inputs": ["image"], "outputs": ["probabilities"]}
    assert given["quantization"] == (1.0, 0)


def test_members_are_weighed_and_calibrated():
    calibration = {"slope": 2.5, "offset": 0.0}
    made = candidate("linear", "mlp", calibration=calibration, weights=(0.75, 0.25))
    want, got = both(made, tflite.converted(made), pictures(60))
    assert got[0] == pytest.approx(want[0], abs=2e-5)


def test_the_calibration_holds_where_a_probability_has_no_complement_in_single_precision():
    made = candidate("linear", classes=2, calibration={"slope": 0.3, "offset": 0.2})
    made.members[0].models[0].network[-1].weight.data *= 25
    want, got = both(made, tflite.converted(made), pictures(200))
    uncalibrated = candidate("linear", classes=2)
    uncalibrated.members[0].models[0].network[-1].weight.data *= 25
    bare = Session(composed(uncalibrated), "classify")({"image": pictures(200)})[0]
    assert (bare.max(axis=1) > 1 - 2**-25).any()  # else this would show nothing
    assert got[0] == pytest.approx(want[0], abs=2e-5)


def test_a_conversion_prints_nothing(capfd):
    tflite.converted(candidate("linear"), pictures())
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_file_says_itself_how_to_decide():
    model = float32("linear")
    for file in (model, in_integers(model, pictures())):
        data = read_paper(file)
        assert data["classes"] == ["a", "b", "c"] and data["decision"]["review"] == 0.4
        assert (data["height"], data["width"], data["channels"]) == (*SIDE, 1)


@pytest.mark.parametrize("foreign", [b"", b"TFL3", bytes(200), b"\xff" * 64, b"x" * 5000])
def test_foreign_bytes_are_refused(foreign):
    with pytest.raises(LuodiError) as raised:
        tflite.EdgeSession(foreign)
    assert raised.value.code == "convert.no_paper"


def test_a_paper_that_does_not_fit_its_file_is_refused():
    model = float32("linear")
    with pytest.raises(LuodiError) as raised:
        tflite.EdgeSession(with_paper(model, {**read_paper(model), "height": 20}))
    assert raised.value.code == "convert.no_paper" and "20" in raised.value.facts["reason"]


def test_images_of_any_size_come_back_in_their_order():
    made = candidate("linear", channels=3)
    session = tflite.EdgeSession(float32("linear", 3))
    random = np.random.default_rng(0)
    mixed = np.empty(70, object)
    for row in range(70):
        sides = (9, 30) if row % 3 else SIDE
        mixed[row] = random.integers(0, 256, (*sides, 3)).astype(np.uint8)
    together = session({"image": mixed})
    graph = Session(composed(made), "classify")({"image": mixed})
    assert together[0] == pytest.approx(graph[0], abs=1e-5)
    for row in (0, 1, 69):
        assert session({"image": mixed[row][None]})[0][0].tolist() == together[0][row].tolist()
