"""The reader reads what protobuf writes, number by number, and nothing else."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from fuzz.release_maker import model
from luodi.core.errors import LuodiError
from luodi.runtime import protobuf, schema

INT64 = st.integers(-(2**63), 2**63 - 1)
FLOAT32 = st.floats(width=32, allow_nan=False)


def attribute(**fields) -> dict:
    return protobuf.read(onnx.AttributeProto(**fields).SerializeToString(), schema.ATTRIBUTE)


@settings(max_examples=100, deadline=None)
@given(st.lists(INT64, max_size=60), st.lists(FLOAT32, max_size=40), INT64, st.binary(max_size=300))
def test_attributes_are_read_as_they_were_written(integers, floats, integer, text):
    read = attribute(name="a", i=integer, s=text, ints=integers, floats=floats)
    assert read["i"] == integer
    assert read["s"] == text
    assert read.get("ints", np.empty(0)).tolist() == integers
    assert read.get("floats", np.empty(0)).tolist() == floats


@pytest.mark.parametrize("window", [64, 100, 1000])
def test_long_runs_are_read_across_windows(monkeypatch, window):
    monkeypatch.setattr(protobuf, "WINDOW_BYTES", window)
    numbers = [(-1) ** i * (1 << i % 63) for i in range(500)]
    read = attribute(
        name="a", ints=numbers, floats=[0.5] * 9, strings=[b"x" * i for i in range(300)]
    )
    assert read["ints"].tolist() == numbers
    assert list(map(len, read["strings"])) == list(range(300))


@settings(max_examples=50, deadline=None)
@given(st.lists(INT64, max_size=30), st.lists(st.floats(), max_size=30))
def test_packed_runs_are_read_as_they_were_written(integers, doubles):
    made = onnx.TensorProto(int64_data=integers, double_data=doubles)
    read = protobuf.read(made.SerializeToString(), schema.TENSOR)
    np.testing.assert_array_equal(read.get("int64_data", []), integers)
    np.testing.assert_array_equal(read.get("double_data", []), doubles)


def test_a_whole_model_is_read(subtests=None):
    read = protobuf.read(model().SerializeToString(), schema.MODEL)
    graph = model().graph
    assert [node["op_type"].decode() for node in read["graph"]["node"]] == [
        n.op_type for n in graph.node
    ]
    assert [t["name"].decode() for t in read["graph"]["initializer"]] == [
        t.name for t in graph.initializer
    ]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_crash(data):
    for message in (schema.MODEL, schema.ATTRIBUTE, schema.TENSOR):
        try:
            protobuf.read(data, message)
        except LuodiError as error:
            assert error.code in ("release.graph_bytes", "release.graph_field")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_is_read_is_what_protobuf_reads(data):
    """A spoiled attribute is either refused, or both readers agree on its numbers."""
    made = bytearray(
        helper.make_attribute("a", data.draw(st.lists(INT64, min_size=1))).SerializeToString()
    )
    at = data.draw(st.integers(0, len(made) - 1))
    made[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = protobuf.read(bytes(made), schema.ATTRIBUTE)
    except LuodiError:
        return
    theirs = onnx.AttributeProto.FromString(bytes(made))
    assert read.get("ints", np.empty(0)).tolist() == list(theirs.ints)
    assert read.get("floats", np.empty(0)).tolist() == list(theirs.floats)
    assert read.get("strings", []) == list(theirs.strings)


def test_the_schema_is_onnx_own():
    """Every number in the schema, allowed or refused, is the field of that name in onnx."""
    for message in (
        schema.MODEL,
        schema.GRAPH,
        schema.NODE,
        schema.ATTRIBUTE,
        schema.TENSOR,
        schema.TYPE,
        schema.TENSOR_TYPE,
        schema.SHAPE,
        schema.DIMENSION,
        schema.VALUE,
        schema.OPSET,
        schema.ENTRY,
    ):
        theirs = onnx
        for part in message.name.split("."):
            theirs = getattr(theirs, part, None) or getattr(onnx, part)
        numbers = {f.number: f.name for f in theirs.DESCRIPTOR.fields}
        ours = {n: f.name for n, f in message.fields.items()} | dict(message.refused)
        assert ours == {n: numbers.get(n) for n in ours}
        assert not set(message.fields) & set(message.refused)


def test_thirty_mebibytes_of_forest_are_read_about_as_fast_as_onnx_reads_them():
    from time import thread_time

    numbers = np.random.default_rng(0).integers(0, 10**6, 400_000).tolist()
    splits = numpy_helper.from_array(np.ones(400_000))
    made = helper.make_node("TreeEnsemble", ["x"], ["y"], a=numbers, b=numbers, c=splits)
    data = made.SerializeToString()
    ours, theirs = [], []
    for _ in range(5):
        start = thread_time()
        protobuf.read(data, schema.NODE)
        ours.append(thread_time() - start)
        start = thread_time()
        onnx.NodeProto.FromString(data)
        theirs.append(thread_time() - start)
    assert min(ours) < 10 * min(theirs) + 0.05


def test_types_that_a_tensor_may_have_are_onnx_own():
    from luodi.runtime.weights import STRING, TYPES

    assert STRING == TensorProto.STRING
    for number, (code, _) in TYPES.items():
        assert helper.tensor_dtype_to_np_dtype(number) == np.dtype(code)
