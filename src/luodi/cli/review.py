"""``luodi review``: what was sent to a human, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from luodi.cli.case import lines
from luodi.cli.options import Home, Json, Language, duration
from luodi.cli.outcome import verb
from luodi.cli.person import actor
from luodi.cli.speech import answer, answer_json, phrase, say
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.store.home import Home as Opened

ENDINGS = {"image/jpeg": "jpg", "application/dicom": "dcm"}


@verb
def review(
    name: Annotated[
        str | None,
        Argument(metavar="[NAME]", help="The task; the one with most cases when not given."),
    ] = None,
    following: Annotated[
        int | None,
        Option("--next", metavar="N", min=1, max=100, help="Print the next cases and lend them."),
    ] = None,
    answered: Annotated[
        str | None, Option("--answer", metavar="ID", help="Answer one case, with --truth.")
    ] = None,
    truth: Annotated[
        str | None, Option("--truth", metavar="TRUTH", help="What is true of it.")
    ] = None,
    skipped: Annotated[
        str | None, Option("--skip", metavar="ID", help="Let one case wait no more.")
    ] = None,
    image: Annotated[
        str | None, Option("--image", metavar="ID", help="Write the image of one case here.")
    ] = None,
    lease: Annotated[
        str, Option("--lease", metavar="TIME", help="How long nobody else gets a case.")
    ] = "15m",
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Look at what was sent to a human, and say what is true."""
    from luodi.store.home import Home as Opened

    _check(following, answered, truth, skipped, image)
    lease_s = duration(lease, "--lease")
    with Opened.open(home) as opened:
        if answered is not None:
            _answer(opened, answered, truth or "", as_json)
        elif skipped is not None:
            _skip(opened, skipped, as_json)
        elif image is not None:
            _image(opened, image, as_json)
        elif following is not None:
            _next(opened, task_of(opened, name), following, lease_s, as_json)
        else:
            _sit(opened, task_of(opened, name), lease_s, as_json)
    return 0


def _check(*given: object) -> None:
    """Refuse options that do not go together.

    Raises:
        LuodiError: ``review.together``.
    """
    following, answered, truth, skipped, image = (one is not None for one in given)
    if following + answered + skipped + image > 1 or answered != truth:
        raise LuodiError("review.together")


def task_of(home: Opened, name: str | None) -> str | None:
    """The task that is meant: the one that is named, else the one of which most cases wait.

    Returns:
        Its name; None when none is named and nothing waits.

    Raises:
        LuodiError: ``release.unknown_name``.
    """
    from luodi.store.ledger import reviews

    if name is None:
        return next(iter(reviews.waiting(home.ledger)), None)
    known = sorted({release.name for release in home.ledger.releases()})
    if name not in known:
        raise LuodiError("release.unknown_name", name=name, known=", ".join(known) or "-")
    return name


def _sit(home: Opened, name: str | None, lease_s: float, as_json: bool) -> None:
    """Ask a person for one truth after another."""
    from luodi.cli import desk
    from luodi.store.ledger import reviews

    waiting = _announced(home, name)
    tally = desk.Tally()
    if name is not None and waiting:
        tally = desk.sit(home, name, lease_s, say if as_json else answer)
        waiting = reviews.states(home.ledger, name)["waiting"]
        if waiting and not tally.quit:
            say(phrase("review_left", waiting=waiting))
    counts = {"answered": tally.answered, "skipped": tally.skipped, "waiting": waiting}
    say(phrase("review_done", **counts))
    if as_json:
        answer_json({"task": name, **counts})


def _announced(home: Opened, name: str | None) -> int:
    """Say which task it is about and how many cases wait; that number."""
    from luodi.store.ledger import reviews

    waiting = reviews.states(home.ledger, name)["waiting"] if name else 0
    if waiting:
        say(phrase("review_task", task=name, waiting=waiting))
    else:
        say(phrase("review_none", task=name or phrase("review_any")))
    return waiting


def _next(home: Opened, name: str | None, count: int, lease_s: float, as_json: bool) -> None:
    """Lend the next cases and print them."""
    from luodi.serve.cases import case
    from luodi.serve.codecs import Codecs
    from luodi.store.ledger import reviews

    waiting = _announced(home, name)
    taken = reviews.take(home.ledger, name, actor(), count, lease_s) if name and waiting else []
    codecs = Codecs(home).of({one.id for one in taken})
    cases = [case(one, codecs[one.id]) for one in taken]
    if as_json:
        answer_json({"task": name, "cases": cases})
    else:
        for one in cases:
            answer("\n".join(lines(one, codecs[one["id"]])) + "\n\n")


def _answer(home: Opened, name: str, truth: str, as_json: bool) -> None:
    """Keep what is true of one case.

    Raises:
        LuodiError: ``review.truth``, ``ledger.review_unknown``; the code of a truth that does not
            count.
    """
    from luodi.cli.truth import said
    from luodi.store.ledger import reviews
    from luodi.store.ledger.rows import Outcome

    text = said(home, name, truth)
    receipt = reviews.answer(home.ledger, Outcome(name, text, source=actor()))
    if not receipt.counts:
        raise LuodiError(str(receipt.code), id=name)
    _told({"id": name, "counts": True, "code": receipt.code}, as_json)
    say(receipt.text() or phrase("review_kept", truth=text))


def _skip(home: Opened, name: str, as_json: bool) -> None:
    """Let one case wait no more."""
    from luodi.store.ledger import reviews

    is_skipped = reviews.skip(home.ledger, name, actor())
    _told({"id": name, "skipped": is_skipped}, as_json)
    say(phrase("review_skipped") if is_skipped else phrase("review_answered"))


def _image(home: Opened, name: str, as_json: bool) -> None:
    """Write the image of one case into the current folder, under the case's own name.

    Raises:
        LuodiError: ``ledger.review_unknown``, ``serve.no_image``, ``environment.disk``.
    """
    from luodi.serve.cases import about
    from luodi.serve.codecs import Codecs
    from luodi.store import disk, lookup

    record = lookup.waiting_record(home.ledger, name)
    if record is None:
        raise LuodiError("ledger.review_unknown", id=name)
    found = Codecs(home).of([name])[name].file(record)
    if found is None:
        raise LuodiError("serve.no_image")
    path = Path(f"{name}.{ENDINGS.get(found.media, found.media.rpartition('/')[2])}")
    disk.put_new(path, found.data)
    _told({"id": name, "path": str(path), **about(found)}, as_json)
    say(phrase("review_image", path=path))


def _told(data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        answer_json(data)
