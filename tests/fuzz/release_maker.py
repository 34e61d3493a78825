"""A small release made from scratch, and every part of it open to be spoiled by a test."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from luodi.core.manifest import MANIFEST, SEAL, Manifest, canonical_json
from luodi.modalities.tabular.codec import CategoryColumn, Codec, NumberColumn
from luodi.runtime import archive
from luodi.runtime.score import Scorer
from luodi.runtime.seal import envelope, statement, to_sign

ML = "ai.onnx.ml"
ROWS = [
    {"torque": 40.0, "speed": 1500, "type": "L"},
    {"torque": 70.5, "speed": 1200, "type": "M"},
    {"torque": None, "speed": 1800, "type": "H"},
    {"torque": 12.25, "speed": 1350, "type": "新"},
]


def trees(**changes: Any) -> dict[str, Any]:
    """Attributes of two small trees over three columns."""
    return {
        "nodes_splits": numpy_helper.from_array(np.array([50.0, 1300.0, 1.0])),
        "nodes_modes": numpy_helper.from_array(np.zeros(3, np.uint8)),
        "nodes_featureids": [0, 1, 2],
        "nodes_truenodeids": [1, 0, 2],
        "nodes_falsenodeids": [4, 1, 3],
        "nodes_trueleafs": [0, 1, 1],
        "nodes_falseleafs": [1, 1, 1],
        "leaf_targetids": [0, 0, 0, 0, 0],
        "leaf_weights": numpy_helper.from_array(np.array([0.5, -1.25, 0.75, -0.5, 2.0])),
        "tree_roots": [0, 2],
        "n_targets": 1,
        "aggregate_function": 1,
        "post_transform": 0,
    } | changes


def nodes(tree: dict[str, Any] | None = None) -> list[onnx.NodeProto]:
    """Records to probabilities, decision and review."""
    make = helper.make_node
    table = {"keys_strings": ["L", "M", "H"], "values_int64s": [0, 1, 2], "default_int64": -1}
    return [
        make("StringConcat", ["categories", "suffix"], ["texts"]),
        make("LabelEncoder", ["categories"], ["codes"], domain=ML, **table),
        make("Cast", ["codes"], ["coded"], to=TensorProto.DOUBLE),
        make("Concat", ["numbers", "coded"], ["features"], axis=1),
        make("TreeEnsemble", ["features"], ["margin"], domain=ML, **(tree or trees())),
        make("Sigmoid", ["margin"], ["positive"]),
        make("Sub", ["one", "positive"], ["negative"]),
        make("Concat", ["negative", "positive"], ["probabilities"], axis=1),
        make("GreaterOrEqual", ["positive", "threshold"], ["above"]),
        make("Squeeze", ["above", "last"], ["flat"]),
        make("Cast", ["flat"], ["decision"], to=TensorProto.INT64),
        make("Less", ["decision", "zero"], ["review"]),
    ]


def weights() -> list[onnx.TensorProto]:
    """The initializers of ``nodes``."""
    return [
        numpy_helper.from_array(np.array([1.0]), "one"),
        numpy_helper.from_array(np.array([0.6]), "threshold"),
        numpy_helper.from_array(np.array([1]), "last"),
        numpy_helper.from_array(np.array([0]), "zero"),
        helper.make_tensor("suffix", TensorProto.STRING, [1], [b"!"]),
    ]


def model(
    steps: list[onnx.NodeProto] | None = None, constants: list[onnx.TensorProto] | None = None
) -> onnx.ModelProto:
    """The graph around nodes and initializers."""
    info = helper.make_tensor_value_info
    inputs = [
        info("numbers", TensorProto.DOUBLE, ["rows", 2]),
        info("categories", TensorProto.STRING, ["rows", 1]),
    ]
    outputs = [
        info("probabilities", TensorProto.DOUBLE, ["rows", 2]),
        info("decision", TensorProto.INT64, ["rows"]),
        info("review", TensorProto.BOOL, ["rows"]),
    ]
    graph = helper.make_graph(
        nodes() if steps is None else steps,
        "g",
        inputs,
        outputs,
        weights() if constants is None else constants,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(ML, 5)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="t")


def codec() -> dict[str, Any]:
    """The codec that fits ``model``."""
    numbers = (
        NumberColumn("torque", 0.0, 200.0, 3.0, 80.0, False),
        NumberColumn("speed", None, None, 1000.0, 3000.0, True),
    )
    categories = (CategoryColumn("type", ("L", "M", "H"), False),)
    made = Codec("classify", "fails", ("0", "1"), "integer", numbers, categories)
    return made.to_json()


@cache
def good() -> dict[str, bytes]:
    """The contents of a release that holds."""
    graph = model().SerializeToString()
    scores = Scorer(graph, codec()).score(ROWS)
    answers = {
        name: getattr(scores, name).tolist() for name in ("probabilities", "decision", "review")
    }
    parts: dict[str, Any] = {
        "codec.json": codec(),
        "golden.json": {"rows": ROWS, "answers": answers},
        "reference.json": {"rows": 4},
        "plan.json": {"seed": 0},
        "card.json": {"title": "t"},
        "provenance.json": {"luodi": "0"},
    }
    return {name: canonical_json(value) for name, value in parts.items()} | {"model.onnx": graph}


def manifest(contents: dict[str, bytes], modality: str = "tabular") -> Manifest:
    """The manifest of contents."""
    return Manifest.of("t", "classify", modality, contents)


def members(
    contents: dict[str, bytes] | None = None, key: Any = None, modality: str = "tabular"
) -> dict[str, bytes]:
    """All members, with digests that hold; signed when a private key is given."""
    contents = good() if contents is None else contents
    listed = manifest(contents, modality)
    public = key.public_key().public_bytes_raw() if key else None
    payload = statement(listed, public)
    signature = key.sign(to_sign(payload)) if key else None
    sealed = envelope(payload, public, signature)
    return {MANIFEST: listed.to_bytes(), **contents, SEAL: sealed}


def release(key: Any = None, **changes: bytes) -> bytes:
    """A release whose digests hold; ``model=…``, ``card=…`` replace a member."""
    names = {name.split(".")[0]: name for name in good()}
    contents = good() | {names[short]: data for short, data in changes.items()}
    return archive.encode(members(contents, key))
