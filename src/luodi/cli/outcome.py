"""How a verb ends: an exit status, and for an error one text that says what to do."""

from __future__ import annotations

import errno
import functools
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from luodi.cli.speech import answer_json, phrase, say, speaking
from luodi.core.errors import LuodiError

INTERRUPTED = 130
READER_GONE = 141
EXTRAS = {"onnxruntime": "runtime", "httptools": "serve", "msgspec": "serve"}
EXTRAS |= {"sqlalchemy": "serve", "alembic": "serve"}
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


def verb(body: Callable[..., int]) -> Callable[..., int]:
    """A verb whose every end is an exit status, never a traceback.

    Args:
        body: The verb; it takes ``as_json`` and ``lang`` beside its own options.

    Returns:
        The same function, with errors told and turned into their exit status.
    """

    @functools.wraps(body)
    def guarded(*args: Any, **options: Any) -> int:
        with speaking(options.get("lang")), _quiet():
            return _ended(lambda: int(body(*args, **options)), options.get("as_json", False))

    return guarded


@contextmanager
def _quiet() -> Iterator[None]:
    """Warnings of libraries are for developers: they show with LUODI_DEBUG only."""
    with warnings.catch_warnings():
        if not os.environ.get("LUODI_DEBUG"):
            warnings.simplefilter("ignore")
        yield


def _ended(work: Callable[[], int], as_json: bool) -> int:
    try:
        return work()
    except LuodiError as error:
        return told(error, as_json)
    except KeyboardInterrupt:
        say(phrase("interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        return _hush()
    except ModuleNotFoundError as error:
        return _missing(error, as_json)
    except OSError as error:
        return _refused(error, as_json)
    except Exception as error:  # the last net: a person gets a message, never a traceback
        return _unexpected(error, as_json)


def told(error: LuodiError, as_json: bool = False) -> int:
    """Tell an error on stderr, and as JSON on stdout where JSON was asked for."""
    say(str(error))
    if as_json:
        answer_json({"error": error.record()})
    return int(error.exit)


def _missing(error: ModuleNotFoundError, as_json: bool) -> int:
    if not error.name or error.name.split(".")[0] == "luodi":
        return _unexpected(error, as_json)
    package = error.name.split(".")[0]
    extra = EXTRAS.get(package, "train")
    return told(LuodiError("environment.missing_package", package=package, extra=extra), as_json)


def _refused(error: OSError, as_json: bool) -> int:
    """A disk that is full or may not be written to; other errors of the system are unforeseen."""
    if error.errno not in DISK:
        return _unexpected(error, as_json)
    what = os.path.basename(str(error.filename)) if error.filename else phrase("a_file")
    reason = os.strerror(error.errno)
    return told(LuodiError("environment.disk", what=what, reason=reason), as_json)


def _unexpected(error: Exception, as_json: bool) -> int:
    if os.environ.get("LUODI_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    reason = " ".join(str(error).split())[:300] or "-"
    return told(LuodiError("cli.unexpected", kind=type(error).__name__, reason=reason), as_json)


def _hush() -> int:
    """The reader of stdout went away (``| head``): end quietly, also when Python closes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE


def guarded(work: Callable[[], int], as_json: bool) -> int:
    """What goes wrong in one round, or with one task, ends neither the others nor the loop."""
    try:
        return work()
    except LuodiError as error:
        return told(error, as_json)
