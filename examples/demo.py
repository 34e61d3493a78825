"""The whole way on two sets of records, as anyone would type it. Writes only into ./demo/."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO = Path("demo")
LUODI = [sys.executable, "-m", "luodi.cli"]


def main() -> int:
    """Run both examples and print each command before it runs."""
    shutil.rmtree(DEMO, ignore_errors=True)
    for example, name in (("clinic", "tumours"), ("factory", "machine-failure")):
        print(f"\n=== {example}: {name} ===", flush=True)
        status = walk(HERE / example, DEMO / example, name)
        if status:
            return status
    print(f"\nEverything is in {DEMO}/: task, release, answers, and card.html for a browser.")
    return 0


def walk(example: Path, folder: Path, name: str) -> int:
    """Records, check, build, answers, card: stops at the first command that fails."""
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, example / "records.py", folder], check=True)
    shutil.copy(example / "task.yaml", folder)
    lines = (
        "check task.yaml",
        "build task.yaml",
        f"verify {name}.luodi",
        f"predict {name}.luodi new.csv -o answers.csv",
        f"show {name}.luodi --html card.html",
        f"show {name}.luodi",
    )
    return next((status for line in lines if (status := luodi(line, folder))), 0)


def luodi(line: str, folder: Path) -> int:
    """One command in the demo's folder, with a signing key of the demo's own."""
    print(f"\n$ luodi {line}", flush=True)
    environment = {**os.environ, "LUODI_KEY_DIR": str((DEMO / "key").resolve())}
    return subprocess.run([*LUODI, *shlex.split(line)], cwd=folder, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
