"""The whole way on two sets of records, then the loop live, as anyone would type it.

Writes only into ./demo/.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
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
    status = loop(HERE / "press", DEMO / "press")
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


def loop(example: Path, folder: Path) -> int:
    """Serve, a sensor dies, the alarm says so, new tools come, a challenger wins, promoted."""
    print("\n=== press: the loop, live ===", flush=True)
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, example / "records.py", folder], check=True)
    shutil.copy(example / "task.yaml", folder)
    for line in ("build task.yaml", "init line", "promote press.luodi --home line"):
        if status := luodi(line, folder):
            return status
    served = started("serve press --home line --no-auth --port 8701", folder)
    try:
        traffic(example, folder, "well")
        watched = luodi(WATCH, folder)
        traffic(example, folder, "stuck")
        alarmed = luodi(WATCH, folder)
        traffic(example, folder, "tools")
        rest = [luodi(line, folder) for line in LATER]
    finally:
        served.terminate()
        served.wait()
    return watched or alarmed != ALARM or max(rest)


WATCH = "monitor --home line --window 4s"
ALARM = 1
LATER = (
    "feedback import truths.csv --home line",
    "improve task.yaml --home line",
    "history --home line",
    "status --home line --window 4s",
)


def traffic(example: Path, folder: Path, kind: str) -> None:
    """Twelve seconds of traffic, and the end of the window it was in."""
    print(f"\n$ python traffic.py {kind} 12", flush=True)
    url = {"PRESS_URL": "http://localhost:8701/predict"}
    command = [sys.executable, example / "traffic.py", kind, "12"]
    subprocess.run(command, cwd=folder, env={**os.environ, **url}, check=True)
    time.sleep(4)


def luodi(line: str, folder: Path) -> int:
    """One command in the demo's folder, to its end."""
    return started(line, folder).wait()


def started(line: str, folder: Path) -> subprocess.Popen[bytes]:
    """One command in the demo's folder, with a signing key of the demo's own."""
    print(f"\n$ luodi {line}", flush=True)
    environment = {**os.environ, "LUODI_KEY_DIR": str((DEMO / "key").resolve())}
    return subprocess.Popen([*LUODI, *shlex.split(line)], cwd=folder, env=environment)


if __name__ == "__main__":
    sys.exit(main())
