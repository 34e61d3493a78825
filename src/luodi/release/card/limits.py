"""What a user of the release should not expect of it, derived from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Card = Mapping[str, Any]
Limit = tuple[str, dict[str, Any]]

FEW_CASES, FEW_ROWS = 100, 300
WIDE = 0.1
BADLY_CALIBRATED = 0.05
SENSITIVE_TO_NOISE = 0.05
SENSITIVE_TO_LOSS = 0.1
OFTEN_MISSING = 0.3
GROUP_GAP = 0.1
MOST_NAMED = 4


def limits(card: Card) -> list[dict[str, Any]]:
    """The limits of a release, gravest first.

    Args:
        card: The card's data, as ``card_data`` builds it.

    Returns:
        For each limit its ``code``, whose text stands in ``core/words/card.toml`` under
        ``limit``, and the ``facts`` that the text uses.
    """
    return [{"code": code, "facts": facts} for source in _SOURCES for code, facts in source(card)]


def _failed_gates(card: Card) -> Iterator[Limit]:
    failed = [gate["name"] for gate in card["gates"] if not gate["passed"]]
    if failed:
        yield "gates_failed", {"cases": len(failed)}


def _generated(card: Card) -> Iterator[Limit]:
    if card["data"].get("generated"):
        yield "generated", {}


def _no_better(card: Card) -> Iterator[Limit]:
    for other in card["judged"].get("baselines") or ():
        if other["name"] == "original":
            continue  # it is no simpler way, and its own gate speaks of it
        if other.get("answer") in ("worse", "no_difference", "unknown"):
            yield f"baseline_{other['answer']}", {"baseline": other["name"]}


def _few_cases(card: Card) -> Iterator[Limit]:
    judged = card["judged"]
    rows = judged.get("rows")
    counts = dict(zip(judged.get("classes") or (), judged.get("class_counts") or (), strict=False))
    few = {name: cases for name, cases in counts.items() if cases < FEW_CASES}
    for name, cases in sorted(few.items(), key=lambda item: item[1])[:3]:
        yield "few_cases", {"class_name": name, "cases": cases}
    if rows is not None and rows < FEW_ROWS:
        yield "few_rows", {"cases": rows}


def _wide_interval(card: Card) -> Iterator[Limit]:
    for figure in card["figures"][:1]:
        low, high, value = figure["low"], figure["high"], figure["value"]
        if None not in (low, high, value) and value and (high - low) > WIDE * abs(value):
            worst = low if figure["better"] != "lower" else high
            yield "wide_interval", {"metric": figure["name"], "figure": worst}


def _slices(card: Card) -> Iterator[Limit]:
    slices = card["judged"].get("slices") or {}
    worse = [one for one in slices.get("worst") or () if one.get("worse")]
    for one in worse[:3]:
        facts = {name: one.get(name) for name in ("column", "value", "range", "figure", "rest")}
        yield "slice", {**facts, "metric": slices.get("metric"), "cases": one["rows"]}
    if len(worse) > 3:
        yield "more_slices", {"cases": len(worse) - 3}


def _fairness(card: Card) -> Iterator[Limit]:
    compared = card["judged"].get("fairness") or ()
    if not compared:
        yield "fairness_not_looked_at", {}
    for one in compared:
        gaps = [one.get(name) for name in ("hit_gap", "false_alarm_gap")]
        gap = max((g for g in gaps if g is not None), default=None)
        if gap is not None and gap > GROUP_GAP:
            yield "group_gap", {"column": one["column"], "gap_share": gap}


def _calibration(card: Card) -> Iterator[Limit]:
    error = (card["judged"].get("calibration") or {}).get("error")
    if error is not None and error > BADLY_CALIBRATED:
        yield "badly_calibrated", {"error_share": error}


def _robustness(card: Card) -> Iterator[Limit]:
    tried = card["judged"].get("robustness") or {}
    noise = tried.get("noise") or {}
    if (noise.get("changed") or 0) > SENSITIVE_TO_NOISE:
        yield "noise", {"noise_share": noise.get("share"), "changed_share": noise["changed"]}
    lost = [
        one for one in tried.get("missing") or () if (one.get("changed") or 0) > SENSITIVE_TO_LOSS
    ]
    if lost:
        yield (
            f"columns_lost_{card['goal']}",
            {"columns": [[one["column"], one["changed"]] for one in lost[:MOST_NAMED]]},
        )


def _often_missing(card: Card) -> Iterator[Limit]:
    often = [
        [c["name"], c["missing"]]
        for c in card["data"]["columns"]
        if (c.get("missing") or 0) > OFTEN_MISSING
    ]
    if often:
        yield "often_missing", {"columns": sorted(often, key=lambda pair: -pair[1])[:MOST_NAMED]}


def _time(card: Card) -> Iterator[Limit]:
    data = card["data"]
    time, split = data.get("time"), data.get("split") or {}
    if time:
        yield "period", {"from": time.get("from"), "until": time.get("until")}
    else:
        yield "no_time", {}
    if split.get("by") in ("stratified", "random"):
        yield "same_place", {}


def _always(card: Card) -> Iterator[Limit]:
    if card["graph"]["inputs"].get("numbers") or card["graph"]["inputs"].get("categories"):
        yield "outside", {}
    if card["training"]["importance"]:
        yield "no_cause", {}


_SOURCES: tuple[Callable[[Card], Iterator[Limit]], ...] = (
    _failed_gates,
    _generated,
    _no_better,
    _few_cases,
    _wide_interval,
    _slices,
    _fairness,
    _calibration,
    _robustness,
    _often_missing,
    _time,
    _always,
)
