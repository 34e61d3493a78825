"""A case that waits for a person, and the question about it, as lines in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from luodi.cli.speech import phrase

if TYPE_CHECKING:
    from luodi.core.codec import Codec

WIDEST = 40
SHORT = 19  # sha256: and twelve digits
ABSENT = "-"


def lines(case: Mapping[str, Any], codec: Codec) -> Iterator[str]:
    """A case as lines: which, what was decided, why it was sent, and the record.

    Args:
        case: The case, as ``serve.cases`` tells it.
        codec: That of the release which decided.
    """
    at = f"{case['at'][:19].replace('T', ' ')}Z"
    yield phrase("review_case", id=case["id"], at=at, release=case["release"][:SHORT])
    yield _decided(case, codec)
    if case["warnings"]:
        yield phrase("review_unusual")
    else:
        yield phrase("review_unsure", urgency=case["urgency"])
    yield from _table(list(_rows(case, codec)))
    if any(isinstance(held, Mapping) for held in case["record"].values()):
        yield phrase("review_where", id=case["id"])


def _decided(case: Mapping[str, Any], codec: Codec) -> str:
    from luodi.core.text import canonical
    from luodi.release.card.strings import fitted

    said = fitted(canonical(case["decision"]), WIDEST)
    if case["probability"] is None:
        return phrase("review_value", value=said)
    # of two classes the probability is that of the one the task is about
    of = fitted(codec.classes[1], WIDEST) if len(codec.classes) == 2 else said
    return phrase("review_decided", decision=said, of=of, probability=case["probability"])


def _rows(case: Mapping[str, Any], codec: Codec) -> Iterator[tuple[str, str, str]]:
    """Name, value with unit, and what is unusual: the columns of the release, then the others."""
    from luodi.core.text import canonical

    record, notes = case["record"], _notes(case["warnings"], codec)
    units = {field.name: field.unit or "" for field in codec.fields}
    for name in dict.fromkeys((*codec.names, *record)):
        held = record.get(name)
        if isinstance(held, Mapping):  # a file, which no terminal shows
            yield name, phrase("review_file", **held), notes(name)
            continue
        value = canonical(held)
        yield name, f"{value} {units.get(name, '')}".rstrip() if value else ABSENT, notes(name)


def _notes(warnings: list[str], codec: Codec) -> Callable[[str], str]:
    """Says of a column by its name what is unusual about it; nothing of one that is as usual."""
    kinds = {name: kind for kind, _, name in (code.partition(":") for code in warnings)}
    seen = {field.name: field.seen for field in codec.fields if field.seen}

    def note(name: str) -> str:
        kind = kinds.get(name, "")
        if kind == "out_of_range" and name in seen:
            low, high = seen[name]
            return phrase("review_outside", low=low, high=high)
        if kind == "unseen_category":
            return phrase("review_unseen")
        if kind == "unlike_training":
            return phrase("review_unlike")
        return phrase("review_missing") if kind == "missing_required" else kind

    return note


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    """Rows under each other; what comes from outside is on one line and moves no cursor."""
    from luodi.release.card.strings import fitted, padded, width

    shown = [(fitted(name, WIDEST), fitted(value, WIDEST), note) for name, value, note in rows]
    names = max((width(name) for name, _, _ in shown), default=1)
    values = max((width(value) for _, value, _ in shown), default=1)
    for name, value, note in shown:
        yield f"  {padded(name, names)}  {padded(value, values)}  {note}".rstrip()


def question(codec: Codec, numbers: Mapping[str, str]) -> str:
    """What a person is asked, with all that they may say.

    Args:
        codec: That of the release which decided.
        numbers: Classes by the numbers that stand for them; empty to name them by their labels.
    """
    from luodi.release.card.strings import fitted

    target = fitted(codec.target, WIDEST)
    if codec.goal == "regress":
        return phrase("review_ask_value", target=target)
    known = numbers.items() or ((label, "") for label in codec.classes)
    choices = " | ".join(f"{key} {fitted(label, WIDEST)}".rstrip() for key, label in known)
    return phrase("review_ask", target=target, choices=choices)
