"""Tree ensembles of every library as one frozen value and one ONNX node."""

from luodi.modalities.tabular.forest.catboost import from_catboost
from luodi.modalities.tabular.forest.combine import compact, merge
from luodi.modalities.tabular.forest.emit import nodes
from luodi.modalities.tabular.forest.extra_trees import from_extra_trees
from luodi.modalities.tabular.forest.lightgbm import from_lightgbm
from luodi.modalities.tabular.forest.proof import leaves, same_leaves, split_points
from luodi.modalities.tabular.forest.value import Forest
from luodi.modalities.tabular.forest.xgboost import from_xgboost

__all__ = [
    "Forest",
    "compact",
    "from_catboost",
    "from_extra_trees",
    "from_lightgbm",
    "from_xgboost",
    "leaves",
    "merge",
    "nodes",
    "same_leaves",
    "split_points",
]
