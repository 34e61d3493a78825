"""A process that works in a home until it is killed, and says what was acknowledged.

Each line of its output is one acknowledgement; its parent keeps them.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from luodi.core.manifest import sha256
from luodi.store.home import Home
from luodi.store.ledger import forget
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id

FIRST, SECOND = (f"sha256:{letter * 64}" for letter in "ab")
PACKED = 300_000
"""Bytes of a release that is packed: one byte, over and over."""


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def write(home: Home) -> None:
    """Answers and outcomes, alone and many at once."""
    while True:
        made = [Prediction(new_id(), FIRST, "ok", {"a": i}) for i in range(random.randint(1, 99))]
        kept = [home.ledger.keep_predictions([one], synced=False) for one in made]
        for one, future in zip(made, kept, strict=True):
            future.result()
            say("answer", one.id)
        came = [home.ledger.keep_outcomes([Outcome(one.id, "ok")]) for one in made]
        for one, future in zip(made, came, strict=True):
            assert future.result()[0].code is None
            say("outcome", one.id)


def forget_some(home: Home) -> None:
    """Answers with outcomes that are corrected, then forgotten."""
    while True:
        made = [Prediction(new_id(), FIRST, "ok", {"a": "secret"}) for _ in range(20)]
        home.ledger.keep_predictions(made).result()
        home.ledger.keep_outcomes([Outcome(one.id, "ok") for one in made]).result()
        for one in made[:5]:
            home.ledger.correct_outcome(Outcome(one.id, "broken"), Reason("victim", "looked"))
            say("corrected", one.id)
        forget.by_id(home.ledger, [one.id for one in made], Reason("victim", "asked"))
        for one in made:
            say("forgotten", one.id)


def move(home: Home) -> None:
    """Promotions and roll backs, each numbered in its reason."""
    number = home.ledger.verify_audit().number
    while True:
        number += 1
        reason = Reason("victim", str(number))
        if home.ledger.aliases("press").get("champion") == FIRST and random.random() < 0.5:
            home.ledger.promote("press", SECOND, reason)
        elif "previous" in home.ledger.aliases("press"):
            home.ledger.roll_back("press", reason)
        else:
            home.ledger.promote("press", SECOND, reason)
        say("move", str(number))


def put(home: Home) -> None:
    """Files that are kept, and now and then a collection of those that nobody needs."""
    needed = set(home.blobs.digests())
    while True:
        digest = home.blobs.put(os.urandom(200_000))
        if random.random() < 0.7:
            needed.add(digest)
            say("file", digest)
        else:
            home.blobs.collect(needed, grace_s=-1)


def use(home: Home) -> None:
    """Releases that are packed, kept and put in use or taken back, while others are collected."""
    from luodi import release  # the others start sooner without it

    while True:
        data = bytes([random.randrange(256)]) * PACKED
        release.write(home.folder.parent / "oven.luodi", data)
        digest = f"sha256:{sha256(data)}"
        home.add(data, digest, "oven", {})
        if "previous" in home.ledger.aliases("oven") and random.random() < 0.3:
            home.ledger.roll_back("oven", Reason("victim", "back"))
        elif home.ledger.aliases("oven").get("champion") != digest:
            home.ledger.promote("oven", digest, Reason("victim", "on"))
        home.blobs.put(os.urandom(1000))
        home.collect(grace_s=-1)
        say("used", digest)


WORK = {"write": write, "move": move, "put": put, "forget": forget_some, "use": use}

if __name__ == "__main__":
    work = WORK[sys.argv[2]]
    with Home.open(Path(sys.argv[1])) as opened:
        say("ready")
        work(opened)
