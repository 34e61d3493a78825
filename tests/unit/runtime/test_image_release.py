"""A release of images loads and answers like any other, and each image is answered alone."""

from __future__ import annotations

import base64
import time

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fuzz import image_release_maker as maker
from fuzz.image_release_maker import ROWS, SIZES, good, release
from fuzz.release_maker import good as good_table
from fuzz.release_maker import members
from fuzz.release_maker import release as table_release
from luodi.core.errors import LuodiError
from luodi.core.manifest import canonical_json, read_json
from luodi.modalities.image.codec import layout
from luodi.runtime import archive, gate
from luodi.runtime.load import Release, load
from luodi.runtime.verify import verify

NAMES = ("probabilities", "decision", "review")


@pytest.fixture(scope="module")
def loaded() -> Release:
    return load(release())


def golden(**changes) -> bytes:
    """The golden member with other rows, answers or margins."""
    return canonical_json(read_json(good()["golden.json"], "golden.json") | changes)


def answers() -> dict:
    return read_json(good()["golden.json"], "golden.json")["answers"]


def refused(data: bytes) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        load(data)
    return caught.value


def test_a_release_of_images_holds_in_every_step():
    report = verify(release())
    assert [step.outcome for step in report.steps] == ["ok"] * 7
    assert report.release.manifest.modality == "image"


def test_images_of_several_sizes_are_answered_in_one_batch_as_each_alone(loaded):
    together = loaded.score(ROWS)
    assert len({*SIZES}) < len(SIZES)  # some share a size, and so a chunk
    for row, record in enumerate(ROWS):
        alone = loaded.score([record])
        for name in NAMES:
            np.testing.assert_allclose(
                getattr(together, name)[row], getattr(alone, name)[0], atol=1e-6
            )
    assert len(set(together.decision.tolist())) > 1


def test_a_record_and_a_list_give_the_same_answers(loaded):
    listed = loaded.predict(ROWS)
    for record, answer in zip(ROWS, listed, strict=True):
        one = loaded.predict(record)
        assert one.keys() == answer.keys()
        assert one["decision"] == answer["decision"] and one["release"] == loaded.digest
    assert loaded.predict([]) == []


FRAMES = [
    (kind, form) for kind in (pd.DataFrame, pl.DataFrame, pa.table) for form in ("bytes", "text")
]


@pytest.mark.parametrize(("kind", "form"), [*FRAMES, (pd.DataFrame, "arrays")])
def test_a_frame_of_images_is_answered(loaded, kind, form):
    values = {
        "bytes": [base64.b64decode(row["image"]) for row in ROWS],
        "text": [row["image"] for row in ROWS],
        "arrays": [maker.pixels(*size, seed) for seed, size in enumerate(SIZES)],
    }[form]
    scores = loaded.score(kind({"image": values}))
    np.testing.assert_allclose(scores.probabilities, answers()["probabilities"], atol=1e-6)
    assert len(loaded.predict(kind({"image": values}))) == len(ROWS)


class TestParts:
    """Any number of images is answered, few of them in memory at a time."""

    @pytest.fixture
    def small(self, monkeypatch):
        monkeypatch.setattr(layout, "MOST_AT_ONCE", 1000)
        monkeypatch.setattr(layout, "MOST_TOGETHER", 2000)

    @pytest.fixture
    def many(self) -> list:
        return [ROWS[number % 4] for number in range(300)]

    @pytest.mark.parametrize("kind", [list, pd.DataFrame, pl.DataFrame])
    def test_more_images_than_fit_together_are_answered_in_their_order(
        self, loaded, small, many, kind
    ):
        with pytest.raises(LuodiError):
            loaded.scorer.codec.encode_rows(many)
        scores = loaded.score(kind(many))
        wanted = np.array(answers()["probabilities"])[np.arange(300) % 4]
        np.testing.assert_allclose(scores.probabilities, wanted, atol=1e-6)
        assert len(scores.warnings) == len(scores.decision) == 300

    @pytest.mark.parametrize("kind", [list, pl.DataFrame])
    @pytest.mark.parametrize("row", [0, 7, 299])
    def test_an_error_names_its_row_in_whichever_part_it_is(self, loaded, small, many, kind, row):
        many[row] = {"image": "nothing"}
        with pytest.raises(LuodiError) as caught:
            loaded.score(kind(many))
        assert caught.value.facts["row"] == row

    def test_an_error_names_its_row_in_a_long_frame(self, loaded, small, many, monkeypatch):
        monkeypatch.setattr("luodi.runtime.score.LONG", 100)
        monkeypatch.setattr("luodi.runtime.score.PART", 50)
        good_answers = loaded.score(pl.DataFrame(many)).probabilities
        np.testing.assert_allclose(good_answers, loaded.score(many).probabilities, atol=1e-6)
        many[280] = {"image": "nothing"}
        with pytest.raises(LuodiError) as caught:
            loaded.score(pl.DataFrame(many))
        assert caught.value.facts["row"] == 280

    def test_an_image_larger_than_a_part_is_a_part_of_its_own(self, loaded, small):
        rows = [ROWS[0], ROWS[5], ROWS[0]]
        batches = list(loaded.scorer.codec.rows_in_parts(rows))
        assert [len(batch.warnings) for batch in batches] == [1, 1, 1]

    def test_no_image_is_one_empty_part(self, loaded):
        (batch,) = loaded.scorer.codec.rows_in_parts([])
        assert batch.feeds["image"].shape == (0, 1, 1, 3) and batch.warnings == []

    def test_few_parts_are_in_memory_while_the_graph_is_slow(self, loaded, many, small):
        ahead: list[int] = []
        laid = ran = 0
        session = loaded.scorer.session
        real = session.native.run

        class Slow:
            def run(self, names, feeds, *how):
                nonlocal ran
                time.sleep(0.02)
                ran += len(feeds["image"])
                return real(names, feeds, *how)

        def parts():
            nonlocal laid
            for batch in loaded.scorer.codec.rows_in_parts(many[:60]):
                laid += len(batch.warnings)
                ahead.append(laid - ran)
                yield batch.feeds

        native, session.native = session.native, Slow()
        try:
            session.stream(60, parts())
        finally:
            session.native = native
        largest = max(len(b.warnings) for b in loaded.scorer.codec.rows_in_parts(many[:60]))
        assert len(ahead) > 10
        assert max(ahead) <= 3 * largest


def test_answers_of_a_network_may_differ_by_what_another_processor_sums_otherwise():
    moved = np.array(answers()["probabilities"])
    moved[2, 0] += 5e-5
    near = golden(answers=answers() | {"probabilities": moved.tolist()})
    assert load(release(golden=near)).golden != load(release()).golden
    moved[2, 0] += 5e-4
    error = refused(release(golden=golden(answers=answers() | {"probabilities": moved.tolist()})))
    assert error.code == "release.golden" and error.facts["row"] == 2


def flipped(row: int) -> dict:
    decision = list(answers()["decision"])
    decision[row] = (decision[row] + 1) % 3
    return answers() | {"decision": decision}


def test_another_decision_is_accepted_only_where_it_hangs_by_less_than_the_tolerance():
    assert refused(release(golden=golden(answers=flipped(1)))).code == "release.golden"
    margins = [0.5] * len(ROWS)
    wide = golden(answers=flipped(1), margins=margins)
    assert refused(release(golden=wide)).facts["row"] == 1
    margins[1] = 1e-5
    assert load(release(golden=golden(answers=flipped(1), margins=margins))) is not None
    assert refused(release(golden=golden(answers=flipped(2), margins=margins))).facts["row"] == 2


@pytest.mark.parametrize(
    "margins", [None, {}, "0", [0.5], [0.5] * 7, [True] * 6, [None] * 6, [[0.5]] * 6]
)
def test_margins_of_another_form_are_refused(margins):
    assert refused(release(golden=golden(margins=margins))).code == "release.golden_form"


def test_tables_have_no_margins():
    told = read_json(good_table()["golden.json"], "golden.json")
    changed = canonical_json(told | {"margins": [0.0] * len(told["rows"])})
    assert refused(table_release(golden=changed)).code == "release.golden_form"


@pytest.mark.parametrize(
    "rows", [[5], ["image"], [{"image": None}], [{"image": "!"}], [{"image": "A" * (2**20 + 4)}]]
)
def test_golden_rows_that_hold_no_image_are_refused(rows):
    error = refused(release(golden=golden(rows=rows * len(ROWS))))
    assert error.code == "release.golden_form"


def test_golden_rows_of_too_many_pixels_are_refused(monkeypatch):
    monkeypatch.setattr(layout, "MOST_TOGETHER", 100)
    assert refused(release()).code == "release.golden_form"


def test_modality_codec_and_graph_must_belong_together():
    table = archive.encode(members(good(), modality="tabular"))
    assert refused(table).code.startswith("release.graph")
    swapped = good() | {"codec.json": good_table()["codec.json"]}
    error = refused(archive.encode(members(swapped, modality="image")))
    assert (error.code, error.facts["field"]) == ("release.manifest", "modality")
    grey = canonical_json(maker.codec() | {"channels": 1})
    error = refused(release(codec=grey))
    assert (error.code, error.facts["field"]) == ("release.manifest", "codec.json")
    unknown = archive.encode(members(good(), modality="sound"))
    assert refused(unknown).code == "release.modality"


def test_grey_images_embeddings_and_heat_are_allowed():
    weights = maker.weights()
    weights["w1"] = weights["w1"][:, :1]
    weights |= {name: weights[name][:, :1] for name in ("mean", "spread")}
    steps = [
        *maker.prologue(),
        *maker.network(),
        *maker.tail(),
        maker.make("ReduceMean", ["gated", "last"], ["heat"], keepdims=0),
    ]
    outputs = [*NAMES, "embedding", "heat"]
    model = maker.model(steps, weights, outputs, channels=1)
    assert gate.check(model.SerializeToString(), "image") == {"image": 1}


def test_sizes_may_stand_in_all_four_dimensions():
    model = maker.model([*maker.prologue_of_four(), *maker.network(), *maker.tail()])
    assert gate.check(model.SerializeToString(), "image") == {"image": 3}
    assert load(release(model=model.SerializeToString())).predict(ROWS[0])["decision"]


def told(*steps, **constants: np.ndarray) -> bytes:
    """The graph with the output ``strangeness``: how far the mean of an image is from grey."""
    steps = steps or (
        maker.make("ReduceMean", ["gated", "sides2"], ["strangeness0"], keepdims=0),
        maker.make("Abs", ["strangeness0"], ["strangeness1"]),
        maker.make("Mul", ["strangeness1", "far"], ["strangeness"]),
    )
    weights = maker.weights() | {"sides2": np.array([1, 2, 3])} | constants
    weights.setdefault("far", np.array(1, np.float32))
    whole = [*maker.prologue(), *maker.network(), *maker.tail(), *steps]
    return maker.model(whole, weights, [*NAMES, "strangeness"]).SerializeToString()


def test_a_record_that_is_strange_goes_to_review_in_every_form():
    plain = load(release()).predict(ROWS)
    near = load(release(model=told(far=np.array(0, np.float32))))
    assert [row["strangeness"] for row in near.predict(ROWS)] == [0.0] * len(ROWS)
    for row, usual in zip(near.predict(ROWS), plain, strict=True):
        assert {**row, "release": 0, "strangeness": 0} == {**usual, "release": 0, "strangeness": 0}
    whole = read_json(good()["golden.json"], "golden.json")
    whole["answers"]["review"] = [True] * len(ROWS)
    far = load(release(model=told(far=np.array(1e6, np.float32)), golden=canonical_json(whole)))
    row, rows = far.predict(ROWS[0]), far.predict(ROWS)
    frame = far.predict(pl.DataFrame(ROWS))
    assert row["action"] == rows[0]["action"] == frame["action"][0] == "review"
    assert row["warnings"] == rows[0]["warnings"] == ["unlike_training:image"]
    assert frame["warnings"][0] == "unlike_training:image"
    assert row["strangeness"] == pytest.approx(frame["strangeness"][0]) and frame.height == len(
        ROWS
    )
    assert far.predict(pl.DataFrame(ROWS)[:0]).columns == frame.columns


def test_golden_answers_hold_how_strange_records_are():
    graph = told()
    wanted = answers() | {"strangeness": [0.5] * len(ROWS), "review": [False] * len(ROWS)}
    error = refused(release(model=graph, golden=golden(answers=wanted)))
    assert error.code == "release.golden"
    # a release that was judged by it must have it
    error = refused(release(golden=golden(answers=answers() | {"strangeness": [0.5] * len(ROWS)})))
    assert error.code == "release.golden_form"


@pytest.mark.parametrize(
    ("operator", "given", "how"),
    [
        ("Identity", ["decision"], {}),  # whole numbers
        ("Identity", ["probabilities"], {}),  # several a row
        ("Identity", ["far"], {}),  # none a row
        ("ReduceMean", ["probabilities", "none"], {"keepdims": 0}),  # rows touch
    ],
)
def test_a_strangeness_of_another_form_is_refused(operator, given, how):
    graph = told(maker.make(operator, given, ["strangeness"], **how), none=np.array([0]))
    assert refused(release(model=graph)).code in ("release.graph_wiring", "release.graph_rows")


def test_tables_have_no_such_output():
    assert "strangeness" not in gate.ALLOWED["tabular"].outputs
