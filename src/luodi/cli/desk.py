"""A person at the review queue: one case after another, shown, asked for its truth, settled."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from luodi.cli import case as shown
from luodi.cli.person import actor
from luodi.cli.speech import phrase, say

if TYPE_CHECKING:
    from luodi.core.codec import Codec
    from luodi.serve.codecs import Codecs
    from luodi.store.home import Home
    from luodi.store.ledger.ledger import Ledger
    from luodi.store.ledger.rows import Review

Kind = Literal["answer", "skip", "quit"]
WORDS: dict[str, Kind] = {"s": "skip", "q": "quit"}


@dataclass(frozen=True)
class Said:
    """What a person said of a case: ``answer`` with the truth, ``skip`` or ``quit``."""

    kind: Kind
    truth: str = ""


@dataclass
class Tally:
    """What a person did.

    Attributes:
        answered: Cases whose truth counts.
        skipped: Cases that wait no more without one.
        quit: Whether the person ended before no case was free any more.
    """

    answered: int = 0
    skipped: int = 0
    quit: bool = False


def sit(home: Home, name: str, lease_s: float, show: Callable[[str], None]) -> Tally:
    """Go through the cases of a task until none is free, or the person ends.

    Lines are read from stdin. A case that is shown when the person ends, or when the program is
    interrupted, waits for anybody again.

    Args:
        home: The home.
        name: The task.
        lease_s: How long a case is this person's.
        show: Puts a line of a case in front of the person.
    """
    from luodi.serve.codecs import Codecs

    codecs, tally = Codecs(home), Tally()
    while True:
        with _lent(home.ledger, name, lease_s) as taken:
            if not taken or not _settled(home.ledger, taken[0], codecs, show, tally):
                return tally


@contextmanager
def _lent(ledger: Ledger, name: str, lease_s: float) -> Iterator[list[Review]]:
    """The next case; it is given back unless it was settled."""
    from luodi.store.ledger import reviews

    taken = reviews.take(ledger, name, actor(), 1, lease_s)
    try:
        yield taken
    finally:
        reviews.give_back(ledger, taken)


def _settled(
    ledger: Ledger, review: Review, codecs: Codecs, show: Callable[[str], None], tally: Tally
) -> bool:
    """Show a case and do what the person says; False when they end."""
    from luodi.serve.cases import case
    from luodi.store.ledger import reviews

    codec = codecs.of({review.id})[review.id]
    for line in shown.lines(case(review, codec), codec):
        show(line)
    said = asked(codec, sys.stdin.readline)
    if said.kind == "answer":
        _answered(ledger, review.id, said.truth, tally)
    elif said.kind == "skip":
        tally.skipped += reviews.skip(ledger, review.id, actor())
    tally.quit = said.kind == "quit"
    show("")
    return not tally.quit


def _answered(ledger: Ledger, name: str, truth: str, tally: Tally) -> None:
    from luodi.store.ledger import reviews
    from luodi.store.ledger.rows import Outcome

    receipt = reviews.answer(ledger, Outcome(name, truth, source=actor()))
    tally.answered += receipt.counts
    say(receipt.text() or phrase("review_kept", truth=truth))


def asked(codec: Codec, read: Callable[[], str]) -> Said:
    """Ask for a truth until there is one.

    Args:
        codec: Says what can be true.
        read: Gives the next line, and nothing at the end.

    Returns:
        What the person said; the end of the lines means that they end.
    """
    numbers = by_number(codec)
    while True:
        say(shown.question(codec, numbers))
        line = read()
        word = line.strip()
        if not line or word in WORDS:
            return Said(WORDS.get(word, "quit"))
        truth = codec.truth(numbers.get(word, word)) if word else None
        if truth is not None:
            return Said("answer", truth)
        if word:
            say(phrase("review_impossible"))


def by_number(codec: Codec) -> dict[str, str]:
    """Classes by the numbers that stand for them; none where a class is called by a digit.

    Example:
        >>> from luodi.modalities.tabular.codec import Codec
        >>> by_number(Codec("classify", "fails", ("no", "yes")))
        {'1': 'no', '2': 'yes'}
        >>> by_number(Codec("classify", "fails", ("0", "1")))
        {}
    """
    if any(label[:1].isdigit() for label in codec.classes):
        return {}
    return {str(number): label for number, label in enumerate(codec.classes, 1)}
