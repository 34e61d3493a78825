"""Images of another kind: how many each way of telling them finds, at 1 % of the task's own.

A network is trained on each set of images. Foreign to it are the images of the other sets, noise,
plain ones and blocks. Each way of telling gets its limit from images that were not learned from,
as a release does, and is then asked about other images of the set and about the foreign ones:
the largest probability, energy (Liu et al. 2020), the distance to the nearest class in what the
last layer reads (Lee et al. 2018), the same less the distance to all (Ren et al. 2021), the tenth
nearest neighbour there (Sun et al. 2022), and the stages that luodi measures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.options import Options
from bench.result import Result, Skipped, end
from luodi.core.task import Task
from luodi.modalities import modality
from luodi.modalities.image.codec import decode
from luodi.modalities.image.graph.resize import resize
from luodi.modalities.image.learn import pixels, portfolio, strange, training
from luodi.modalities.image.learn.fitted import Fitted, softmax
from luodi.modalities.image.learn.job import Job, Validation
from luodi.modalities.image.learn.probe import fastest
from luodi.modalities.image.learn.stages import summaries

SETS = {
    "pneumonia": "pneumoniamnist/pneumoniamnist.npz",
    "neu": "neu_surface_defect/neu_det_images.zip",
    "mnist": "mnist",
    "fashion_mnist": "fashion_mnist",
    "cifar10": "cifar10/cifar10_jpg.zip",
}
LEARNED, FRESH, ASKED, FOREIGN = 8000, 500, 1000, 250
RATE, NEIGHBOURS, KEPT = 0.01, 10, 1000
OURS = "luodi"

Floats = NDArray[np.float64]


class Set(NamedTuple):
    """A set of images, mixed: to learn from, to set limits by, and to be asked about."""

    images: np.ndarray
    truth: np.ndarray
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    learned: np.ndarray
    fresh: np.ndarray
    asked: np.ndarray


def read(source: Path, quick: bool) -> Set:
    """A set, at the size that networks see."""
    where = {"source": str(source), "target": "label", "modality": "image"}
    whole = modality("image").read(Task.load({"name": "a", "goal": "classify", "data": where}))
    count = min(len(whole), 1200 if quick else LEARNED + FRESH + ASKED)
    rows = np.random.default_rng(0).permutation(len(whole))[:count]
    table = whole.table[rows]
    found, _, _ = pixels.read(table[whole.columns[0].name].to_list(), "image", 1)
    _, truth = np.unique(table["label"].to_numpy().astype(str), return_inverse=True)
    asked, fresh = min(ASKED, count // 4), min(FRESH, count // 5)
    cut = np.split(np.arange(count), [count - asked - fresh, count - asked])
    return Set(found.images, truth, *pixels.moments(found.images), *cut)


def trained(own: Set, seconds: float) -> Fitted:
    """The network that luodi would try first."""
    classes = int(own.truth.max()) + 1
    height, width, channels = own.images.shape[1:]
    rows = len(own.learned)
    case = portfolio.Case(height, width, channels, rows, classes, seconds, fastest(1))
    (family, settings), *_ = portfolio.ordered(case)

    def right(truth: np.ndarray, said: np.ndarray) -> float:
        return float((said.argmax(axis=1) == truth).mean())

    valid = Validation(own.images[own.fresh], own.truth[own.fresh], right)
    job = Job(
        family, settings, own.images, own.truth, own.learned, classes, own.mean, own.spread,
        valid, seconds=seconds,
    )  # fmt: skip
    return training.fit(job)


Way = Callable[[np.ndarray], Floats]


def ways(model: Fitted, own: Set) -> Mapping[str, Way]:
    """What tells strange images, each as a number that is higher the stranger."""
    found = strange.fitted(
        model.network, own.images, own.learned, own.fresh, own.mean, own.spread
    )  # fmt: skip
    assert found is not None
    last = found.stages[-1].name

    def read_last(images: np.ndarray) -> Floats:
        seen = summaries(model.network, images, own.mean, own.spread, [last])
        return np.asarray(seen[last].numbers)

    some = own.learned[: strange.MOST_FITTED]
    held, truth = read_last(own.images[some]), own.truth[some]
    means = np.stack([held[truth == one].mean(axis=0) for one in np.unique(truth)])
    wide = np.maximum(held.std(axis=0), 1e-6)
    inside = (held - means[np.unique(truth).searchsorted(truth)]) / wide
    around = _inverse(strange.shrunk(inside))
    whole = _inverse(strange.shrunk((held - held.mean(axis=0)) / wide))

    def near(images: np.ndarray) -> Floats:
        seen = read_last(images)
        return np.asarray(np.min([_square((seen - one) / wide, around) for one in means], axis=0))

    def beyond(images: np.ndarray) -> Floats:
        far = _square((read_last(images) - held.mean(axis=0)) / wide, whole)
        return near(images) - far

    def neighbour(images: np.ndarray) -> Floats:
        gaps = 1 - _unit(read_last(images)) @ _unit(held[:KEPT]).T
        return np.asarray(np.partition(gaps, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1])

    return {
        OURS: lambda images: found.of(model.network, images, own.mean, own.spread),
        "largest probability": lambda images: -softmax(model.logits(images)).max(axis=1),
        "energy": lambda images: -_log_sum(model.logits(images).astype(np.float64)),
        "nearest class": near,
        "relative": beyond,
        "neighbours": neighbour,
    }


def _square(gap: Floats, inverse: Floats) -> Floats:
    return np.asarray(((gap @ inverse) * gap).sum(axis=1))


def _inverse(covariance: Floats) -> Floats:
    return np.asarray(np.linalg.inv(covariance), np.float64)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _log_sum(logits: Floats) -> Floats:
    most = logits.max(axis=1)
    return np.asarray(most + np.log(np.exp(logits - most[:, None]).sum(axis=1)))


def foreign(own: Set, sets: Mapping[str, Set]) -> dict[str, np.ndarray]:
    """Images of other kinds in the form of this one's, uint8 (some, height, width, channels)."""
    height, width, channels = own.images.shape[1:]
    random = np.random.default_rng(1)
    shape = (FOREIGN, height, width, channels)
    made = {
        "noise": random.integers(0, 256, shape).astype(np.uint8),
        "plain": np.broadcast_to(random.integers(0, 256, (FOREIGN, 1, 1, 1)), shape),
        "blocks": random.integers(0, 2, (FOREIGN, 8, 8, channels)).repeat(32, 1).repeat(32, 2)
        * 255,
    }
    for name, other in sets.items():
        if other is not own:
            taken = other.images[other.asked][:FOREIGN]
            made[name] = np.stack([decode(one, channels, name) for one in taken])
    return {
        name: resize(np.ascontiguousarray(one, np.uint8), height, width)
        for name, one in made.items()
    }


def judged(name: str, sets: Mapping[str, Set], seconds: float) -> Result:
    """One set: the share of foreign images that each way finds."""
    own = sets[name]
    model = trained(own, seconds)
    others = foreign(own, sets)
    shares: dict[str, list[float]] = {}
    called: dict[str, float] = {}
    for way, score in ways(model, own).items():
        most = strange.limit(score(own.images[own.fresh]), RATE)
        shares[way] = [float((score(images) > most).mean()) for images in others.values()]
        called[way] = float((score(own.images[own.asked]) > most).mean())
    means = {way: [float(np.mean(found))] for way, found in shares.items()}
    best = max(values[0] for way, values in means.items() if way != OURS)
    return Result(
        figure="strange_images",
        title=f"foreign images found by a network for {name}",
        measure="share found",
        values=means,
        wanted=f"own images called strange <= {2 * RATE:.0%}",
        reached=called[OURS] <= 2 * RATE,
        protocol=f"{model.family} of {seconds:g} s on {len(own.learned):,} images, limits by "
        f"{len(own.fresh)}; {len(others)} kinds of foreign images, {len(own.asked):,} own ones",
        against=f"best other {best:.3f}; {called[OURS]:.1%} of its own images called strange",
        details={"kinds": list(others), "shares": shares, "own": called},
    )


def measured(options: Options) -> list[Result]:
    """Every set that is here."""
    known = dict(list(SETS.items())[:2]) if options.quick else SETS
    here = {name: options.data / at for name, at in known.items() if (options.data / at).exists()}
    if len(here) < 2:
        raise Skipped("there are no two sets of images here")
    sets = {name: read(at, options.quick) for name, at in here.items()}
    return [judged(name, sets, options.budget_s) for name in sets]


if __name__ == "__main__":
    end(__doc__, measured)
