"""The loop of the README runs live: a sensor dies, the alarm says so, a challenger takes over."""

import os
import signal
from contextlib import suppress

import tours


def test_the_loop_runs_as_the_readme_shows(tmp_path):
    folder = tours.folder_for(tmp_path)
    try:
        tours.walk("loop", folder)
    finally:
        with suppress(OSError, ValueError):
            os.kill(int((folder / "serve.pid").read_text()), signal.SIGTERM)
