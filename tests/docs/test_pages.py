"""Pages point to things that exist, and both READMEs show the same commands."""

import re

import pytest

from contract.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name(path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: str) -> list[str]:
    return re.findall(r"```(?:console|python)\n(.*?)```", (ROOT / page).read_text("utf-8"), re.S)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not missing


def test_both_readmes_show_the_same_commands():
    assert blocks("README.md") == blocks("README.zh-CN.md")


def test_every_stage_page_stands_in_both_readmes():
    for page in sorted((ROOT / "docs").glob("*.md")):
        for readme in ("README.md", "README.zh-CN.md"):
            assert f"docs/{page.name}" in (ROOT / readme).read_text("utf-8"), page.name


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\((.*?\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert listed == {page.name for page in folder.glob("*.md")} - {"README.md"}


def test_tests_that_the_threat_model_names_exist():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", text)
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]


def test_the_readme_names_the_commands_that_ci_runs():
    run = (ROOT / ".ci" / "run").read_text()
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in ("make check", "make test"):
        assert command in run and command in readme
