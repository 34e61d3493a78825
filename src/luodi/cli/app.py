"""The verbs, put together; usage errors speak like every other error."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from luodi import __version__
from luodi.cli.outcome import INTERRUPTED, told
from luodi.cli.speech import answer, say, speaking
from luodi.core.errors import LuodiError

# Each is a function of its name in a module of its name, in the order of the help.
VERBS = (
    *("new", "check", "build", "compress", "show", "verify", "predict", "explain"),
    *("init", "promote", "rollback", "history", "export", "backup", "restore"),
    *("serve", "token", "feedback", "correct", "review", "monitor", "status", "improve", "replay"),
    "schema",
)

# click's own base error; typer brings its own copy of click in newer versions.
_UsageError: type[Exception] = typer.BadParameter.__mro__[2]


def _version(wanted: bool) -> None:
    if wanted:
        answer(f"luodi {__version__}")
        raise typer.Exit


def _luodi(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From raw records to one judged release file that scores the same everywhere."""


def application(verbs: Sequence[str] = VERBS) -> typer.Typer:
    """The command line with some of its verbs; the modules of the others are not loaded."""
    app = typer.Typer(
        name="luodi",
        help="From raw records to one judged release file that scores the same everywhere.",
        epilog="Exit status: 0 done, 1 a gate failed or a model in use is broken or worse, "
        "2 usage or task file, 3 data breaks its contract, 4 environment.",
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_luodi)
    for name in verbs:
        app.command()(getattr(import_module(f"luodi.cli.{name}"), name))
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit status."""
    named = [word for word in arguments[:1] if word in VERBS]
    try:
        ended = application(named or VERBS)(
            args=list(arguments), prog_name="luodi", standalone_mode=False
        )
    except typer.Abort:
        return INTERRUPTED
    except _UsageError as error:
        return _misused(error, arguments)
    return ended if isinstance(ended, int) else 0


def _misused(error: Exception, arguments: Sequence[str]) -> int:
    """A usage error in the language asked for; a bare ``luodi`` shows its help."""
    said = str(getattr(error, "format_message", lambda: error)()).strip()
    reason = said.replace("Value error, ", "")
    if not arguments:
        say(reason)
        return 2
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "luodi"
    with speaking(_language_in(arguments)):
        usage = LuodiError("cli.usage", reason=reason, command=command)
        return told(usage, as_json="--json" in arguments)


def _language_in(arguments: Sequence[str]) -> str | None:
    """The value of ``--lang`` in a line that could not be read."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None
