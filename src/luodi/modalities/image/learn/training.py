"""Training a network: one cycle of the learning rate that ends when the time ends.

Weights are averaged as they go (Polyak and Juditsky 1992), and of the averages the one with the
best score on rows that were not learned from is kept.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from luodi.core.values import Epoch
from luodi.modalities.image.learn import augment
from luodi.modalities.image.learn.fitted import Fitted, logits, normalised, softmax
from luodi.modalities.image.learn.job import Job, Progress
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.optimizer import highest_rate, optimizer
from luodi.modalities.image.learn.resume import Best, resume, state_of
from luodi.modalities.image.learn.schedule import Pace, most_epochs, one_cycle
from luodi.modalities.image.learn.teacher import taught

PROBE_STEPS = 4
"""Steps that are measured before the plan, after one that warms up."""
SPARE = 0.04
"""Share of the time that is kept for what was not measured."""
LATE = 0.6
"""Before this share of the cycle no epoch is the best, and fewer rows are looked at."""
FEWER = 2_000
LONGEST_STEP = 5.0
"""A longer gradient, all weights together, is shortened to it."""
PATIENCE = 3
"""Epochs for which everything has to be known before a training ends early."""


def fit(job: Job) -> Fitted:
    """Train a network.

    With ``epochs`` no clock is asked, and the same seed and threads give the same network again.

    Args:
        job: What is trained on what.

    Returns:
        The network of the best epoch, set to answer.
    """
    with _alone(job.settings.threads):
        run = Run(job)
        kept = job.watch.resumed
        if kept is not None and kept.facts.get("of") == job.identity:
            resume(run, kept)
        while run.goes_on():
            run.epoch_more()
        return run.result()


@contextmanager
def _alone(threads: int) -> Iterator[None]:
    """Torch's own generator and threads as they were before, whatever happens inside."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before)


class Run:
    """A training under way.

    Args:
        job: What is trained on what.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        given = job.settings
        torch.manual_seed(job.seed)
        fresh = (job.family, job.shape, job.classes, given.width, given.dropout)
        self.network = built(*fresh) if job.begin is None else copy.deepcopy(job.begin)
        if job.start:
            known = {name: torch.from_numpy(np.array(one)) for name, one in job.start.items()}
            self.network.load_state_dict({**self.network.state_dict(), **known})
        self.form = torch.channels_last if given.channels_last else torch.contiguous_format
        self.network = self.network.to(memory_format=self.form).train()
        self.average = copy.deepcopy(self.network).eval()
        self.optimizer = optimizer(self.network, given)
        self.images = torch.from_numpy(np.ascontiguousarray(job.images))
        self.truth = torch.from_numpy(job.truth.astype(np.int64))
        self.rows = torch.from_numpy(job.rows.astype(np.int64))
        weights = job.class_weights()
        self.weights = None if weights is None else torch.from_numpy(weights)
        self.epoch = self.known = 0
        self.best: Best | None = None
        self.best_weights: dict[str, Tensor] = {}
        self.halted = False
        self.curve: list[Epoch] = []
        self.generator = torch.Generator()
        self.pace = self._pace()

    def goes_on(self) -> bool:
        """Whether there is another epoch."""
        return not (self.pace.over or self.halted or self.settled)

    @property
    def settled(self) -> bool:
        """Whether everything is known; epochs that were given are gone through all the same."""
        return self.job.epochs is None and self.known >= PATIENCE

    def epoch_more(self) -> None:
        """One epoch, what it is worth, and who is told of it."""
        loss = self._learn()
        self.epoch += 1
        score = self._judged()
        self.halted = self.halted or not math.isfinite(loss)
        steps = self.pace.done + (0 if self.pace.over else self.pace.steps - self.pace.done)
        planned = max(self.epoch, round(steps / self.job.steps))
        seconds = self.pace.elapsed()
        watch = self.job.watch
        self.curve.append(Epoch(loss, score, seconds))
        watch.told(Progress(self.job.family, self.epoch, planned, loss, score, seconds))
        if watch.kept is not None and not self.halted and watch.due():
            watch.kept(state_of(self))

    def result(self) -> Fitted:
        """The network of the best epoch."""
        if self.best_weights:
            self.average.load_state_dict(self.best_weights)
        job, network = self.job, self.average.to(memory_format=torch.contiguous_format)
        rounds, curve = max(1, self.epoch), tuple(self.curve)
        return Fitted(job.family, network.eval(), job.mean, job.spread, rounds, curve)

    def _pace(self) -> Pace:
        """The plan: epochs as given, or as many as the time is measured to be enough for."""
        job, began = self.job, time.perf_counter()
        if job.epochs is not None:
            return Pace(job.epochs * job.steps)
        most = most_epochs(len(job.rows))
        if job.seconds == math.inf:
            return Pace(most * job.steps)
        step, validation = self._probed()
        seconds = max(job.seconds * (1 - SPARE) - validation, 1e-3)
        epochs = int(seconds / (step * job.steps + validation))
        steps = min(most, max(1, epochs)) * job.steps
        return Pace(steps, seconds, most * job.steps, began=began)

    def _probed(self) -> tuple[float, float]:
        """Seconds of a step, and of a look at the validation rows; nothing is learned."""
        kept = copy.deepcopy((self.network.state_dict(), self.optimizer.state_dict()))
        self.generator.manual_seed(self.job.seed)
        rows = self.rows[: self.job.settings.batch]
        step = min(_timed(lambda: self._step(rows, 0.0)) for _ in range(1 + PROBE_STEPS))
        self.network.load_state_dict(kept[0])
        self.optimizer.load_state_dict(kept[1])
        if self.job.valid is None:
            return step, 0.0
        count = len(self.job.valid.images)
        some = min(count, 256)
        return step, _timed(lambda: self._validated(some)) * count / some

    def _learn(self) -> float:
        """One epoch of steps; their mean loss."""
        job, seed = self.job, self.job.seed * 1_000_003 + self.epoch
        self.generator.manual_seed(seed)
        torch.manual_seed(seed)  # what is dropped out
        order = self.rows[torch.randperm(len(self.rows), generator=self.generator)]
        losses = []
        for at in range(job.steps):
            rows = order[at * job.settings.batch : (at + 1) * job.settings.batch]
            rate = highest_rate(job.settings) * one_cycle(self.pace.progress)
            losses.append(self._step(rows, rate))
            self.pace.step()
            self._averaged()
            self.halted = job.stop()
            if self.halted or self.pace.over:
                break
        return float(np.mean(losses))

    def _step(self, rows: Tensor, rate: float) -> float:
        """One step on a batch; its loss."""
        given, drawn = self.job.settings, self.generator
        pixels = augment.taken(self.images, rows, given.augment, given.mirror, drawn)
        images = normalised(pixels, self.job.mean, self.job.spread)
        images = augment.varied(images, given.augment, drawn)
        truth = functional.one_hot(self.truth[rows], self.job.classes).to(torch.float32)
        images, truth = augment.mixed(images, truth, given.mixup, drawn)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=given.bf16):
            scores = self.network(images.contiguous(memory_format=self.form))
        smooth = given.smoothing
        loss = functional.cross_entropy(scores.float(), truth, self.weights, label_smoothing=smooth)
        if self.job.teacher is not None:
            loss = taught(loss, scores.float(), self.job.teacher(images))
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LONGEST_STEP)
        self.optimizer.step()
        return float(loss.detach())

    def _averaged(self) -> None:
        """Bring the average nearer to the weights, more slowly the longer it is under way."""
        horizon = max(5, min(self.job.steps // 2, self.pace.steps // 20))
        share = 1 / min(self.pace.done, horizon)
        pairs = zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        )
        with torch.no_grad():
            moving = [(a, b) for a, b in pairs if a.is_floating_point()]
            torch._foreach_lerp_([a for a, _ in moving], [b for _, b in moving], share)

    def _judged(self) -> float:
        """The score of the average; what it weighs is kept if none was better."""
        valid = self.job.valid
        if valid is None:
            return math.nan
        ended = self.halted or self.pace.over
        whole = ended or self.pace.progress >= LATE or len(valid.truth) <= FEWER
        score, loss = self._validated(len(valid.truth) if whole else FEWER)
        self.known = self.known + 1 if whole and loss <= self.job.least_loss else 0
        found = Best(score, -loss, -self.epoch)
        late = ended or self.pace.progress >= LATE or self.settled
        if whole and late and math.isfinite(loss) and (self.best is None or found > self.best):
            self.best = found
            self.best_weights = copy.deepcopy(self.average.state_dict())
        return score

    def _validated(self, count: int) -> tuple[float, float]:
        """Score and log loss of the average on the first validation rows."""
        valid = self.job.valid
        assert valid is not None
        truth = valid.truth[:count]
        said = softmax(logits(self.average, valid.images[:count], self.job.mean, self.job.spread))
        if not np.isfinite(said).all():
            return -math.inf, math.inf
        loss = -np.log(np.maximum(said[np.arange(count), truth], 1e-12)).mean()
        return valid.score(truth, said), float(loss)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
