"""Stage 4: judge what would be shipped, on records that nothing before has seen.

``judge`` runs the exported graph, never the training object. ``check_gates`` refuses gates that
could not be judged, before training. The shape of ``Verdict.details`` stands in ``details``.
"""

from luodi.evaluate.details import Details
from luodi.evaluate.gates import check_gates, figure_names
from luodi.evaluate.judge import judge

__all__ = ["Details", "check_gates", "figure_names", "judge"]
