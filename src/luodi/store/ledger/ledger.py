"""A ledger: one object that all of luodi asks and tells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from luodi.store.ledger import audit, frames, insert, moves, outcomes
from luodi.store.ledger.address import database
from luodi.store.ledger.database import Database
from luodi.store.ledger.migrate import to_newest
from luodi.store.ledger.rows import Alarm, Alias, Outcome, Prediction, Reason, Receipt, Release
from luodi.store.ledger.trouble import telling
from luodi.store.ledger.writer import WAITING_ROWS, Handler, Writer

if TYPE_CHECKING:
    import polars as pl


class Ledger:
    """Predictions, outcomes, alarms, releases in use and the audit.

    What a method has returned, or a future has given, survives a power cut. It is an object
    because it holds the one thread that writes; everything that it gives back is a value.

    Args:
        address: A file of SQLite, ``sqlite:///FILE`` or
            ``postgresql://USER:PASSWORD@HOST:PORT/NAME``. Tables are made, or brought to the
            newest version, when it is opened.
        gather_s: How long the first row of a group waits for company before it is synced.
        waiting_rows: How many rows may wait to be written; more are refused.

    Raises:
        LuodiError: ``ledger.address``, ``ledger.version``, ``ledger.unreachable``,
            ``ledger.encoding``, ``environment.disk``, ``environment.missing_package``.
    """

    def __init__(
        self, address: str | Path, *, gather_s: float = 0.0, waiting_rows: int = WAITING_ROWS
    ) -> None:
        self._database: Database = database(address)
        try:
            with telling():
                to_newest(self._database)
        except BaseException:
            self._database.close()
            raise
        self._writer = Writer(self._database, gather_s=gather_s, waiting_rows=waiting_rows)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def file(self) -> Path | None:
        """The file of SQLite; None where a server keeps the rows."""
        return self._database.file

    def close(self) -> None:
        """Write what waits and close all connections."""
        if self._database.is_forked():
            return  # they belong to the process that opened them
        self._writer.close()
        self._database.close()

    def write(
        self, handler: Handler, items: Sequence[Any], *, synced: bool = True
    ) -> Future[list[Any]]:
        """Let the one thread that writes run a handler, in one transaction with what else waits.

        Raises:
            LuodiError: as ``Writer.submit``; the future raises ``ledger.full``,
                ``ledger.unreachable``, ``ledger.dead``, ``ledger.refused``.
        """
        return self._writer.submit(handler, items, synced=synced)

    def empty_log(self) -> None:
        """Carry SQLite's log over into its file and empty it, so that no old text stays there."""
        self._database.ask_for_empty_log()
        self.write(lambda _, items: list(items), [None]).result()

    def add_release(self, release: Release) -> bool:
        """Make a release known; again is fine.

        Returns:
            Whether it is new.
        """
        new: bool = self.write(insert.add_releases, [release]).result()[0]
        return new

    def releases(self, name: str | None = None) -> list[Release]:
        """The releases that are known, of one task or of all, oldest first."""
        with self.reading() as connection:
            return insert.known_releases(connection, name)

    def keep_predictions(
        self, predictions: Sequence[Prediction], *, synced: bool = True
    ) -> Future[list[None]]:
        """Keep answers; they are durable when the future is done.

        Args:
            predictions: The answers; all are kept or none.
            synced: Whether they survive a power cut too, and not only the end of this process.

        Raises:
            LuodiError: ``ledger.text``, ``ledger.long``, ``ledger.moment``, ``ledger.busy``,
                ``ledger.dead``. The future raises ``ledger.prediction`` when an id is taken or a
                release unknown, ``ledger.full``, ``ledger.unreachable``; none is kept then.
        """
        answers = [insert.prepared(prediction) for prediction in predictions]
        return self.write(insert.add_predictions, answers, synced=synced)

    def keep_outcomes(self, arrived: Sequence[Outcome]) -> Future[list[Receipt]]:
        """Keep what came true; each receipt is durable when the future is done.

        Raises:
            LuodiError: ``ledger.text``, ``ledger.long``, ``ledger.moment``, ``ledger.busy``,
                ``ledger.dead``. The future raises ``ledger.full``, ``ledger.unreachable``.
        """
        return self.write(outcomes.keep, [outcomes.checked(one) for one in arrived])

    def correct_outcome(self, outcome: Outcome, reason: Reason) -> Receipt:
        """Let an outcome count in place of the one that is known; only those who may call this.

        The old one is kept among those corrected, and the audit tells who did it and why.

        Raises:
            LuodiError: as ``keep_outcomes``.
        """
        asked = (outcomes.checked(outcome), reason)
        receipt: Receipt = self.write(outcomes.correct, [asked]).result()[0]
        return receipt

    def raise_alarms(self, alarms: Sequence[Alarm], news: insert.News | None = None) -> list[bool]:
        """Keep alarms.

        Args:
            alarms: The alarms.
            news: Which of them to keep, in the light of those that are known by then; None for
                all. Of several who raise the same at the same moment the second sees the first.

        Returns:
            For each, whether it was kept.

        Raises:
            LuodiError: ``ledger.release_unknown``, and as ``keep_outcomes``.
        """
        if not alarms:
            return []
        kept: list[bool] = self.write(partial(insert.add_alarms, news=news), alarms).result()
        return kept

    def aliases(self, name: str) -> Mapping[Alias, str]:
        """The release digest that each alias of a task stands for."""
        with self.reading() as connection:
            return moves.held(connection, name)

    def promote(
        self, name: str, digest: str, reason: Reason, instead: str | None = None
    ) -> Mapping[Alias, str]:
        """Make a release the champion; the old champion becomes the previous one.

        Args:
            name: The task's name.
            digest: The release.
            reason: Who and why.
            instead: The champion that it is to replace; None for whichever it is.

        Returns:
            The aliases afterwards. Promoting the champion changes nothing.

        Raises:
            LuodiError: ``ledger.release_unknown``, ``ledger.release_other``, ``ledger.moved``.
        """
        return self._move(moves.Move("promote", name, reason, digest, instead))

    def roll_back(
        self, name: str, reason: Reason, instead: str | None = None
    ) -> Mapping[Alias, str]:
        """Swap champion and previous; ``instead`` as for ``promote``.

        Raises:
            LuodiError: ``ledger.no_previous``, ``ledger.moved``.
        """
        return self._move(moves.Move("roll back", name, reason, None, instead))

    def challenge(self, name: str, digest: str | None, reason: Reason) -> Mapping[Alias, str]:
        """Name the challenger; None withdraws the one there is.

        Raises:
            LuodiError: as ``promote``.
        """
        kind: moves.Kind = "withdraw" if digest is None else "challenge"
        return self._move(moves.Move(kind, name, reason, digest))

    def _move(self, move: moves.Move) -> Mapping[Alias, str]:
        after: Mapping[Alias, str] = self.write(moves.make, [move]).result()[0]
        return after

    def note(self, event: audit.Event) -> audit.Head:
        """Append a row to the audit.

        Returns:
            The head of the chain, which may be noted down elsewhere.
        """
        head: audit.Head = self.write(audit.append, [event]).result()[0]
        return head

    def sign_audit(self) -> audit.Head:
        """Sign the head of the audit with this user's key.

        Raises:
            LuodiError: as ``store.seal.sign``.
        """
        head: audit.Head = self.write(audit.sign, [None]).result()[0]
        return head

    def verify_audit(self, known: audit.Head | None = None, key: bytes | None = None) -> audit.Head:
        """Check the whole chain; see ``audit.verify``.

        Raises:
            LuodiError: ``ledger.chain``.
        """
        with self.reading() as connection:
            return audit.verify(connection, known, key)

    def frame(
        self,
        what: frames.What,
        *,
        name: str | None = None,
        release: str | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> pl.DataFrame:
        """A part of the ledger as a frame; see ``frames.Cut`` and ``frames.batches``.

        Raises:
            LuodiError: ``ledger.part``.
        """
        with self.reading() as connection:
            return frames.frame(connection, what, frames.Cut(name, release, since, until))

    def batches(
        self,
        what: frames.What,
        cut: frames.Cut = frames.EVERYTHING,
        columns: Collection[str] = (),
    ) -> Iterator[pl.DataFrame]:
        """A part of the ledger as frames, of one moment; see ``frames.batches``.

        Raises:
            LuodiError: ``ledger.part``.
        """
        with self.reading() as connection:
            yield from frames.batches(connection, what, cut, columns)

    def count(self, what: frames.What, cut: frames.Cut = frames.EVERYTHING) -> int:
        """How many rows a part of the ledger has.

        Raises:
            LuodiError: ``ledger.part``.
        """
        with self.reading() as connection:
            return frames.count(connection, what, cut)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the ledger and cannot write.

        Raises:
            LuodiError: ``ledger.unreachable``, ``ledger.forked``.
        """
        with self._database.snapshot() as connection:
            yield connection
