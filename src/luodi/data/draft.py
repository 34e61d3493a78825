"""The text of a first task file: YAML with a comment on every choice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from luodi.core import words
from luodi.core.values import Dataset, Finding
from luodi.data.guess import Guess

Phrase = Callable[..., str]
MODELINE = "# yaml-language-server: $schema=luodi-task.schema.json"
NAMES_SHOWN = 12
WIDTH = 34


@dataclass(frozen=True)
class Rule:
    """One line under ``columns``, and why it is there.

    Attributes:
        entries: Keys and values of the rule; empty for ``ignore``.
        why: The reason, one line each.
    """

    entries: Mapping[str, object] = field(default_factory=dict)
    why: Sequence[str] = ()


@dataclass(frozen=True)
class Draft:
    """Everything that the text says.

    Attributes:
        name: The task's name.
        source: Where the records are, as it was given.
        reading: Further keys of ``data`` that the records were read with.
        dataset: The records.
        guess: Goal, metric and positive class.
        time: The proposed time column, and whether the line is active or commented out.
        group: The proposed group column, likewise.
        part: The column that says which records judge, where the source settles that.
        budget: Time for training.
        latency_ms: What an answer may usually take.
        sensitive: Proposed sensitive columns.
        rules: Proposed lines under ``columns``.
        rest: Findings that no line answers.
    """

    name: str
    source: str
    reading: Mapping[str, object]
    dataset: Dataset
    guess: Guess
    time: tuple[str, bool] | None
    group: tuple[str, bool] | None
    part: str | None
    budget: str
    latency_ms: float
    sensitive: tuple[str, ...]
    rules: Mapping[str, Rule]
    rest: tuple[Finding, ...]


def write(draft: Draft, lang: words.Language) -> str:
    """The draft as text that ``Task.load`` reads."""
    said = words.room("new")["phrases"]

    def phrase(name: str, **facts: object) -> str:
        return one_line(str(said[name][lang]).format(**facts))

    lines = [MODELINE, f"# {phrase('head', rows=len(draft.dataset), source=draft.dataset.source)}"]
    lines += _top(draft, phrase)
    lines += _data(draft, phrase)
    lines += _training(draft, phrase)
    lines += _columns(draft, phrase)
    lines += _examples(draft, phrase)
    lines += _rest(draft.rest, phrase, lang)
    return "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    """A text without line breaks or control signs, fit for a comment."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def yaml(value: object) -> str:
    """A value as YAML 1.2 takes it: JSON, with signs that cannot be printed escaped.

    Example:
        >>> yaml("Torque [Nm]"), yaml({"range": [0, None]})
        ('"Torque [Nm]"', '{"range": [0, null]}')
    """
    text = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in text)


def plain(name: str) -> str:
    """A task's name, quoted only where YAML would take it for a number or a truth value."""
    word = name[0].isalpha() and name not in ("true", "false", "null")
    return name if word else yaml(name)


def _line(text: str, comment: str = "") -> str:
    return f"{text:<{WIDTH}}  # {comment}" if comment else text


def _top(draft: Draft, phrase: Phrase) -> Iterator[str]:
    counts = draft.guess.counts
    shown = ", ".join(f"{label} ({rows})" for label, rows in list(counts.items())[:5])
    more = ", …" if len(counts) > 5 else ""
    why = phrase("classify", count=len(counts), shown=shown + more) if counts else phrase("regress")
    yield f"name: {plain(draft.name)}"
    yield _line(f"goal: {draft.guess.goal}", why)


def _data(draft: Draft, phrase: Phrase) -> Iterator[str]:
    yield "data:"
    yield f"  source: {yaml(draft.source)}"
    for key, value in draft.reading.items():
        yield f"  {key}: {yaml(value)}"
    yield f"  target: {yaml(draft.dataset.target)}"
    if draft.guess.positive is not None:
        yield _line(f"  positive: {yaml(draft.guess.positive)}", phrase("positive"))
    for key, proposal in (("time", draft.time), ("group", draft.group)):
        if proposal:
            column, active = proposal
            yield _line(f"  {'' if active else '# '}{key}: {yaml(column)}", phrase(key))
    if draft.part:
        yield _line(f"  part: {yaml(draft.part)}", phrase("part"))
    if draft.sensitive:
        yield _line(f"  sensitive: {yaml(list(draft.sensitive))}", phrase("sensitive"))


def _training(draft: Draft, phrase: Phrase) -> Iterator[str]:
    metric = draft.guess.metric
    yield _line(f"metric: {metric}", phrase(metric))
    yield _line(f"budget: {draft.budget}", phrase("budget"))
    by = _split(draft)
    cut = f"by: {by}" if by == "part" else f"by: {by}, holdout: 0.2"
    yield _line(f"split: {{{cut}}}", phrase("split"))


def _split(draft: Draft) -> str:
    if draft.part:
        return "part"
    for by, proposal in (("time", draft.time), ("group", draft.group)):
        if proposal and proposal[1]:
            return by
    return "stratified" if draft.guess.goal == "classify" else "random"


def _columns(draft: Draft, phrase: Phrase) -> Iterator[str]:
    if draft.rules:
        yield "columns:"
        for name, rule in draft.rules.items():
            for why in rule.why:
                yield f"  # {one_line(why)}"
            pairs = ", ".join(f"{key}: {yaml(value)}" for key, value in rule.entries.items())
            yield f"  {yaml(name)}: " + (f"{{{pairs}}}" if pairs else "ignore")
    for kind in ("number", "category", "time"):
        of_kind = (column.name for column in draft.dataset.columns if column.kind == kind)
        names = [name for name in of_kind if name not in draft.rules]
        if names:
            yield f"# {phrase('read_as_' + kind, names=_listed(names))}"


def _listed(names: Sequence[str]) -> str:
    more = f" … (+{len(names) - NAMES_SHOWN})" if len(names) > NAMES_SHOWN else ""
    return ", ".join(name[:60] for name in names[:NAMES_SHOWN]) + more


def _examples(draft: Draft, phrase: Phrase) -> Iterator[str]:
    """Costs and gates, commented out: numbers that only a person knows."""
    if draft.guess.goal == "classify":
        yield _line("# costs: {miss: 500, false_alarm: 20, review: 5}", phrase("costs"))
    yield _line("# gates:", phrase("gates"))
    bound = "at_most: 10" if draft.guess.metric == "rmse" else "at_least: 0.85, confidence: 0.95"
    yield f"#   {draft.guess.metric}: {{{bound}}}"
    yield f"#   one_row_ms_p99: {{at_most: {draft.latency_ms:g}}}"
    yield "#   size_mb: {at_most: 5}"


def _rest(findings: Iterable[Finding], phrase: Phrase, lang: words.Language) -> Iterator[str]:
    told = [f for f in findings if f.severity != "note"]
    if told:
        yield f"# {phrase('rest')}"
    for finding in told:
        yield f"#   {finding.code}: {one_line(finding.part('seen', lang))}"
