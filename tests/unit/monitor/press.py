"""A press with two sensors, its answers in a ledger, and what came true of them."""

from __future__ import annotations

import numpy as np

from luodi.store.ledger.rows import Outcome, Prediction, new_id

DAY = 86_400_000_000
NOW = 1_700_006_400_000_000 // DAY * DAY
DIGEST = "sha256:" + "a" * 64
CANARY = 13_912_345_678.0


def good(random):
    """The chance of a confident model."""
    return random.beta(0.3, 0.3)


def even(random):
    return random.random()


def keep(home, days, chance, came=None, change=lambda record: record, rows=250, seed=1):
    """Keep answers of some days, counted back from now, and what came true of them.

    Args:
        home: The home.
        days: Which days.
        chance: Draws a probability.
        came: Whether it came true, by probability and moment; None where no truth comes.
        change: What is done to each record, which may ask for its moment.
        rows: How many a day.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    takes_moment = change.__code__.co_argcount == 2
    kept, outcomes = [], []
    for day in days:
        for row in range(rows):
            at = NOW - day * DAY + row * (DAY // rows)
            record = {"torque": random.normal(40, 5), "heat": random.normal(40, 5)}
            record = change(record, at) if takes_moment else change(record)
            p = float(chance(random))
            decision = "yes" if p > 0.5 else "no"
            action = "review" if 0.4 < p < 0.6 else "accept"
            one = Prediction(new_id(at), DIGEST, decision, record, action, p, at=at)
            kept.append(one)
            if came is not None:
                outcomes.append(Outcome(one.id, "yes" if came(p, at) else "no", at + 1))
    home.ledger.keep_predictions(kept).result()
    if outcomes:
        home.ledger.keep_outcomes(outcomes).result()
    return kept


def answer(home, days, change=lambda record: record, rows=250, truths=False, seed=1):
    """Answers of some days; truths, where they come, have nothing to do with them."""
    random = np.random.default_rng(seed + 1)
    came = (lambda *_: random.random() < 0.5) if truths else None
    return keep(home, days, even, came, change, rows, seed)


def stuck(record):
    return {**record, "torque": CANARY}


def codes(home) -> list[str]:
    return home.ledger.frame("alarms")["code"].to_list()
