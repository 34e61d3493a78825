"""YAML is read by version 1.2, with line numbers, and hostile files are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from luodi.core.errors import LuodiError
from luodi.core.yaml import parse


def code(text: str | Path) -> str:
    with pytest.raises(LuodiError) as caught:
        parse(text)
    return caught.value.code


def test_no_and_on_are_words_and_true_is_a_boolean() -> None:
    content = parse("a: no\nb: on\nc: true\nd: 1_000\ne: 0x10\nf: 12:30\n").content
    assert content == {"a": "no", "b": "on", "c": True, "d": "1_000", "e": "0x10", "f": "12:30"}


def test_numbers_and_nothing_are_read_as_such() -> None:
    content = parse("a: -3\nb: 2.5\nc: 1e3\nd: ~\ne:\nf: .5\n").content
    assert content == {"a": -3, "b": 2.5, "c": 1000.0, "d": None, "e": None, "f": 0.5}


def test_json_is_yaml() -> None:
    assert parse('{"a": [1, {"b": null}],\n "c": "x"}').content == {"a": [1, {"b": None}], "c": "x"}


def test_every_path_knows_its_line() -> None:
    document = parse("a: 1\nb:\n  c: [x,\n      y]\n")
    assert document.line(("b", "c")) == 3
    assert document.line(("b", "c", 1)) == 4
    assert document.nearest_path(("b", "z", 0)) == ("b",)
    assert document.excerpt(("b", "c"), 8) == '["x", "…'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\na: 2\n", "task.repeated_key"),
        ("a: &x\n  b: *x\n", "task.cycle"),
        ("- 1\n- 2\n", "task.not_a_mapping"),
        ("a: [1\nb: 2\n", "task.not_yaml"),
        ("a: !!python/object/apply:os.system [ls]\nb: 1\n", "task.not_yaml"),
        ("a: !secret x\n", "task.not_yaml"),
        ("\n", "task.not_a_mapping"),
        ("a: " + "[" * 60 + "]" * 60 + "\n", "task.not_yaml"),
        ("a: " + "{a: " * 3000 + "\n", "task.not_yaml"),
    ],
)
def test_what_is_wrong_is_said_and_never_a_traceback(text: str, wanted: str) -> None:
    assert code(text) == wanted


def test_a_file_of_references_that_would_grow_without_end_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert code("\n".join(lines) + "\n") == "task.not_yaml"


def test_files_are_read_with_and_without_a_mark_and_others_refused(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: x\n")
    assert parse(path).content == {"name": "x"} and parse(path).folder == tmp_path
    path.write_bytes(b"name: \xff\xfe\n")
    assert code(path) == "task.not_yaml"
    assert code(tmp_path / "absent.yaml") == "task.not_found"
    assert code(tmp_path) == "task.not_found"
