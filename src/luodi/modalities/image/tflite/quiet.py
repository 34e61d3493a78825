"""Libraries that talk while they work, kept silent."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress

STREAMS = (1, 2)
_one = threading.RLock()
"""Two at a time would put back each other's silence."""


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing that is written to the standard streams inside comes out; errors still rise.

    The converter prints from Python and from C++, which knows the numbers of the streams only, so
    these lead nowhere for that long. Other threads are silent too: only a build calls this.
    """
    with _one, ExitStack() as back:
        back.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)
        back.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        back.enter_context(_nowhere())
        back.enter_context(redirect_stdout(io.StringIO()))
        back.enter_context(redirect_stderr(io.StringIO()))
        yield


@contextmanager
def _nowhere() -> Iterator[None]:
    """The streams by their numbers; what waits to be written goes where it was meant to go."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(ValueError, OSError):
            stream.flush()
    nowhere, kept = os.open(os.devnull, os.O_WRONLY), [os.dup(number) for number in STREAMS]
    try:
        for number in STREAMS:
            os.dup2(nowhere, number)
        yield
    finally:
        for number, own in zip(STREAMS, kept, strict=True):
            os.dup2(own, number)
            os.close(own)
        os.close(nowhere)
