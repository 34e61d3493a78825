"""The graph of a release as a model of MLflow, in the form that MLflow calls models from code.

``mlflow models serve`` loads this file; ``bench.serve`` and ``bench.ready`` measure beside it.
"""

from __future__ import annotations

from typing import Any

import mlflow

from bench.bare import answering


class Plain(mlflow.pyfunc.PythonModel):
    """It answers what the plain server answers."""

    def load_context(self, context: Any) -> None:
        """Load the graph."""
        self.answer = answering(context.artifacts["release"])

    def predict(self, context: Any, model_input: Any, params: Any = None) -> list[dict[str, Any]]:
        """Answer the records of a frame."""
        return [self.answer(record) for record in model_input.to_dict("records")]


mlflow.models.set_model(Plain())
