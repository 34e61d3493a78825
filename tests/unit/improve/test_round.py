"""A champion is replaced only when it pays, and taken back when the promise does not hold."""

from __future__ import annotations

import json

import polars as pl
import pytest

import luodi
from luodi import loop
from luodi.cli import main
from luodi.core.errors import LuodiError
from luodi.store.home import Home
from luodi.store.ledger import clock
from luodi.store.ledger.rows import Reason
from unit.improve import world
from unit.improve.world import improved, kinds


def actions(home):
    audit = home.ledger.frame("audit")
    return [(row["actor"], row["action"]) for row in audit.iter_rows(named=True)]


@pytest.mark.parametrize("home", ["sqlite", "postgresql"], indirect=True)
def test_another_world_brings_a_challenger_that_wins_and_takes_over_in_one_round(folder, home):
    before = home.ledger.aliases("press")["champion"]
    world.serve(home, world.records(3000, 7, concept=True))
    steps = improved(folder, home)
    assert kinds(steps) == ["trained", "promoted"]
    assert steps[0].facts["memory"] != "all", "what is no longer so weighs less"
    held = home.ledger.aliases("press")
    assert held["champion"] == steps[1].facts["release"] != before and held["previous"] == before
    assert [a for a in actions(home) if a[0] == "luodi improve"] == [
        ("luodi improve", "challenge"),
        ("luodi improve", "train again"),
        ("luodi improve", "promote"),
    ]
    home.ledger.verify_audit()


def test_a_promotion_that_does_not_hold_is_taken_back(folder, home):
    world.serve(home, world.records(3000, 7, concept=True))
    before = home.ledger.aliases("press")["champion"]
    assert kinds(improved(folder, home))[-1] == "promoted"
    # the old tools are mounted again
    later = clock.now_us() + 40 * world.DAY
    with clock.replaying(lambda: later):
        world.serve(home, world.records(1500, 8), days=(30, 2))
        steps = improved(folder, home, now=later)
    assert kinds(steps) == ["rolled_back"]
    assert steps[0].facts["why"] == "previous_better"
    assert home.ledger.aliases("press")["champion"] == before
    with clock.replaying(lambda: later):
        assert "rolled_back" not in kinds(improved(folder, home, now=later))


def test_the_same_world_promotes_nobody_and_the_challenger_waits_for_outcomes(folder, home):
    before = home.ledger.aliases("press")["champion"]
    world.serve(home, world.records(1500, 9))
    steps = improved(folder, home)
    assert kinds(steps) == ["trained", "judging"]
    assert steps[1].facts["shadow_answers"] == 0
    assert home.ledger.aliases("press") == {
        "champion": before,
        "challenger": steps[0].facts["release"],
    }
    again = improved(folder, home)
    assert kinds(again) == ["judging"] and again[0].facts["outcomes"] == steps[1].facts["outcomes"]


@pytest.mark.promise("10 % or 30 % of labels flipped: a worse challenger is never promoted")
@pytest.mark.parametrize("flips", [0.1, 0.3])
def test_flipped_labels_are_never_promoted_by_themselves(folder, home, flips, promise):
    before = home.ledger.aliases("press")["champion"]
    world.serve(home, world.records(3000, 10), flips=flips)
    steps = improved(folder, home)
    assert "promoted" not in kinds(steps)
    assert home.ledger.aliases("press")["champion"] == before
    promise(1)


def test_a_task_that_asks_for_a_person_waits_for_one(folder, home):
    before = home.ledger.aliases("press")["champion"]
    world.serve(home, world.records(3000, 7, concept=True))
    steps = improved(folder, home, rules={"promote": "manual"})
    assert kinds(steps) == ["trained", "won"] and "luodi promote press" in steps[1].text()
    assert home.ledger.aliases("press")["champion"] == before
    assert kinds(improved(folder, home)) == ["promoted"]


def test_a_release_that_fails_a_gate_never_challenges(folder, home):
    world.serve(home, world.records(1000, 11))
    task = json.loads((folder / "task.yaml").read_text())
    steps = loop.improve({**task, "gates": {"brier": {"at_most": 0.0001}}}, home)
    assert kinds(steps) == ["failed"] and steps[0].facts["gates"] == "brier"
    assert "challenger" not in home.ledger.aliases("press")
    assert kinds(loop.improve(task, home)) == ["idle"], "it is not tried again without new truths"


def test_truths_that_repeat_the_answers_teach_nothing(folder, home):
    table = world.records(600, 12)
    release = luodi.load(folder / "press.luodi")
    decided = release.predict(table.drop("failed"))["decision"]
    world.serve(home, table.with_columns(failed=decided))
    assert kinds(improved(folder, home)) == ["echo"]


def test_too_few_truths_are_waited_for(folder, home):
    world.serve(home, world.records(40, 13))
    steps = improved(folder, home)
    assert kinds(steps) == ["idle"] and steps[0].facts["fresh"] == 40
    with pytest.raises(LuodiError) as caught:
        improved(folder, home, again=True)
    assert caught.value.code == "improve.nothing_new"


def test_records_that_were_forgotten_are_not_learned_from(folder, home):
    world.serve(home, world.records(600, 14))
    from luodi.improve.returned import returned
    from luodi.store.ledger import forget

    now = clock.now_us()
    ids = returned(home, "press", now).ids
    forget.by_id(home.ledger, list(ids)[:100], Reason("a test", "asked to"))
    assert len(returned(home, "press", now)) == 500


def test_of_long_records_only_the_latest_that_memory_holds_are_learned_from(
    folder, home, monkeypatch
):
    from luodi.improve import returned

    world.serve(home, world.records(300, 16))
    whole = returned.returned(home, "press", clock.now_us())
    size = sum(len(json.dumps(one, separators=(",", ":"))) for one in whole.records[-100:])
    monkeypatch.setattr(returned, "MOST_BYTES", size + 5)
    assert returned.returned(home, "press", clock.now_us()).ids == whole.ids[-100:]


def test_the_challenger_is_seen_on_the_latest_traffic_in_parts(folder, home, monkeypatch):
    from luodi.improve import judging
    from luodi.store.ledger import frames

    world.serve(home, world.records(300, 17))
    assert kinds(improved(folder, home, again=True)) == ["trained", "judging"]
    held = home.ledger.aliases("press")
    later = world.records(120, 18)
    world.serve(home, later, days=(-1, -2))
    monkeypatch.setattr(judging, "MOST_SHADOWED", 100)
    monkeypatch.setattr(frames, "_ROWS", 30)
    tried = loop.challenge(home, "press")
    champion, challenger = (
        luodi.load(home.blobs.get(one.blob))
        for name in ("champion", "challenger")
        for one in home.ledger.releases("press")
        if one.digest == held[name]
    )
    rows = later.drop("failed").tail(100)
    changed = champion.predict(rows)["decision"] != challenger.predict(rows)["decision"]
    assert tried["shadow"]["answers"] == 100
    assert tried["shadow"]["changed"] == int(changed.sum())


def test_the_verb_tells_each_step_in_both_languages(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("LUODI_LANG", raising=False)
    with world.home(folder, tmp_path / "home") as opened:
        world.serve(opened, world.records(120, 15))
    words = ["improve", str(folder / "task.yaml"), "--home", str(tmp_path / "home")]
    assert main(words) == 0
    assert "120 new truths" in capsys.readouterr().out
    assert main([*words, "--lang", "zh", "--json"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert step["step"] == "idle" and "120 个" in step["text"]
    with Home.create(tmp_path / "empty"):
        pass
    assert main([*words[:-1], str(tmp_path / "empty")]) == 2
    assert "improve.no_champion" in capsys.readouterr().err


def test_a_source_that_has_grown_by_what_came_true_judges_nobody(folder, home):
    table = world.records(700, 16)
    world.serve(home, table)
    source = folder / "press.csv"
    before = source.read_bytes()
    try:
        with source.open("ab") as file:
            file.write(table.write_csv(include_header=False).encode())
        steps = improved(folder, home)
    finally:
        source.write_bytes(before)
    assert kinds(steps) == ["trained", "judging"]
    assert steps[1].facts["outcomes"] == 0, "what it may have learned does not judge it"


def test_one_honest_truth_does_not_hide_an_echo(folder, home):
    table = world.records(900, 17)
    release = luodi.load(folder / "press.luodi")
    decided = release.predict(table.drop("failed"))["decision"].to_list()
    decided[5] = "no" if decided[5] == "yes" else "yes"
    world.serve(home, table.with_columns(failed=pl.Series(decided)))
    assert kinds(improved(folder, home)) == ["echo"]


def test_a_failed_training_is_noted_and_not_repeated_without_news(folder, home, monkeypatch):
    world.serve(home, world.records(600, 18))

    def stopped(*_, **__):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("luodi.loop.improving.made", stopped)
        with pytest.raises(MemoryError):
            improved(folder, home)
    assert actions(home)[-1] == ("luodi improve", "train again")
    assert kinds(improved(folder, home)) == ["idle"]


def test_a_champion_that_a_person_put_there_meanwhile_is_not_replaced(folder, home):
    champion = home.ledger.aliases("press")["champion"]
    with pytest.raises(LuodiError) as caught:
        home.ledger.promote("press", champion, Reason("luodi improve", "it pays"), "sha256:other")
    assert caught.value.code == "ledger.moved"
    with pytest.raises(LuodiError) as caught:
        home.ledger.roll_back("press", Reason("luodi improve", "worse"), "sha256:other")
    assert caught.value.code == "ledger.moved"


def test_a_challenger_whose_file_is_gone_is_withdrawn_and_status_still_speaks(folder, home, capsys):
    world.serve(home, world.records(600, 19))
    steps = improved(folder, home)
    assert kinds(steps) == ["trained", "judging"]
    digest = steps[0].facts["release"]
    (known,) = [one for one in home.ledger.releases("press") if one.digest == digest]
    for path in (home.folder / "blobs").glob(f"*{known.blob.rpartition(':')[2]}*"):
        path.unlink()
    assert main(["status", "--home", str(home.folder)]) == 0
    assert "cannot be judged" in capsys.readouterr().out
    again = improved(folder, home)
    assert again[0].kind == "withdrawn" and again[0].facts["why"] == "unreadable"


def test_what_a_person_must_decide_is_asked_in_the_audit_once(folder, home):
    world.serve(home, world.records(3000, 7, concept=True))
    for _ in range(2):
        assert kinds(improved(folder, home, rules={"promote": "manual"}))[-1] == "won"
    assert actions(home).count(("luodi improve", "ask a person")) == 1
    later = clock.now_us() + 40 * world.DAY
    digest = home.ledger.aliases("press")["challenger"]
    home.ledger.promote("press", digest, Reason("a person", "it won"))
    with clock.replaying(lambda: later):
        world.serve(home, world.records(1500, 8), days=(30, 2))
        steps = improved(folder, home, now=later, rules={"promote": "manual"})
    assert kinds(steps) == ["regret"] and "luodi rollback press" in steps[0].text()
    assert home.ledger.aliases("press")["champion"] == digest


def test_truths_that_came_while_inputs_were_broken_are_not_learned_from(folder, home, monkeypatch):
    world.serve(home, world.records(600, 20))

    def everything(*_):
        return ((0, clock.now_us()),)

    monkeypatch.setattr("luodi.monitor.settled.broken_spans", everything)
    assert kinds(improved(folder, home)) == ["faulty"]
