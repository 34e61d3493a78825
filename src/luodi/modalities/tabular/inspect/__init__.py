"""Detectors that know tables: what is wrong with these records, with the evidence in numbers.

Importing this package is cheap; the detectors and their libraries are loaded when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.core.events import Listener, silent

if TYPE_CHECKING:
    from luodi.core.task import Task
    from luodi.core.values import Dataset, Finding


def inspect(dataset: Dataset, task: Task, listener: Listener = silent) -> tuple[Finding, ...]:
    """What is wrong with these records, as far as a table shows it.

    Args:
        dataset: The records, as read.
        task: The task.
        listener: Told which group of detectors runs.

    Returns:
        The findings, those about leaks first. More than 100,000 rows are sampled, which is a
        finding too.
    """
    from luodi.modalities.tabular.inspect.detectors import inspected

    return inspected(dataset, task, listener)
