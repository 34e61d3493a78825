"""The contract: ``task.yaml`` as one typed, frozen value, checked at the edge."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from luodi.core.brought import Train
from luodi.core.complaint import Refusal, complaint
from luodi.core.part import Part
from luodi.core.yaml import Document, parse

Goal = Literal["classify", "regress"]
Kind = Literal["number", "category", "time"]
ModalityName = Literal["tabular", "image"]
SplitBy = Literal["stratified", "random", "time", "group", "part"]

CLASSIFY_METRICS = (
    "average_precision",
    "roc_auc",
    "log_loss",
    "brier",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "f1_macro",
    "precision",
    "recall",
    "mcc",
    "cost",
)
REGRESS_METRICS = ("rmse", "mae", "r2", "mape", "median_absolute_error")
LOWER_IS_BETTER = frozenset(
    {"log_loss", "brier", "cost", "rmse", "mae", "mape", "median_absolute_error"}
)
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d|)\s*")


def seconds(value: Any) -> float:
    """A duration such as ``90``, ``"90s"``, ``"2m"``, ``"1.5h"`` or ``"7d"`` in seconds."""
    match = _DURATION.fullmatch(str(value))
    if isinstance(value, bool) or not match or float(match[1]) <= 0:
        raise Refusal("duration")
    return float(match[1]) * _UNITS[match[2]]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Seconds = Annotated[float, BeforeValidator(seconds), WithJsonSchema({"type": ["number", "string"]})]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ColumnRule(Part):
    """What a person knows about one column."""

    ignore: bool = Field(False, description="leave the column out")
    kind: Kind | None = Field(None, description="read it as a number, a category or a time")
    unit: str | None = Field(None, description="the unit of measurement, shown beside every figure")
    range: tuple[float | None, float | None] | None = Field(
        None, description="lowest and highest possible value; anything outside is a broken value"
    )
    missing: Annotated[
        tuple[float | str, ...],
        BeforeValidator(lambda v: v if isinstance(v, list | tuple) else [v]),
    ] = Field((), description="values that mean 'missing' in this column, such as -200 or 999")
    sensitive: bool = Field(False, description="compare figures between the groups of this column")

    @model_validator(mode="after")
    def _ordered(self) -> ColumnRule:
        low, high = self.range or (None, None)
        if low is not None and high is not None and low >= high:
            raise Refusal("range_upside_down", at="range")
        return self


def _rule(value: Any) -> Any:
    if value == "ignore":
        return {"ignore": True}
    return {"kind": value} if isinstance(value, str) else value


class Data(Part):
    """Where the records are and what their columns mean."""

    source: Annotated[
        tuple[str, ...],
        BeforeValidator(_listed),
        PlainSerializer(lambda v: v[0] if len(v) == 1 else list(v)),
    ] = Field(..., min_length=1, description="a file, several files, or a database address")
    target: str = Field(..., min_length=1, description="the column to predict")
    modality: ModalityName = Field("tabular", description="the kind of data: tabular or image")
    query: str | None = Field(None, description="the SQL query, for a database address")
    positive: str | int | float | bool | None = Field(
        None, description="the class that a hit, a miss and a false alarm speak of (two classes)"
    )
    time: str | None = Field(None, description="the column that says when a record was made")
    group: str | None = Field(
        None, description="the column that says which records belong together"
    )
    part: str | None = Field(
        None, description="the column that says train, val or test, where that is settled"
    )
    ignore: Names = Field((), description="columns to leave out")
    sensitive: Names = Field((), description="columns between whose groups figures are compared")
    missing: tuple[float | str, ...] = Field(
        (), description="values that mean 'missing' in any column"
    )
    encoding: str | None = Field(None, description="text encoding; found by itself when not given")
    delimiter: str | None = Field(None, description="CSV delimiter; found by itself when not given")
    decimal: Literal[".", ","] | None = Field(None, description="decimal sign; found by itself")
    header: bool | tuple[str, ...] = Field(True, description="first line holds names; or the names")


class Split(Part):
    """How the holdout and the folds are cut."""

    by: SplitBy | None = Field(
        None,
        description="by default part, time or group when data names one, else stratified or random",
    )
    holdout: float | str = Field(
        0.2, description="share of records, or a file that holds the holdout"
    )
    folds: int | None = Field(
        None, ge=2, le=20, description="folds inside training; by the number of rows when not given"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="seed of every random choice")

    @model_validator(mode="after")
    def _share(self) -> Split:
        if not isinstance(self.holdout, str) and not 0.01 <= self.holdout <= 0.9:
            raise Refusal("share", at="holdout")
        return self


class Costs(Part):
    """What each kind of error costs, in one currency."""

    miss: float | None = Field(
        None, ge=0, description="cost of deciding against the positive class wrongly"
    )
    false_alarm: float | None = Field(None, ge=0, description="cost of deciding for it wrongly")
    review: float | None = Field(None, ge=0, description="cost of sending one case to a human")
    matrix: dict[str, dict[str, float]] | None = Field(
        None,
        description="cost by actual and decided class; by default 0 when right and 1 when wrong",
    )

    @model_validator(mode="after")
    def _either(self) -> Costs:
        if self.matrix and (self.miss is not None or self.false_alarm is not None):
            raise Refusal("costs_twice")
        if (self.miss is None) != (self.false_alarm is None):
            raise Refusal("costs_half")
        return self


class Gate(Part):
    """A condition over one figure of the verdict."""

    at_least: float | None = None
    at_most: float | None = None
    confidence: float | None = Field(
        None,
        gt=0.5,
        lt=1,
        description="the interval's end, at this confidence, must satisfy the condition",
    )

    @model_validator(mode="after")
    def _bounded(self) -> Gate:
        if (self.at_least is None) == (self.at_most is None):
            raise Refusal("one_bound")
        return self


class Review(Part):
    """What people can look at."""

    per_day: int | None = Field(
        None, ge=0, description="answers a day that people can look at; the rest is accepted"
    )
    strange: float = Field(
        0.01,
        ge=0,
        le=0.5,
        description="share of usual images that may be called unlike training; 0 for no such look",
    )


class Card(Part):
    """What the card of a release shows beyond figures."""

    images: bool = Field(
        False, description="show the worst errors as small pictures, which travel with the release"
    )


class Improve(Part):
    """When a model in service is trained again, and who lets the new one take over."""

    promote: Literal["auto", "manual"] = Field(
        "auto",
        description="whether a challenger that won takes over by itself, or a person says so",
    )
    every: Seconds | None = Field(
        None, description="train again after so long, such as 30d; by default only for a reason"
    )
    outcomes: int = Field(
        500, ge=50, description="train again when so many new truths have come back"
    )
    on_alarm: bool = Field(True, description="train again when the model got worse")
    delay: Seconds | None = Field(
        None, description="how long truths take to come back; estimated when not given"
    )
    gain: float = Field(
        0.0, ge=0, description="what a challenger must save per case, in the unit of the losses"
    )


class Check(Part):
    """Findings that a person has looked at and accepts."""

    accept: Names = Field(
        (), description="codes such as leak.flag, or code and column: leak.flag:HDF"
    )


class Task(Part):
    """One learning task, from records to gates. Immutable; compare and hash by value."""

    name: str = Field(
        ...,
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$",
        description="lower-case letters, digits and hyphens",
    )
    goal: Goal = Field(..., description="what to do: classify or regress")
    data: Data
    metric: str | None = Field(None, description="the figure to train for, by scikit-learn's name")
    budget: Seconds = Field(
        120.0, description="wall-clock time for training, such as 90s, 2m or 1h"
    )
    split: Split = Field(default_factory=Split)
    columns: dict[str, Annotated[ColumnRule, BeforeValidator(_rule)]] = Field(default_factory=dict)
    costs: Costs | None = None
    gates: dict[str, Gate] = Field(default_factory=dict)
    check: Check = Field(default_factory=Check)
    train: Train = Field(default_factory=Train)
    review: Review = Field(default_factory=Review)
    improve: Improve = Field(default_factory=Improve)
    card: Card = Field(default_factory=Card)
    folder: Annotated[Path, Field(exclude=True)] = Path()

    @model_validator(mode="after")
    def _consistent(self) -> Task:
        known = CLASSIFY_METRICS if self.goal == "classify" else REGRESS_METRICS
        if self.metric is not None and self.metric not in known:
            raise Refusal(
                "metric",
                at="metric",
                goal=self.goal,
                nearest=get_close_matches(self.metric, known, 1, 0.0)[0],
                known=", ".join(known),
            )
        if self.metric == "cost" and self.costs is None:
            raise Refusal("metric_cost", at="metric")
        if self.goal == "regress" and self.costs is not None:
            raise Refusal("costs_of_values", at="costs")
        if self.train.backbone and self.data.modality != "image":
            raise Refusal("backbone_of_table", at="train.backbone")
        if self.split.by == "time" and not self.data.time:
            raise Refusal("split_time", at="split.by")
        if self.split.by == "group" and not self.data.group:
            raise Refusal("split_group", at="split.by")
        if self.split.by == "part" and not self.data.part:
            raise Refusal("split_part", at="split.by")
        if self.split.by == "stratified" and self.goal == "regress":
            raise Refusal("split_stratified", at="split.by")
        if self.data.target in (self.data.time, self.data.group, self.data.part):
            raise Refusal("target_splits", at="data.target")
        if self.data.target in self.ignored:
            raise Refusal("target_ignored", at="data.target")
        return self

    @property
    def ignored(self) -> frozenset[str]:
        """Names of the columns that are left out."""
        return frozenset(self.data.ignore) | {n for n, rule in self.columns.items() if rule.ignore}

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Names of the sensitive columns, in the order given."""
        named = (*self.data.sensitive, *(n for n, rule in self.columns.items() if rule.sensitive))
        return tuple(dict.fromkeys(named))

    @property
    def split_by(self) -> SplitBy:
        """How to split, with the default worked out."""
        if self.split.by:
            return self.split.by
        if self.data.part:
            return "part"
        if self.data.time:
            return "time"
        if self.data.group:
            return "group"
        return "stratified" if self.goal == "classify" else "random"

    def rule(self, column: str) -> ColumnRule:
        """What the task says of a column."""
        return self.columns.get(column) or ColumnRule()

    def path(self, source: str) -> Path:
        """A file named in the task, relative to the task file's folder."""
        return self.folder / source

    @classmethod
    def load(cls, source: Task | str | Path | dict[str, Any]) -> Task:
        """Read a task from a file, a mapping, or YAML text that holds a line break.

        Args:
            source: A path, a mapping, YAML or JSON text, or a task (returned as it is).

        Returns:
            The task; file names in it are relative to the task file's folder.

        Raises:
            LuodiError: ``task.*``, with the line and the nearest known key.

        Example:
            >>> Task.load({"name": "a", "goal": "regress",
            ...            "data": {"source": "a.csv", "target": "y"}, "budget": "2m"}).budget
            120.0
        """
        if isinstance(source, Task):
            return source
        document = parse(source)
        return _validated(document)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """JSON Schema of ``task.yaml``, for editors."""
        schema = cls.model_json_schema(mode="validation")
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "luodi task"
        schema["properties"].pop("folder", None)
        schema["properties"]["budget"] = {
            "description": "wall-clock time for training, such as 90s, 2m or 1h",
            "type": ["number", "string"],
            "default": "2m",
        }
        for owner, key in (
            ("Data", "source"),
            ("Data", "ignore"),
            ("Data", "sensitive"),
            ("Check", "accept"),
        ):
            listed = schema["$defs"][owner]["properties"][key]
            schema["$defs"][owner]["properties"][key] = {
                "description": listed.get("description", ""),
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            }
        rule = {"$ref": "#/$defs/ColumnRule"}
        words = {"enum": ["ignore", "number", "category", "time"]}
        schema["properties"]["columns"]["additionalProperties"] = {"anyOf": [words, rule]}
        return schema


def _validated(document: Document) -> Task:
    try:
        return Task.model_validate({**document.content, "folder": document.folder})
    except ValidationError as error:
        raise complaint(error, document, Task) from None
