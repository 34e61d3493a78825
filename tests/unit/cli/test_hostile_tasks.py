"""A task file may be wrong or hostile in any way: the answer is a code and no traceback."""

import json

import pytest

from luodi.cli import main

GOOD = "name: a\ngoal: regress\ndata: {source: a.csv, target: y}\n"
HOSTILE = {
    "code in a tag": ("task.not_yaml", "metric: !!python/name:os.system rm\n"),
    "a circle": ("task.cycle", "x: &a [*a]\n"),
    "a key twice": ("task.repeated_key", "name: b\n"),
    "an unknown key": ("task.unknown_key", "budgt: 2m\n"),
    "too deep": ("task.not_yaml", "x: " + "[" * 60 + "]" * 60 + "\n"),
    "far too deep": ("task.not_yaml", "x: " + "[" * 100_000 + "\n"),
    "no time": ("task.wrong_value", "budget: 0\n"),
    "less than no time": ("task.wrong_value", "budget: -5m\n"),
    "a wrong type": ("task.wrong_value", "split: {folds: many}\n"),
    "a range upside down": ("task.wrong_value", "columns: {x: {range: [5, 1]}}\n"),
    "a metric of the other goal": ("task.wrong_value", "metric: roc_auc\n"),
    "a merge": ("task.unknown_key", "<<: {}\n"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_task_is_refused_by_its_code(case, loop, task, capsys):
    code, line = HOSTILE[case]
    task.write_text(GOOD + line)
    assert main(["build", "task.yaml", "--json"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == code
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "task.not_a_mapping"),
        (b"- a\n- b\n", "task.not_a_mapping"),
        (b"\xff\xfe\x00\x01", "task.not_yaml"),
        (b"\x00\x01\x02", "task.not_yaml"),
        (b"name: a\n", "task.missing_key"),
    ],
)
def test_what_is_no_task_is_refused_by_its_code(content, code, loop, task, capsys):
    task.write_bytes(content)
    assert main(["build", "task.yaml", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
