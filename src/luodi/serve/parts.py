"""The parts of one server, put together once and handed to whatever answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from luodi.serve.access import Access
from luodi.serve.batcher import Batcher
from luodi.serve.codecs import Codecs
from luodi.serve.doors import Doors
from luodi.serve.health import Health
from luodi.serve.metrics import Metrics
from luodi.serve.models import Model
from luodi.serve.settings import Limits

if TYPE_CHECKING:
    from luodi.store.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server is made of.

    Attributes:
        models: The tasks in service by name; the first one answers where none is named.
        doors: Who may come in.
        batcher: What answers.
        metrics: What counts.
        health: Whether the server would answer.
        ledger: Where outcomes are kept; None for nowhere.
        codecs: What can be true; None where no outcomes are kept.
        limits: What a client may ask.
        access: The log.
        version: The version of luodi, to be shown.
    """

    models: Mapping[str, Model]
    doors: Doors
    batcher: Batcher
    metrics: Metrics
    health: Health
    ledger: Ledger | None
    codecs: Codecs | None
    limits: Limits
    access: Access
    version: str = ""
