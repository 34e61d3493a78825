"""Batches are cut where they always were; images of several sizes come back in order."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

from luodi.core import cuts
from luodi.core.session import Session, chunk


def graph(kind: int, shape: list, name: str, nodes: list) -> bytes:
    made = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, kind, shape)],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["rows"])],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(made, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture(scope="module")
def mean() -> Session:
    """The mean of each image."""
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float"], ["value"], axes=[1, 2, 3], keepdims=0),
    ]
    return Session(graph(TensorProto.UINT8, ["rows", "h", "w", "c"], "image", nodes), "regress")


@pytest.fixture(scope="module")
def total() -> Session:
    """The sum of each row of a table."""
    nodes = [
        helper.make_node("Cast", ["numbers"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float"], ["value"], axes=[1], keepdims=0),
    ]
    return Session(graph(TensorProto.DOUBLE, ["rows", 3], "numbers", nodes), "regress")


class Watched:
    """Stands for a native session and keeps the shapes that it ran."""

    def __init__(self, native: object) -> None:
        self.native, self.shapes = native, []

    def run(self, names: list, feeds: dict, options: object = None) -> list:
        self.shapes.append(next(iter(feeds.values())).shape)
        return self.native.run(names, feeds)


@pytest.fixture
def watch(monkeypatch):
    def of(session: Session) -> list:
        watched = Watched(session.native)
        monkeypatch.setattr(session, "native", watched)
        return watched.shapes

    return of


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 5000])
def test_tables_are_cut_by_their_number_of_rows_alone(total, watch, rows):
    numbers = np.random.default_rng(0).normal(size=(rows, 3))
    shapes = watch(total)
    (value,) = total({"numbers": numbers})
    step = chunk(rows)
    wanted = [min(step, rows - at) for at in range(0, rows, step)] or [0]
    assert sorted(shape[0] for shape in shapes) == sorted(wanted)
    np.testing.assert_allclose(value, numbers.mean(axis=1), atol=1e-6)


def test_tables_that_come_in_parts_are_cut_alike(total, watch):
    numbers = np.random.default_rng(0).normal(size=(5000, 3))
    whole = total({"numbers": numbers})[0]
    step = chunk(5000)
    parts = ({"numbers": numbers[at : at + 2 * step]} for at in range(0, 5000, 2 * step))
    np.testing.assert_array_equal(total.stream(5000, parts)[0], whole)


def images(sizes: list[tuple[int, int]]) -> np.ndarray:
    random = np.random.default_rng(1)
    mixed = np.empty(len(sizes), object)
    mixed[:] = [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    return mixed


SIZES = [(4, 5), (6, 3), (4, 5), (2, 9), (6, 3)] * 60


def test_images_of_several_sizes_are_run_by_size_and_come_back_in_order(mean, watch):
    mixed = images(SIZES)
    shapes = watch(mean)
    (value,) = mean({"image": mixed})
    alone = [mean({"image": image[None]})[0][0] for image in mixed]
    np.testing.assert_allclose(value, alone, rtol=1e-6)
    assert sum(shape[0] for shape in shapes[: -len(mixed)]) == len(mixed)
    assert {shape[1:3] for shape in shapes} == set(SIZES)


@pytest.mark.parametrize("rows", [1, 2, 300])
def test_images_of_several_sizes_may_come_in_parts(mean, rows):
    mixed = images(SIZES[:rows])
    whole = mean({"image": mixed})[0]
    parts = ({"image": mixed[at : at + 256]} for at in range(0, rows, 256))
    np.testing.assert_array_equal(mean.stream(rows, parts)[0], whole)


def test_the_same_images_give_the_same_bits_each_time(mean):
    mixed = images(SIZES)
    assert mean({"image": mixed})[0].tobytes() == mean({"image": mixed})[0].tobytes()


def test_parts_of_one_size_and_of_several_may_follow_each_other(mean):
    mixed = images([(4, 5)] * 256 + SIZES)
    parts = [{"image": np.stack(list(mixed[:256]))}, {"image": mixed[256:]}]
    wanted = mean({"image": mixed})[0]
    np.testing.assert_allclose(mean.stream(len(mixed), parts)[0], wanted, rtol=1e-6)


def test_few_images_run_at_once(mean, watch, monkeypatch):
    shapes = watch(mean)
    stack = np.zeros((100, 8, 8, 3), np.uint8)
    mean({"image": stack})
    assert sorted(shape[0] for shape in shapes) == [4, 32, 32, 32]
    monkeypatch.setattr(cuts, "MOST_IMAGE_BYTES", 400)
    shapes.clear()
    mean({"image": stack})
    assert {shape[0] for shape in shapes} == {2}
    monkeypatch.setattr(cuts, "MOST_IMAGE_BYTES", 1)
    shapes.clear()
    mean({"image": stack})
    assert {shape[0] for shape in shapes} == {1}


@pytest.mark.parametrize("rows", [0, 1])
def test_no_image_and_one_image_are_run_as_they_are(mean, rows):
    assert mean({"image": np.ones((rows, 4, 4, 3), np.uint8)})[0].tolist() == [1.0] * rows
