"""A forest of many trees is cut into several nodes of the graph, and nothing else changes."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from luodi.modalities.tabular import forest as trees
from luodi.modalities.tabular.forest import proof
from luodi.modalities.tabular.forest.parts import parts
from luodi.modalities.tabular.forest.value import joined
from unit.modalities.tabular.forest import walked


@pytest.fixture
def rows() -> np.ndarray:
    X = np.random.default_rng(3).normal(size=(300, 5)).astype(np.float32)
    X[::7, 2] = np.nan
    return X


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
@pytest.mark.parametrize("goal", ["binary", "multi", "regress"])
def test_the_parts_of_a_forest_are_its_trees_in_order(train, library, goal):
    forest = train(library, goal, True).forest
    cut = parts(forest, 7)
    assert [part.trees for part in cut[:-1]] == [7] * (len(cut) - 1) and cut[-1].trees <= 7
    again = joined(cut)
    for item in fields(forest):
        assert np.array_equal(getattr(again, item.name), getattr(forest, item.name)), item.name


def test_a_compacted_forest_can_be_cut_too(train, rows):
    forest = trees.compact(train("catboost", "binary", False, depth=8).forest)
    total = sum(walked.margins(part, rows) for part in parts(forest, 3))
    assert np.allclose(total, walked.margins(forest, rows), rtol=0, atol=1e-12)


def test_many_trees_become_several_nodes_that_add_up(train, rows, onnx_margins):
    forest = train("lightgbm", "multi", True, rounds=200).forest
    nodes, _ = trees.nodes(forest, "x", "y", "trees")
    assert [n.op_type for n in nodes].count("TreeEnsemble") == 3  # 600 trees
    assert np.abs(onnx_margins(forest, rows) - walked.margins(forest, rows)).max() < 1e-12


def test_leaves_are_found_in_every_part(train, rows):
    forest = train("lightgbm", "multi", True, rounds=200).forest
    wanted = np.take(forest.leaf_number, walked.leaves(forest, rows))
    assert np.array_equal(proof.leaves(forest, rows), wanted)
