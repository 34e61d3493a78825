"""Tours of the README: their commands, and whether what they print is what is shown."""

import os
import re
import subprocess
import sys
from pathlib import Path

from contract.source import ROOT

NUMBER = re.compile(r"[0-9a-f]{12,}|\d[\d.,]*(e-?\d+)?")
PREPARES = ("make ", "source ", "mkdir ")


def steps(mark: str) -> list[tuple[str, str]]:
    """Commands of a tour with the output that the README shows."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text.split(f"<!-- {mark} -->")[1].split(f"<!-- /{mark} -->")[0]
    found = []
    for kind, block in re.findall(r"```(console|python)\n(.*?)```", part, re.S):
        if kind == "python":
            shown = [line[2:] for line in block.splitlines() if line.startswith("# ")]
            found.append((f"python - <<'END'\n{block}END", "\n".join(shown)))
            continue
        for told in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = told.partition("\n")
            if not command.startswith(PREPARES):
                found.append((command, output))
    return found


def shape(line: str) -> str:
    """A line without its numbers and the width of its columns."""
    return re.sub(r"\s+", " ", NUMBER.sub("0", line)).strip()


def matches(shown: str, printed: str) -> bool:
    """Whether printed lines are those shown; ``...`` stands for any lines, ``…`` for any words."""
    parts = [
        ".*" if line.strip() == "..." else re.escape(shape(line)).replace("…", "[^\n]*") + "\n"
        for line in shown.splitlines()
    ]
    text = "".join(shape(line) + "\n" for line in printed.splitlines())
    return re.fullmatch("".join(parts), text, re.S) is not None


def folder_for(above: Path) -> Path:
    """A folder beside a link to the examples, as in a checkout."""
    (above / "examples").symlink_to(ROOT / "examples")
    (above / "tour").mkdir()
    return above / "tour"


def walk(mark: str, folder: Path) -> None:
    """Run the commands of a tour and compare what they print."""
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "LUODI_KEY_DIR": str(folder / "key"),
        "LUODI_LANG": "en",
        "COLUMNS": "100",
    }
    for command, shown in steps(mark):
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
