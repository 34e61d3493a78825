"""Every verb, option and task key is documented, and nothing is documented that is not there."""

import re

import pytest
import typer
from pydantic import BaseModel

from contract.source import ROOT
from luodi.cli.app import application
from luodi.core.task import CLASSIFY_METRICS, REGRESS_METRICS, Task

COMMANDS = typer.main.get_command(application()).commands
TASK_PAGE = (ROOT / "docs" / "task.md").read_text(encoding="utf-8")
VERB_PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def section(verb: str) -> str:
    """What the page says under the heading of a verb."""
    found = re.search(rf"^## luodi {verb}$(.*?)(?=^## |\Z)", VERB_PAGE, re.M | re.S)
    assert found, f"docs/command-line.md has no section '## luodi {verb}'"
    return found[1]


def options(verb: str) -> set[str]:
    return {
        name
        for option in COMMANDS[verb].params
        for name in option.opts
        if name.startswith("-") and name not in ("--help", "-h")
    }


def keys(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Dotted names of all keys below a model, such as ``data.source``."""
    found = set()
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        found.add(prefix + name)
        for part in _models_in(field.annotation):
            star = "*." if "dict" in str(field.annotation).lower() else ""
            found |= keys(part, f"{prefix}{name}.{star}")
    return found


def _models_in(annotation) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_in(inner)]


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_every_option_of_a_verb_is_documented(verb):
    shared = VERB_PAGE.split("## luodi ")[0]
    wanted = options(verb)
    told = set(re.findall(r"`(-{1,2}[a-z-]+)", section(verb)))
    told |= wanted & set(re.findall(r"`(-{1,2}[a-z-]+)", shared))
    assert told == wanted


def test_no_verb_is_documented_that_does_not_exist():
    assert set(re.findall(r"^## luodi (\w+)$", VERB_PAGE, re.M)) == set(COMMANDS)


def test_every_exit_status_is_documented():
    for status in (0, 1, 2, 3, 4, 130, 141):
        assert re.search(rf"^\| {status} \|", VERB_PAGE, re.M), status


def test_every_key_of_the_task_file_is_documented():
    told = set(re.findall(r"^\| `([a-z_.*]+)`", TASK_PAGE, re.M))
    assert told == keys(Task)


def test_every_metric_is_documented():
    for metric in (*CLASSIFY_METRICS, *REGRESS_METRICS):
        assert f"`{metric}`" in TASK_PAGE, metric


def test_examples_on_the_task_page_are_tasks():
    blocks = re.findall(r"```yaml\n(.*?)```", TASK_PAGE, re.S)
    assert blocks
    for block in blocks:
        Task.load(block)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("task.yaml")), ids=str)
def test_tasks_of_the_examples_are_tasks(path):
    assert Task.load(path).name
