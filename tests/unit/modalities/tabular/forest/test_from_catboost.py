"""A full disk while CatBoost writes its model is told as that."""

import catboost
import pytest

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.forest.catboost import from_catboost


class Unwritable:
    def save_model(self, path, format):
        raise catboost.CatBoostError("(Error 28: No space left on device) util/system/file.cpp")


class CutOff:
    def save_model(self, path, format):
        with open(path, "w") as file:
            file.write('{"oblivious_trees": [')


@pytest.mark.parametrize("model", [Unwritable(), CutOff()])
def test_a_model_that_cannot_be_written_is_an_error_of_the_environment(model):
    with pytest.raises(LuodiError) as caught:
        from_catboost(model)
    assert caught.value.code == "environment.temporary"
    assert "file.cpp" not in str(caught.value)
