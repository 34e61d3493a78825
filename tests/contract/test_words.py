"""Every code that is raised has its text in both languages, and every text belongs to a code."""

import ast
import re
import string

import pytest

from contract.source import PACKAGE, calls, trees
from luodi.core import words

ROOMS = sorted(path.stem for path in (PACKAGE / "core" / "words").glob("*.toml"))
CODE = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")


def entries():
    return {
        f"{name}.{code}": entry
        for name in ROOMS
        for code, entry in words.room(name).items()
        if is_code(entry)
    }


def is_code(entry: dict) -> bool:
    """Whether a table is what an error or a finding says; else it is a list of phrases."""
    return set(entry) <= {"exit", *words.PARTS}


def fields(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def raised():
    """Calls of LuodiError and Finding whose code is written out, with where they stand."""
    for path, tree in trees().items():
        for name, call in calls(tree):
            if name.split(".")[-1] not in ("LuodiError", "Finding") or not call.args:
                continue
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield f"{path}:{call.lineno}", first.value, name.split(".")[-1], call


def spoken() -> set[str]:
    """Every text in the source that has the shape of a code, however it is used."""
    found = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if CODE.fullmatch(node.value) else set()
    return found


def test_every_code_that_is_raised_has_its_text():
    known = entries()
    wrong = sorted(f"{where}: {code}" for where, code, _, _ in raised() if code not in known)
    assert not wrong, "\n".join(wrong)


def test_every_error_has_an_exit_status():
    known = entries()
    wrong = sorted(
        f"{where}: {code}"
        for where, code, kind, _ in raised()
        if kind == "LuodiError" and code in known and known[code].get("exit") not in (1, 2, 3, 4)
    )
    assert not wrong, "\n".join(wrong)


def test_every_text_belongs_to_a_code_that_is_used():
    wrong = sorted(set(entries()) - spoken())
    assert not wrong, "\n".join(wrong)


def texts(entry: dict, path: str):
    """Every pair of texts below a table, with its path."""
    for name, value in entry.items():
        if not isinstance(value, dict):
            assert name == "exit", f"{path}.{name} is no pair of texts"
        elif all(isinstance(text, str) for text in value.values()):
            yield f"{path}.{name}", value
        else:
            yield from texts(value, f"{path}.{name}")


@pytest.mark.parametrize("name", ROOMS)
def test_texts_say_the_same_in_both_languages(name):
    wrong = [
        path
        for path, pair in texts(words.room(name), name)
        if set(pair) != {"en", "zh"} or fields(pair["en"]) != fields(pair["zh"])
    ]
    assert not wrong, "\n".join(wrong)


def test_every_code_says_what_was_seen_and_what_to_do():
    wrong = [code for code, entry in entries().items() if not {"seen", "remedy"} <= set(entry)]
    assert not wrong, "\n".join(wrong)


def test_every_fact_that_a_text_uses_is_given():
    known, wrong = entries(), []
    for where, code, kind, call in raised():
        given = _given(kind, call)
        if given is None or code not in known:
            continue
        texts = [
            known[code][part][lang]
            for part in words.PARTS
            if part in known[code]
            for lang in ("en", "zh")
        ]
        missing = set().union(*map(fields, texts)) - given
        if missing:
            wrong.append(f"{where}: {code} lacks {', '.join(sorted(missing))}")
    assert not wrong, "\n".join(sorted(wrong))


def _given(kind: str, call: ast.Call) -> set[str] | None:
    """The facts at one call; None where they are not written out."""
    if kind == "LuodiError":
        names = [word.arg for word in call.keywords]
        return None if None in names else set(names)
    evidence = [word.value for word in call.keywords if word.arg == "evidence"] + call.args[3:4]
    if evidence and not isinstance(evidence[0], ast.Dict):
        return None
    keys = evidence[0].keys if evidence else []
    if any(not isinstance(key, ast.Constant) for key in keys):
        return None
    return {"column", *(str(key.value) for key in keys)}


def test_every_phrase_of_the_command_line_is_said():
    said = {
        call.args[0].value
        for path, tree in trees().items()
        for name, call in calls(tree)
        if path.startswith("cli/") and name == "phrase" and isinstance(call.args[0], ast.Constant)
    }
    computed = {
        name
        for name in words.room("cli")["phrases"]
        if name.startswith(("stage_", "note_", "serve_", "replay_"))
    }
    computed |= {
        "signature_checked",
        "signature_unchecked",
        "error",
        "warning",
        "note",
        "next_passed",
        "next_failed",
        "next_forced",
    }
    assert set(words.room("cli")["phrases"]) == said | computed
