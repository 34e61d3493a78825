"""Who sits at the command line, for the audit."""

from __future__ import annotations

import getpass


def actor() -> str:
    """The user's name; ``unknown`` in a container whose user has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
