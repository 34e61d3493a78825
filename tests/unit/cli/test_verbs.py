"""Each verb gives data on stdout, talks on stderr, and ends with the status it promises."""

import json
from pathlib import Path

import pytest

from luodi.cli import main
from luodi.core.errors import LuodiError
from luodi.core.values import Finding

GRAVE = Finding("cli.exists", "error", "HDF", {"path": "HDF"})
MILD = Finding("cli.exists", "note", None, {"path": "rows"})


def test_new_writes_the_task_and_the_schema_beside_it(loop, task, capsys):
    task.unlink()
    assert main(["new", "boards", "--from", "boards.csv", "--target", "broken"]) == 0
    assert task.read_text() == "name: boards\n"
    assert json.loads((task.parent / "luodi-task.schema.json").read_text())["title"] == "luodi task"
    captured = capsys.readouterr()
    assert captured.out == "" and "luodi check task.yaml" in captured.err


def test_new_never_replaces_a_task_unasked(loop, task, capsys):
    before = task.read_text()
    assert main(["new", "boards", "--from", "boards.csv", "--target", "broken"]) == 2
    assert task.read_text() == before
    assert capsys.readouterr().err.startswith("cli.exists:")


def test_new_replaces_a_task_when_forced(loop, task):
    assert main(["new", "boards", "--from", "b.csv", "--target", "broken", "--force"]) == 0
    assert task.read_text() == "name: boards\n"


def test_new_gives_the_task_as_json(loop, task, capsys):
    line = ["new", "boards", "--from", "b.csv", "--target", "broken", "--force", "--json"]
    assert main(line) == 0
    assert json.loads(capsys.readouterr().out)["task"] == "name: boards\n"


@pytest.mark.parametrize(
    ("more", "passed"),
    [
        ([], {"query": None, "header": True}),
        (["--no-header"], {"query": None, "header": False}),
        (["--names", 'a,"b, c",d'], {"query": None, "header": ["a", "b, c", "d"]}),
        (["--query", "select 1"], {"query": "select 1", "header": True}),
    ],
)
def test_new_passes_on_how_to_read(more, passed, loop, task):
    seen = {}
    loop.new = lambda *given, listener, **how: seen.update(how) or "name: boards\n"
    assert main(["new", "boards", "--from", "b.csv", "--target", "y", "--force", *more]) == 0
    assert seen == {"kind": None, **passed}


@pytest.mark.parametrize(
    "more",
    [["--names", ""], ["--names", "a,a"], ["--names", "a", "--no-header"], ["--names", "a\nb"]],
)
def test_names_that_cannot_be_are_refused(more, loop, task, capsys):
    line = ["new", "boards", "--from", "b.csv", "--target", "y", "--force", *more]
    assert main(line) == 2
    assert capsys.readouterr().err.startswith("cli.names:")


def test_check_ends_with_3_when_an_error_is_found(loop, task, capsys):
    loop.check = lambda task, *, listener: (MILD, GRAVE)
    assert main(["check", "task.yaml"]) == 3
    captured = capsys.readouterr()
    assert "error  cli.exists [HDF]" in captured.out
    assert "Findings: 2; errors: 1" in captured.err


def test_check_ends_with_0_over_notes(loop, task):
    loop.check = lambda task, *, listener: (MILD,)
    assert main(["check", "task.yaml"]) == 0


@pytest.mark.parametrize("asked", [["--json"], ["--format", "json"]])
def test_check_gives_findings_as_json(asked, loop, task, capsys):
    loop.check = lambda task, *, listener: (GRAVE,)
    assert main(["check", "task.yaml", *asked]) == 3
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["severity"], finding["column"]) == ("error", "HDF")


def test_check_gives_findings_as_sarif(loop, task, capsys):
    loop.check = lambda task, *, listener: (GRAVE, MILD)
    assert main(["check", "task.yaml", "--format", "sarif", "--sarif", "found.sarif"]) == 3
    log = json.loads(capsys.readouterr().out)
    levels = [result["level"] for result in log["runs"][0]["results"]]
    assert (log["version"], levels) == ("2.1.0", ["error", "note"])
    assert json.loads((task.parent / "found.sarif").read_text()) == log


def test_build_ends_with_0_and_a_summary_when_every_gate_holds(loop, task, capsys):
    assert main(["build", "task.yaml"]) == 0
    captured = capsys.readouterr()
    for said in ("0.9100  [0.8800, 0.9400]", "✓ roc_auc >= 0.9", "sha256:ab", "luodi show"):
        assert said in captured.out
    assert "lightgbm-1" in captured.err and "/ 30 s]" in captured.err


def test_build_ends_with_1_and_why_when_a_gate_failed(loop, task, capsys, verdict):
    before = loop.build

    def build(task, **options):
        built = before(task, **options)
        return type(built)(built.path, built.digest, verdict(False), built.leaderboard, 2.0)

    loop.build = build
    assert main(["build", "task.yaml"]) == 1
    said = capsys.readouterr().out
    assert "✗ roc_auc >= 0.9" in said and "why it failed" in said


def test_build_gives_nothing_but_json_on_stdout_when_asked_to(loop, task, capsys):
    assert main(["build", "task.yaml", "--json"]) == 0
    captured = capsys.readouterr()
    built = json.loads(captured.out)
    assert built["passed"] is True
    assert built["figures"]["roc_auc"] == {"value": 0.91, "low": 0.88, "high": 0.94}
    assert "✓ roc_auc" in captured.err


def test_build_hands_its_options_on(loop, task):
    seen = {}
    before = loop.build
    loop.build = lambda task, **options: seen.update(options) or before(task, **options)
    main(["build", "task.yaml", "-o", "x.luodi", "--plan", "y.luodi", "--force"])
    assert (str(seen["output"]), str(seen["plan"]), seen["force"]) == ("x.luodi", "y.luodi", True)


def test_a_broken_task_file_ends_with_2_and_its_line(loop, task, capsys):
    task.write_text("name: boards\ngoal: classify\nbugdet: 3\ndata: {source: a, target: b}\n")
    assert main(["build", "task.yaml"]) == 2
    told = capsys.readouterr().err
    assert "line 3" in told and "'budget'" in told


def test_show_gives_the_card_as_json(loop, task, capsys):
    assert main(["show", "boards.luodi", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "boards"


def test_show_writes_the_card_in_the_language_asked_for(loop, task, capsys):
    assert main(["show", "boards.luodi", "--html", "card.html", "--lang", "zh"]) == 0
    assert (task.parent / "card.html").read_text() == "<html lang=zh>"
    assert capsys.readouterr().out == ""


def test_verify_tells_each_check_and_who_signed(loop, task, capsys):
    assert main(["verify", "boards.luodi"]) == 0
    said = capsys.readouterr().out
    assert "✓ structure" in said and "sha256:cd (signature checked)" in said


def test_verify_ends_with_the_status_of_the_check_that_failed(loop, task, capsys, reported):
    loop.verify = lambda path, key=None: reported(LuodiError("cli.exists", path="x"))
    assert main(["verify", "boards.luodi"]) == 2
    captured = capsys.readouterr()
    assert "✗ structure" in captured.out and captured.err.startswith("cli.exists:")


def test_verify_gives_its_report_as_json(loop, task, capsys):
    assert main(["verify", "boards.luodi", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == "sha256:ab"


def test_verify_demands_the_key_that_was_named(loop, task, reported):
    seen = {}
    loop.verify = lambda path, key=None: seen.update(key=key) or reported()
    main(["verify", "boards.luodi", "--key", "line.pub"])
    assert seen["key"] == Path("line.pub")


def test_predict_gives_csv_on_stdout(loop, task, capsys):
    assert main(["predict", "boards.luodi", "new.csv"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("decision\nno\n", "")


def test_predict_writes_a_file(loop, task, capsys):
    assert main(["predict", "boards.luodi", "new.csv", "-o", "answers.csv"]) == 0
    assert (task.parent / "answers.csv").read_text() == "decision\nno\n"
    captured = capsys.readouterr()
    assert captured.out == "" and "Wrote answers.csv (rows: 1)" in captured.err


def test_predict_gives_json(loop, task, capsys):
    assert main(["predict", "boards.luodi", "new.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"] == [{"decision": "no"}]


def test_schema_gives_what_editors_read(capsys):
    assert main(["schema"]) == 0
    assert "budget" in json.loads(capsys.readouterr().out)["properties"]
