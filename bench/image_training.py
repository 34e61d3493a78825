"""Images a second that are learned from, beside a torch loop written by hand.

The same network, batch, threads, precision and pixels, varied by the same functions; luodi's
training also follows the clock, averages its weights and shortens long gradients. A loop that
varies nothing stands beside both.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from bench import at_hand, by_hand, clock
from bench.options import Options
from bench.result import Result, end
from luodi.modalities.image.learn import augment, portfolio, training
from luodi.modalities.image.learn.job import Job
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.pixels import moments
from luodi.modalities.image.learn.probe import fastest

ROUNDS, LIMIT = 5, 0.95
KINDS = {
    "lenet": (28, 1, 20_480),
    "resnet8": (32, 3, 5_120),
    "resnet9": (32, 3, 5_120),
}


def measured(options: Options) -> list[Result]:
    """Each network."""
    return [_one(family, *kind, options) for family, kind in KINDS.items()]


def _one(family: str, side: int, channels: int, rows: int, options: Options) -> Result:
    rows = 512 if options.quick else rows
    images, truth = at_hand.pictures(rows, side, channels)
    case = portfolio.Case(side, side, channels, rows, 4, 60.0, fastest(torch.get_num_threads()))
    given = portfolio.settings(family, case)
    job = Job(
        family, given, images, truth, torch.arange(rows).numpy(), 4, *moments(images), None,
        epochs=1,
    )  # fmt: skip
    drawn = torch.Generator().manual_seed(0)

    def shifted(some: torch.Tensor) -> torch.Tensor:
        return augment.varied(some, given.augment, drawn)

    def loop(varied: by_hand.Varied) -> Callable[[], object]:
        def work() -> object:
            torch.set_num_threads(given.threads)
            network = built(family, (channels, side, side), 4, given.width, given.dropout)
            return by_hand.taught(
                network, images, truth, epochs=1, batch=given.batch, bf16=given.bf16,
                channels_last=given.channels_last, varied=varied,
            )  # fmt: skip

        return work

    calls = {
        "luodi": lambda: training.fit(job),
        "by hand": loop(shifted),
        "by hand, nothing varied": loop(lambda some: some),
    }
    rounds = 2 if options.quick else ROUNDS
    took = clock.in_turns(calls, 1, rounds)
    faster = clock.ratios(took, "by hand", "luodi")
    middle = clock.median(faster)
    speed = {who: rows / clock.median(values) for who, values in took.items()}
    way = f"batch {given.batch}, {given.threads} threads"
    way += ", bf16" if given.bf16 else ""
    return Result(
        figure="image_training",
        title=f"training of {family} at {side} x {side} x {channels}",
        measure=f"images/s / by hand, {family}",
        values={"luodi": faster},
        wanted=f">= {LIMIT:g}",
        reached=middle >= LIMIT,
        protocol=f"{rows:,} generated pictures, {way}; {rounds} rounds of an epoch",
        against=", ".join(f"{who} {value:,.0f} images/s" for who, value in speed.items()),
        details={"median": middle, "images_per_second": speed},
    )


if __name__ == "__main__":
    end(__doc__, measured)
