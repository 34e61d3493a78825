"""Ctrl-C as a question that long work asks between two steps, so that it can end well."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deferred() -> Iterator[Callable[[], bool]]:
    """Within the block the first Ctrl-C is only noted; a second one is raised as always.

    Other threads than the main one, and programs that handle the signal in their own way, are
    left alone.

    Yields:
        Whether Ctrl-C was pressed, also after the block; whoever asks raises ``KeyboardInterrupt``.
    """
    pressed = threading.Event()
    if not _usual():
        yield pressed.is_set
        return

    def press(number: int, frame: FrameType | None) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _usual() -> bool:
    """Whether Ctrl-C would raise ``KeyboardInterrupt`` here."""
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@contextmanager
def undisturbed() -> Iterator[Callable[[], bool]]:
    """A block in which Ctrl-C is raised as always, beside ``deferred``."""
    yield lambda: False


def either(one: Callable[[], bool], other: Callable[[], bool]) -> Callable[[], bool]:
    """A stop that comes true with the first of two."""
    return lambda: one() or other()
