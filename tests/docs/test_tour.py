"""The tour in the README runs, and prints what the README says, numbers aside."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contract.source import ROOT

NUMBER = re.compile(r"[0-9a-f]{16,}|\d[\d.,]*(e-?\d+)?")
PREPARES = ("make ", "source ", "mkdir ")


def tour() -> list[tuple[str, str]]:
    """Commands of the tour with the output that the README shows."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text.split("<!-- tour -->")[1].split("<!-- /tour -->")[0]
    steps = []
    for kind, block in re.findall(r"```(console|python)\n(.*?)```", part, re.S):
        if kind == "python":
            shown = [line[2:] for line in block.splitlines() if line.startswith("# ")]
            steps.append((f"python - <<'END'\n{block}END", "\n".join(shown)))
            continue
        for told in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = told.partition("\n")
            if not command.startswith(PREPARES):
                steps.append((command, output))
    return steps


def shape(line: str) -> str:
    """A line without its numbers and the width of its columns."""
    return re.sub(r"\s+", " ", NUMBER.sub("0", line)).strip()


def matches(shown: str, printed: str) -> bool:
    """Whether printed lines are those shown; a line ``...`` stands for any lines."""
    parts = [".*" if s.strip() == "..." else re.escape(shape(s)) + "\n" for s in shown.splitlines()]
    text = "".join(shape(line) + "\n" for line in printed.splitlines())
    return re.fullmatch("".join(parts), text, re.S) is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    above = tmp_path_factory.mktemp("checkout")
    (above / "examples").symlink_to(ROOT / "examples")
    (above / "tour").mkdir()
    return above / "tour"


def test_the_tour_runs_as_the_readme_shows(folder):
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "LUODI_KEY_DIR": str(folder / "key"),
        "LUODI_LANG": "en",
        "COLUMNS": "100",
    }
    for command, shown in tour():
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        assert matches(shown, done.stdout), f"$ {command}\nshown:\n{shown}\nprinted:\n{done.stdout}"


def test_the_comparison_sees_a_line_that_differs():
    assert matches("a 1\n...\nb", "a 2.5\nx\ny\nb\n")
    assert not matches("a 1\n...\nb", "a 2.5\nx\nc\n")
    assert not matches("a 1", "a 1\nmore\n")
