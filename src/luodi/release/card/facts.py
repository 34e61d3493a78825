"""What the card tells of the records: counts and ranges of every column, never a single record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from luodi.core.task import Task
    from luodi.core.values import Column, Dataset, Parts

TOP_VALUES = 5
RARE = 5


def dataset_facts(task: Task, dataset: Dataset, parts: Parts | None = None) -> dict[str, Any]:
    """Rows, columns, target, split and time of a dataset, as JSON data.

    Category values that stand in fewer than five rows are left out: they may name a person.

    Args:
        task: The task.
        dataset: The records that columns and target are told of, best those of training.
        parts: How the records were cut; without them the split is not told.

    Returns:
        ``source``, ``digest``, ``rows``, ``columns`` (list), ``ignored``, ``target``, ``time`` and
        ``split``; the last two are None where there is nothing to tell.
    """
    series = dataset.series()
    target = _target(task, series[dataset.target]) if dataset.target else None
    return {
        "source": dataset.source,
        "digest": dataset.digest,
        "rows": len(dataset) if parts is None else len(parts.train) + len(parts.holdout),
        "columns": [_column(column, series[column.name]) for column in dataset.columns],
        "ignored": sorted(name for name in task.ignored if name in dataset.table.columns),
        "target": target,
        "time": _time(task, dataset.table, parts),
        "split": _split(task, parts),
    }


def _column(column: Column, values: pl.Series) -> dict[str, Any]:
    rows, missing = len(values), values.null_count()
    facts: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "unit": column.unit,
        "allowed": [column.low, column.high],
        "missing": missing / rows if rows else None,
        "distinct": values.n_unique() - (1 if missing else 0),
        "sensitive": column.sensitive,
    }
    if column.kind == "category":
        return {**facts, "top": _top(values)}
    if column.kind == "image":  # its least and greatest value would be somebody's picture
        return {**facts, "seen": [None, None]}
    return {**facts, "seen": [_plain(values.min()), _plain(values.max())]}


def _top(values: pl.Series) -> list[dict[str, Any]]:
    """The most frequent values, each with its share of all rows."""
    present = values.drop_nulls()
    if not len(present):
        return []
    counts = present.value_counts().sort(["count", present.name], descending=[True, False])
    frequent = counts.filter(counts["count"] >= RARE).head(TOP_VALUES).iter_rows()
    return [{"value": str(value), "share": rows / len(values)} for value, rows in frequent]


def _target(task: Task, values: pl.Series) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": values.name, "unit": task.rule(values.name).unit}
    present = values.drop_nulls()
    if task.goal == "regress":
        low, high = _plain(present.min()), _plain(present.max())
        return {**facts, "seen": [low, high], "mean": _plain(present.mean())}
    counts = present.value_counts().sort(["count", values.name], descending=[True, False])
    classes = [{"name": str(label), "rows": rows} for label, rows in counts.iter_rows()]
    return {**facts, "classes": classes}


def _time(task: Task, table: pl.DataFrame, parts: Parts | None) -> dict[str, Any] | None:
    name = task.data.time
    if not name or name not in table.columns:
        return None
    facts = {"column": name, "from": _plain(table[name].min()), "until": _plain(table[name].max())}
    if parts is not None and name in parts.holdout.table.columns:
        facts["holdout_from"] = _plain(parts.holdout.table[name].min())
    return facts


def _split(task: Task, parts: Parts | None) -> dict[str, Any] | None:
    if parts is None:
        return None
    return {
        "by": parts.by,
        "column": getattr(task.data, parts.by, None),
        "train_rows": len(parts.train),
        "holdout_rows": len(parts.holdout),
        "folds": len(parts.folds),
        "validated_rows": sum(map(len, parts.folds)),
        "seed": task.split.seed,
    }


def _plain(value: Any) -> Any:
    """A bound as JSON: numbers as they are, times in ISO form."""
    return value.isoformat(sep=" ") if hasattr(value, "isoformat") else value
