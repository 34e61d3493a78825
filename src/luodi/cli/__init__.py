"""The command line: one thin module per verb, and nothing heavy before a verb needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after ``luodi``; those of this process when not given.

    Returns:
        The exit status: 0 done, 1 a gate failed or a model in use is broken or worse, 2 usage or
        task file, 3 data breaks its contract, 4 environment, 130 interrupted, 141 the reader of
        the output went away.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    # pydantic, which reads the options, would look through every installed package for plugins
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
    try:
        from luodi.cli.app import run
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("luodi"):
            raise
        from luodi.core.errors import needs

        print(needs(str(error.name), "train"), file=sys.stderr)
        return 4
    return run(given)
