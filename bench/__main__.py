"""Run the figures one after another, each in a process of its own, and print the table."""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench import options, result

QUALITY = (
    "ai4i", "german_credit", "card_default", "give_me_some_credit", "adult", "steel_plates",
    "appliances_author", "appliances_time", "device_state",
)  # fmt: skip
SPEED = (
    "one_row", "batch", "first_answer", "overhead", "growth", "serve", "overload", "ready",
    "image_training", "image_one", "image_batch",
)  # fmt: skip
WATCHING = ("drift_speed", "false_alarms", "sensor_shift")
IMPROVING = (
    "same_challengers", "better_challengers", "replay_press", "replay_bikes",
    "replay_electricity", "replay_cards",
)  # fmt: skip
IMAGES = (
    "mnist", "mnist_mlp", "mnist_article", "fashion_mnist", "cifar10", "neu", "pneumonia",
    "strange_images",
)  # fmt: skip
FIGURES = (*QUALITY, *IMAGES, *SPEED, *WATCHING, *IMPROVING)
HEAD = ("figure", "measure", "measured", "beside the best other", "wanted", "verdict", "protocol")


def main() -> int:
    """Run what was asked for and print the table of the latest results."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join(FIGURES))
    parser.add_argument("--table", action="store_true", help="only print what was measured last")
    options.add_to(parser)
    given = parser.parse_args()
    figures = given.figures or FIGURES
    unknown = sorted(set(figures) - set(FIGURES))
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}; known: {', '.join(FIGURES)}")
    statuses = [] if given.table else [run(figure, given) for figure in figures]
    print(table(figures, given.quick))
    return max(statuses, default=0)


def run(figure: str, given: argparse.Namespace) -> int:
    """Run one script in a process of its own, so that none warms or fills another's memory."""
    command = [sys.executable, "-m", f"bench.{figure}", "--budget", str(given.budget)]
    command += ["--quick"] if given.quick else []
    command += ["--splits", str(given.splits)] if given.splits else []
    command += ["--minutes", str(given.minutes)]
    command += ["--resume"] if given.resume else []
    print(f"{figure} …", file=sys.stderr, flush=True)
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(ran.stdout, end="", file=sys.stderr, flush=True)
    return ran.returncode


def table(figures: tuple[str, ...], quick: bool) -> str:
    """The latest results as a Markdown table."""
    records = [record for figure in figures for record in result.latest(figure, quick)]
    lines = [f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", *map(result.row, records)]
    stamps = {str(sorted(record["versions"].items())): record for record in records}
    for record in stamps.values():
        named = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
        lines += ["", f"{record['when'][:10]}, {record['machine']['cores']} cores: {named}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
