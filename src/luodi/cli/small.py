"""What a compression came to: the table, what each class lost, and what was written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from luodi.cli.speech import phrase
from luodi.cli.summary import figure_lines, gate_lines
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.compress import Contract
    from luodi.loop import Compressed
    from luodi.loop.edge import Edge

MOST_CLASSES = 10


def compressed_lines(found: Compressed, contract: Contract) -> Iterator[str]:
    """The summary of a compression, line by line."""
    yield from table_lines(found.table)
    if found.verdict is None:
        yield str(refusal(found, contract))
        return
    yield from class_lines(found.verdict.details["baselines"])
    yield phrase("figures")
    yield from figure_lines(found.verdict)
    yield phrase("gates")
    for gate in found.verdict.gates:
        yield from gate_lines(gate)
    if found.path:
        yield f"{phrase('release'):<9} {found.path}"
        yield f"{phrase('digest'):<9} {found.digest}"


def limits(max_drop: float, max_mb: float | None = None, max_ms: float | None = None) -> Contract:
    """A contract of options.

    Raises:
        LuodiError: ``compress.limit``.
    """
    from luodi.compress import Contract

    for option, value in (("--max-mb", max_mb), ("--max-ms", max_ms)):
        if value is not None and not 0 < value < math.inf:
            raise LuodiError("compress.limit", option=option, value=value)
    if not 0 <= max_drop < math.inf:
        raise LuodiError("compress.limit", option="--max-drop", value=max_drop)
    return Contract(max_drop, max_mb or math.inf, max_ms or math.inf)


def edge_lines(found: Edge, contract: Contract) -> Iterator[str]:
    """What was made for small devices, line by line."""
    yield phrase("edge")
    if found.int8.table:
        yield from table_lines(found.int8.table)
    if found.int8.verdict is None:
        yield str(refusal(found.int8, contract))
    else:
        yield from class_lines(found.int8.verdict.details["baselines"])
        for gate in found.int8.verdict.gates:
            yield from gate_lines(gate)
    for one in found.lite:
        if one.refused is not None:
            yield phrase("lite_refused", form=one.form, reason=one.refused)
        else:
            told = {"figure": f"{one.figure:.4f}", "size_mb": f"{one.size_mb:.3f}"}
            yield phrase("lite_done", form=one.form, **told)
    yield from (f"{phrase('release'):<9} {path}" for path in found.files)


def table_lines(table: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line a graph: quality with its interval, drop, worst class, size, speed, memory."""
    yield phrase("small_head")
    longest = max(len(row["name"]) for row in table)
    for row in table:
        mark = "★" if row["chosen"] else "·" if row["on_front"] else " "
        yield f"{mark} {row['name']:<{longest}}  {row_text(row)}"
    yield phrase("small_marks")


def row_text(row: Mapping[str, Any]) -> str:
    """A graph's numbers."""
    peak = "" if row["peak_mb"] is None else f"  {row['peak_mb']:5.1f} MiB"
    broken = f"  ✗ {', '.join(row['broken'])}" if row["broken"] else ""
    return (
        f"{row['value']:.4f} [{row['low']:.4f}, {row['high']:.4f}]  "
        f"{row['drop']:+6.2f} [{row['drop_low']:+.2f}, {row['drop_high']:+.2f}]  "
        f"{row['worst_recall']:.3f} {row['worst_class'][:16]}  {row['size_mb']:.3f} MB  "
        f"{row['one_row_ms']:.2f} / {row['one_row_ms_p99']:.2f} ms{peak}{broken}"
    )


def class_lines(baselines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What each class lost on the holdout, the most first."""
    beside = next((one for one in baselines if one["name"] == "original"), None)
    if beside is None:
        return
    yield phrase("small_classes")
    lost = sorted(beside["by_class"], key=lambda one: one["mine"] - one["theirs"])
    for one in lost[:MOST_CLASSES]:
        change = 100 * (one["mine"] - one["theirs"])
        rows = phrase("small_rows", rows=one["rows"])
        name = one["name"][:24]
        yield f"  {name:<24} {one['theirs']:.4f} → {one['mine']:.4f}  {change:+.2f}  {rows}"


def refusal(found: Compressed, contract: Contract) -> LuodiError:
    """Why nothing was written: the graph that came nearest, and what it breaks."""
    if found.refused is not None:
        return found.refused
    tried = found.table[1:] or found.table
    near = min(tried, key=lambda row: (len(row["broken"]), row["drop"]))
    limits = (contract.drop, contract.size_mb, contract.one_row_ms)
    most_drop, most_mb, most_ms = ("∞" if one == math.inf else f"{one:g}" for one in limits)
    weak = found.weakest if "drop" in near["broken"] else None
    layer = phrase("small_layer", layer=weak[0], ratio=f"{weak[1]:.0f}") if weak else ""
    return LuodiError(
        "compress.none_keeps", name=near["name"], drop=f"{near['drop']:.2f}",
        size_mb=f"{near['size_mb']:.3f}", one_row_ms=f"{near['one_row_ms']:.2f}",
        broken=", ".join(near["broken"]) or phrase("small_no_smaller"), layer=layer,
        most_drop=most_drop, most_mb=most_mb, most_ms=most_ms,
    )  # fmt: skip


def compressed_record(found: Compressed) -> dict[str, Any]:
    """A compression as JSON data."""
    verdict = found.verdict
    beside = [] if verdict is None else verdict.details["baselines"]
    return {
        "path": str(found.path) if found.path else None,
        "digest": found.digest,
        "passed": found.passed,
        "seconds": round(found.seconds, 3),
        "table": [dict(row) for row in found.table],
        "against_original": next((dict(o) for o in beside if o["name"] == "original"), None),
        "figures": {} if verdict is None else {f.name: f.value for f in verdict.figures.values()},
    }
