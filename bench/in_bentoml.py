"""The graph of a release as a service of BentoML; ``bench.serve`` measures beside it."""

from __future__ import annotations

import os
from typing import Any

import bentoml

from bench.bare import answering

RELEASE = "BENCH_RELEASE"


@bentoml.service(workers=1)
class Plain:
    """It answers what the plain server answers."""

    def __init__(self) -> None:
        self.answer = answering(os.environ[RELEASE])

    @bentoml.api
    def predict(self, record: dict[str, Any]) -> dict[str, Any]:
        """Answer one record."""
        return self.answer(record)
