"""Puts a server together from its settings, and refuses what would not be safe."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from luodi.core.errors import LuodiError
from luodi.serve.settings import Settings
from luodi.store.home import Home
from luodi.store.ledger import tokens

Say = Callable[[str, dict[str, object]], None]
"""Tells a person something: the name of a phrase and its facts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What all processes of a server share.

    Attributes:
        settings: The settings, with the names worked out.
        listener: The socket.
        where: Its address, to be shown.
    """

    settings: Settings
    listener: socket.socket
    where: str


def serve(settings: Settings, say: Say) -> int:
    """Serve until a signal says to end.

    Args:
        settings: How and what.
        say: Tells a person what is going on.

    Returns:
        The exit status.

    Raises:
        LuodiError: ``serve.public``, ``serve.address``, ``serve.no_champion``, ``home.*``,
            ``release.*``, ``ledger.*``.
    """
    from luodi.serve import one, workers
    from luodi.serve.metrics import Metrics
    from luodi.serve.routes import labels, table

    settings = prepared(settings, say)
    plan = _plan(settings)
    routes = labels(table(settings.names, feedback=True).values())
    metrics = Metrics(settings.names, routes, settings.workers)
    if settings.workers == 1:
        return one.run(plan, metrics, 0, say)
    return workers.supervise(
        settings.workers, lambda number: one.guarded(plan, metrics, number, say, os.getppid())
    )


def prepared(settings: Settings, say: Say) -> Settings:
    """The settings with home and names worked out; what would not be safe is refused."""
    if not settings.auth and not settings.is_loopback:
        raise LuodiError("serve.public", host=settings.host)
    if settings.file is not None:
        settings = _of_file(settings, say)
    home = settings.home
    if settings.auth and home is not None:
        opens = _opens(home)
        if not opens and not settings.is_loopback:
            raise LuodiError("serve.public", host=settings.host)
        if not opens:
            say("serve_no_token", {"home": home})
    if not settings.auth:
        say("serve_no_auth", {})
    if not settings.names:
        settings = replace(settings, names=_in_use(settings))
    return settings


def _opens(home: Path) -> bool:
    """Whether a home has a token that opens something."""
    with Home.open(home) as opened:
        return any(token.revoked_at is None for token in tokens.held(opened.ledger))


def _of_file(settings: Settings, say: Say) -> Settings:
    """Settings for a release file: its name, and a home beside the current folder's files."""
    from luodi.runtime.container import open_release

    assert settings.file is not None
    name = open_release(settings.file).manifest.name
    home = settings.home
    if home is None and (settings.auth or settings.log != "none"):
        home = Path(f"{name}.home")
        if not home.exists():
            Home.create(home).close()
            say("serve_new_home", {"home": home})
    return replace(settings, names=(name,), home=home)


def _in_use(settings: Settings) -> tuple[str, ...]:
    """All tasks of a home that have a champion."""
    assert settings.home is not None
    with Home.open(settings.home) as home:
        names = dict.fromkeys(release.name for release in home.ledger.releases())
        used = tuple(name for name in names if "champion" in home.ledger.aliases(name))
    if not used:
        raise LuodiError("serve.nothing", folder=settings.home.name or ".")
    return used


def _plan(settings: Settings) -> Plan:
    listener = _listening(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return Plan(settings, listener, f"http://{shown}:{port}")


def _listening(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.setblocking(False)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "-"
        raise LuodiError("serve.address", host=host, port=port, reason=reason) from None
    return listener
