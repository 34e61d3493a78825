"""What is being served: for each task the release that answers, swapped as one reference."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from luodi.core.codec import Field
from luodi.runtime.load import Release
from luodi.serve.urgency import Prices, prices

DAY_S = 24 * 3600.0
SPARE = 64 * 1024
"""Bytes of a body beside its file: names, brackets, line breaks."""


@dataclass(frozen=True)
class Served:
    """A release that answers, with what every answer needs of it.

    Attributes:
        release: The release.
    """

    release: Release

    @cached_property
    def digest(self) -> str:
        """The release digest."""
        return self.release.digest

    @cached_property
    def version(self) -> str:
        """Twelve digits of the digest, as the version that protocols ask for."""
        return self.digest.removeprefix("sha256:")[:12]

    @cached_property
    def decisions(self) -> tuple[Any, ...]:
        """The classes in the type that labels had in the source."""
        return self.release.scorer.codec.typed_classes

    @cached_property
    def kept_names(self) -> frozenset[str]:
        """Columns of a record that the ledger keeps: those that training had, and no others."""
        codec = self.release.scorer.codec
        return frozenset((*codec.names, *codec.optional))

    @cached_property
    def is_slow(self) -> bool:
        """Whether a record takes so long to lay out that nothing else may wait for it."""
        return self.release.scorer.codec.is_slow

    @cached_property
    def files(self) -> tuple[Field, ...]:
        """The fields that hold files."""
        return tuple(field for field in self.release.scorer.codec.fields if field.media)

    @cached_property
    def file(self) -> Field | None:
        """The field that a file alone is meant for; None where there are several or none."""
        return self.files[0] if len(self.files) == 1 else None

    @cached_property
    def media(self) -> frozenset[bytes]:
        """Media types of bodies that are a record as they stand."""
        return frozenset(kind.encode() for kind in self.file.media) if self.file else frozenset()

    @cached_property
    def largest_bytes(self) -> int:
        """How much JSON the largest files of one record take; 0 where there are none."""
        return sum(4 * -(-field.most_bytes // 3) + SPARE for field in self.files)

    @cached_property
    def reviews_a_day(self) -> int | None:
        """How many answers a day people can look at; None when the task does not say."""
        review = self.release.plan.get("review")
        number = review.get("per_day") if isinstance(review, dict) else None
        return number if type(number) is int else None

    @cached_property
    def prices(self) -> Prices:
        """What each decision costs by actual class, counted in looks of a person."""
        return prices(self.release.plan, len(self.decisions))


class Model:
    """One task in service. It is an object because its release changes while it serves.

    Args:
        name: The task's name.
        served: What answers first.
        workers: Number of processes; each gives out its part of the reviews.
        number: The number of this one.
        reviews: Moments (seconds since 1970) of the last day's answers that went to a human.
    """

    def __init__(
        self,
        name: str,
        served: Served,
        workers: int = 1,
        number: int = 0,
        reviews: Sequence[float] = (),
    ) -> None:
        self.name = name
        self.current = served
        self._workers, self._number = workers, number
        self._reviews = deque(reviews[number::workers])
        self._lock = Lock()

    def swap(self, served: Served) -> None:
        """Answer with another release from the next request on."""
        self.current = served

    def takes_review(self, served: Served) -> bool:
        """Whether people still have time for one more answer today; if so, it counts."""
        capacity = served.reviews_a_day
        if capacity is None:
            return True
        now = time.time()
        with self._lock:
            while self._reviews and self._reviews[0] <= now - DAY_S:
                self._reviews.popleft()
            # capacity 7 of 3 processes: 3, 2 and 2
            if len(self._reviews) >= (capacity + self._workers - 1 - self._number) // self._workers:
                return False
            self._reviews.append(now)
            return True
