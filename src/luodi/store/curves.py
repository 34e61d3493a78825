"""Curves of trainings as the event files that TensorBoard reads, by its own writer.

That writer (``EventFileWriter``, which torch's stands on too) appends records with check sums and
opens the files by itself; it is called here because only this room writes files.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from luodi.core.errors import needs
from luodi.store import disk


class Curves:
    """Event files in one folder, one folder below it for each run; open until ``with`` ends.

    Args:
        folder: The folder; it is made when it is not there.

    Raises:
        LuodiError: ``environment.missing_package`` without the package tensorboard;
            ``environment.disk``.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ImportError:
            raise needs("tensorboard", "tensorboard") from None
        self._open = EventFileWriter
        self._folder = disk.make_folder(folder)
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> Curves:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, run: str, step: int, values: Mapping[str, float]) -> None:
        """Add one point to each curve of a run; it can be looked at at once.

        Where a run begins at a later step, it goes on with one that was cut off, and what that
        one had written from this step on is shown no more.

        Args:
            run: Name of the run, a path below the folder.
            step: Number of the point.
            values: Value by name of the curve; what is not finite is left out.

        Raises:
            LuodiError: ``environment.disk``.
        """
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        known = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in values.items()
            if math.isfinite(value)
        ]
        try:
            writer = self._writer(run, step)
            writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=known)))
            writer.flush()
        except OSError as error:
            raise disk.refused(self._folder, error) from None

    def close(self) -> None:
        """Close all files."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _writer(self, run: str, step: int) -> Any:
        """The writer of a run."""
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog

        if run not in self._writers:
            self._writers[run] = self._open(str(self._folder / run))
            start = SessionLog(status=SessionLog.START)
            self._writers[run].add_event(Event(wall_time=time.time(), step=step, session_log=start))
        return self._writers[run]
