"""Where an alarm goes besides the ledger: a line of a log, an exit status, a webhook.

None of them ever holds a record: sketches hold counts, and of these only shares, means of many
answers and names of columns are told. The webhook is the only outgoing call of luodi, it is made
only to an address that the user gave, and it follows no redirect.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib import request
from urllib.parse import urlsplit

from luodi.core.errors import LuodiError
from luodi.monitor.alarms import MOVED, OVER, Raised

WEBHOOK_S = 5.0
MOST_CAUSES = 50
EXIT_MOVED, EXIT_ALARM = 0, 1


class _Still(request.HTTPRedirectHandler):
    """Goes nowhere else than where the user said."""

    def redirect_request(self, *_: Any) -> None:
        return None


def line(name: str, release: str, alarm: Raised, lang: str | None = None) -> str:
    """An alarm as one line of a log."""
    said = " ".join(alarm.part("seen", lang).split())
    return f"{alarm.severity} {alarm.code} {name} {release[:19]} {said}"


def message(name: str, release: str, alarm: Raised) -> dict[str, Any]:
    """An alarm as a webhook gets it: of very many causes those that are most certain."""
    record = alarm.record()
    causes = record["evidence"].get("causes", [])
    if len(causes) > MOST_CAUSES:
        left_out = len(causes) - MOST_CAUSES
        record["causes"] = record["causes"][:MOST_CAUSES]
        record["evidence"] |= {"causes": causes[:MOST_CAUSES], "causes_left_out": left_out}
    return {"task": name, "release": release, **record}


def address(text: str) -> str:
    """An address for a webhook.

    Raises:
        LuodiError: ``alarm.webhook`` when it is none.
    """
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        known = False
    if not known or not text.isascii() or any(letter <= " " or letter == "\x7f" for letter in text):
        raise LuodiError("alarm.webhook")
    return text


def post(url: str, content: dict[str, Any], timeout_s: float = WEBHOOK_S) -> bool:
    """Send an alarm to a webhook.

    Args:
        url: Where to, as ``address`` accepts it.
        content: What ``message`` gives.
        timeout_s: How long to wait for all of it, however slowly the other side talks.

    Returns:
        Whether it was taken. A webhook that fails never stops watching: the alarm is in the
        ledger already.

    Raises:
        LuodiError: ``alarm.webhook``.
    """
    body = json.dumps(content, ensure_ascii=False, default=float).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "luodi"}
    asked = request.Request(address(url), body, headers, method="POST")
    taken: list[bool] = []
    # a socket's own limit is for each read, and looking up a name has none
    call = threading.Thread(target=lambda: taken.append(_sent(asked, timeout_s)), daemon=True)
    call.start()
    call.join(timeout_s)
    return taken == [True]


def _sent(asked: request.Request, timeout_s: float) -> bool:
    opener = request.build_opener(_Still, request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=timeout_s) as answer:
            return bool(200 <= answer.status < 300)
    except (OSError, HTTPException, ValueError):
        return False


def exit_status(open_alarms: Sequence[str]) -> int:
    """1 while something is wrong; inputs that moved under a model that holds are no failure."""
    wrong = [code for code in open_alarms if code not in (MOVED, OVER)]
    return EXIT_ALARM if wrong else EXIT_MOVED
