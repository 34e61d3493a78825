"""Alarms to a webhook: each until it is taken, in order, whatever went wrong in between."""

from __future__ import annotations

import json

from luodi.monitor import outlets
from luodi.monitor.alarms import OVER, Raised
from luodi.store import windows
from luodi.store.home import Home

MOST_AT_ONCE = 20


def deliver(home: Home, name: str, digest: str, url: str) -> bool:
    """Send what the webhook has not taken yet; a mark in the home says how far it got.

    Args:
        home: The home.
        name: The task.
        digest: The release in use.
        url: Where to. One that is new is told the latest alarm, unless that is over.

    Returns:
        Whether nothing is left to send.

    Raises:
        LuodiError: ``alarm.webhook``; ``environment.disk``; as ``Ledger``.
    """
    alarms = list(home.ledger.frame("alarms", release=digest).iter_rows(named=True))
    mark = windows.mark(home.folder, digest)
    if mark is None:
        waiting = [one for one in alarms[-1:] if one["code"] != OVER]
    else:
        waiting = [one for one in alarms if one["number"] > mark][-MOST_AT_ONCE:]
    for one in waiting:
        alarm = Raised(one["code"], json.loads(one["evidence"]))
        if not outlets.post(url, outlets.message(name, digest, alarm)):
            return False
        windows.put_mark(home.folder, digest, one["number"])
    if mark is None:
        windows.put_mark(home.folder, digest, alarms[-1]["number"] if alarms else 0)
    return True
