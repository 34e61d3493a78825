"""A trained network becomes a file that is proven, and judged by itself on raw images."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from shapes import parts, task

from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Candidate, Portable, Recipe
from luodi.loop.lite import judged
from luodi.modalities import modality
from luodi.modalities.image import export, tflite
from luodi.modalities.image.graph.compose import composed
from luodi.runtime.score import Scorer

IMAGES = modality("image")
RULE = {"costs": [[0, 1, 1], [1, 0, 1], [1, 1, 0]], "threshold": None, "review": None}


@pytest.fixture(scope="module")
def trained():
    own = parts()
    workshop = IMAGES.workshop(own, task())
    recipe = Recipe("lenet", {"width": 0.25, "batch": 32}, "pixels", 0, (6,))
    *_, member = workshop.fit(recipe)
    whole = Candidate("single", (member,), (1.0,), {"slope": 1.2, "offset": 0.0}, RULE,
                      member.score, workshop.prepared)  # fmt: skip
    return own, whole


def portable(file: tflite.Edge) -> Portable:
    parity, figures = file.parity, file.figures
    return Portable(file.name, ".tflite", file.model, parity, figures, tflite.EdgeSession)


@pytest.fixture(scope="module")
def files(trained):
    own, candidate = trained
    return {form: tflite.edge(candidate, own, form=form) for form in ("float32", "int8")}


def test_both_files_say_what_was_measured(files):
    exact, smaller = files["float32"], files["int8"]
    assert exact.parity["golden"]["rows"] == 108 and exact.parity["golden"]["flips"] == 0
    assert exact.parity["golden"]["largest"] < exact.parity["tolerance"] == 1e-4
    assert exact.figures["rows"] == 24 and exact.figures["lost"] == 0
    assert exact.figures["largest"] < 1e-5 < smaller.figures["largest"]
    assert smaller.figures["same"] > 0.9 and smaller.figures["plain_same"] > 0.9
    assert exact.figures["plain_largest"] < 1e-5 < smaller.figures["plain_largest"]
    assert smaller.size_mb == len(smaller.model) / 1e6 < 0.5 * exact.size_mb


@pytest.mark.parametrize("form", ["float32", "int8"])
def test_a_file_is_judged_by_itself_on_raw_images(trained, files, form):
    own, candidate = trained
    artifact = export.proven(export.converted(candidate), candidate, own, task())
    verdict = judged(portable(files[form]), artifact, own, task())
    assert verdict.figures["accuracy"].value > 0.9
    assert verdict.details["rows"] == 30 and verdict.details["speed"]["one_row_ms_p50"] > 0
    assert next(gate for gate in verdict.gates if gate.name == "parity").passed
    opened = tflite.EdgeSession(files[form].model)
    answers = Scorer(files[form].model, artifact.codec, session=opened).score(
        [{"image": file} for file in own.holdout.table["image"]]
    )
    truth = [candidate.prepared.codec.classes.index(x) for x in own.holdout.table["label"]]
    assert verdict.figures["accuracy"].value == np.mean(answers.decision == truth)


def graph_of(candidate: Candidate) -> Session:
    return Session(composed(candidate), "classify")


def test_what_answers_otherwise_than_the_graph_is_refused(trained):
    from luodi.modalities.image.tflite.proof import same

    _, candidate = trained
    (member,) = candidate.members
    moved = replace(member.models[0], mean=(candidate.prepared.mean[0] + 0.5,))
    other = graph_of(replace(candidate, members=(replace(member, models=(moved,)),)))
    with pytest.raises(LuodiError) as raised:
        same(candidate, graph_of(candidate), other)
    assert raised.value.code == "convert.parity_tflite"
    assert raised.value.facts["largest"] > 1e-4 and raised.value.facts["rows"] == 108


def test_what_loses_too_much_is_refused(trained):
    from luodi.modalities.image.tflite.proof import lost

    own, candidate = trained
    confused = copy.deepcopy(candidate)
    last = confused.members[0].models[0].network[-1]
    last.bias.data[0] += 4.0  # whole numbers that are too coarse prefer a class
    graph, other = graph_of(candidate), graph_of(confused)
    figures = lost(candidate, graph, other, own, 1.0)
    assert figures["lost"] == figures["accuracy_graph"] - figures["accuracy"] > 0.1
    with pytest.raises(LuodiError) as raised:
        lost(candidate, graph, other, own, figures["lost"] - 0.01)
    assert raised.value.code == "convert.lost_tflite" and raised.value.facts["rows"] == 24


def test_numbers_are_fitted_and_judged_on_training_only(trained):
    from luodi.modalities.image.tflite.sample import held, sampled

    own, candidate = trained
    rows = held(candidate, own.train)
    assert rows.tolist() == list(range(0, 120, 5))
    found = sampled(candidate, replace(own, holdout=None), 40)
    assert found.shape == (40, 16, 16, 1) and found.dtype == np.uint8
    assert len(sampled(candidate, own, 1000)) == 96
