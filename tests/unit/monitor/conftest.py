"""A home whose release needs no file: what training left, two sensors and a promise."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.core.promise import promised
from luodi.modalities import modality
from luodi.modalities.reference import counts
from luodi.modalities.tabular.codec import Codec, NumberColumn
from luodi.monitor import rounds
from luodi.monitor import status as watching
from luodi.monitor.intake import Watched
from luodi.monitor.reference import Reference
from luodi.store.home import Home
from luodi.store.ledger.rows import Reason, Release
from postgresql import made_on
from unit.monitor.press import DIGEST


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request, tmp_path, one):
    """It is read the same wherever its ledger lives."""
    sqlite = request.param == "sqlite"
    address = None if sqlite else made_on(request.getfixturevalue("server"))
    with Home.create(tmp_path / "home", address) as opened:
        release = Release(DIGEST, "press", blob="sha256:" + "b" * 64)
        opened.ledger.add_release(release)
        opened.ledger.promote("press", DIGEST, Reason("a test", "to see"))
        yield opened


@pytest.fixture
def one(monkeypatch) -> Watched:
    """What is known of the release, without a file."""
    random = np.random.default_rng(0)
    names = ("torque", "heat")
    columns = {
        name: {"kind": "number", **counts.binned(random.normal(40, 5, 5000))} for name in names
    }
    answers = {
        "decision": {"no": 2500, "yes": 2500},
        "review": 500,
        "probability": {c: counts.binned(random.random(5000)) for c in ("no", "yes")},
    }
    reference = Reference.from_json({"rows": 5000, "columns": columns, "answers": answers})
    limits = {"low": None, "high": None, "seen_low": 0.0, "seen_high": 80.0, "required": False}
    numbers = tuple(NumberColumn(name=n, missing=(), unit=None, **limits) for n in names)
    codec = Codec("classify", "broken", ("no", "yes"), "string", numbers)
    figure = {"name": "roc_auc", "value": 0.9, "low": 0.88, "high": 0.92}
    card = {"figures": [figure, {"name": "accuracy", "value": 0.8}]}
    promise = promised("classify", {"classes": ["no", "yes"]}, {"metric": "roc_auc"}, card)
    made = Watched("press", DIGEST, 0, reference, promise, codec.to_json(), modality("tabular"))
    monkeypatch.setattr(rounds, "watched", lambda *_: made)
    monkeypatch.setattr(watching, "watched", lambda *_: made)
    return made
