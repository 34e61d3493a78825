"""What one stage hands to the next: frozen values, in the order of the loop.

``Dataset → Candidate → Artifact → Verdict → Release → Prediction``. Values hold data, never
handles; heavy libraries appear as types only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from luodi.core import words

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

Kind = Literal["number", "category", "time", "image"]
Severity = Literal["error", "warning", "note"]
Labels = Literal["string", "integer", "boolean", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the records, as the reader understood it.

    Attributes:
        name: The name in the source, unchanged.
        kind: ``number`` (Float64), ``category`` (String), ``time`` (Datetime, microseconds) or
            ``image`` (Binary, the bytes of a file).
        unit: Unit of measurement, as the task gives it.
        low: Lowest possible value by the task; below it a value is broken.
        high: Highest possible value by the task.
        formats: How dates are written in text, as ``strptime`` formats, most frequent first.
        missing: Values that mean "missing", as the task gives them.
        sensitive: Whether figures are compared between this column's groups.
    """

    name: str
    kind: Kind
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    formats: tuple[str, ...] = ()
    missing: tuple[float | str, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check, the reader or a gate has to say, with its evidence in numbers.

    Attributes:
        code: Stable code such as ``leak.flag``; its text stands in ``core/words/``.
        severity: ``error`` stops a build, ``warning`` does not, ``note`` informs.
        column: The column it is about, if it is about one.
        evidence: Numbers and names that the text uses.
    """

    code: str
    severity: Severity
    column: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: Literal["seen", "wanted", "remedy"], lang: str | None = None) -> str:
        """One part of the text in English or Chinese."""
        facts = {"column": self.column, **self.evidence}
        return words.part(self.code, name, words.language(lang), facts)

    def record(self, lang: str | None = None) -> dict[str, Any]:
        """The finding as JSON data."""
        texts = {name: self.part(name, lang) for name in ("seen", "wanted", "remedy")}
        return {
            "code": self.code,
            "severity": self.severity,
            "column": self.column,
            "evidence": dict(self.evidence),
            **texts,
        }


@dataclass(frozen=True)
class Dataset:
    """Raw records as read: nothing imputed, encoded or scaled.

    Attributes:
        table: All columns that were read, also target, time, group and ignored ones. Feature
            columns have the type of their kind; missing is null.
        columns: The feature columns, in the order of the source.
        target: Name of the target column; None for records without truth.
        digest: ``sha256:…`` of the content (names, types and values), independent of the file.
        source: What was read, without a folder.
        labels: For ``classify``, the type that class labels had in the source; the target column
            itself holds their canonical text (``core.text.canonical``). ``number`` for ``regress``.
        notes: What the reader did or noticed (renamed columns, sampled rows).
    """

    table: pl.DataFrame
    columns: tuple[Column, ...]
    target: str | None
    digest: str
    source: str
    labels: Labels = "string"
    notes: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return self.table.height

    def series(self) -> dict[str, pl.Series]:
        """All columns of the table by name.

        A table looks a name up in time that grows with its columns: ask once, not column by
        column.
        """
        return {column.name: column for column in self.table.get_columns()}


@dataclass(frozen=True)
class Parts:
    """A dataset cut in two, and the folds of the training part.

    Attributes:
        train: What training may see.
        holdout: What only ``evaluate`` may see.
        folds: For each fold, the row numbers of ``train`` that it validates on. Rows that stand
            in no fold (the earliest, in a split by time) are only trained on.
        by: How it was cut.
    """

    train: Dataset
    holdout: Dataset
    folds: tuple[np.ndarray, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one learner was set: enough to fit it again.

    Attributes:
        family: Name of the learner, such as ``lightgbm``.
        params: Its settings, JSON values only.
        features: Name of the feature set it sees.
        seed: Seed of its random choices.
        rounds: Boosting rounds of each fold's model, once known.
    """

    family: str
    params: Mapping[str, Any]
    features: str
    seed: int
    rounds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Epoch:
    """How a training that goes by epochs stood after one of them.

    Attributes:
        loss: Mean loss of the epoch, over the rows as they were varied for training.
        score: The task's metric on rows that were not learned from, higher is better; NaN where
            there are none.
        seconds: Since the training began.
    """

    loss: float
    score: float
    seconds: float


@dataclass(frozen=True)
class Member:
    """A fitted learner: one model a fold, and what they say of the rows they did not see.

    Attributes:
        recipe: How it was set.
        models: The fitted models, one a fold, of the learner's own kind.
        out_of_fold: Predictions for the training rows, shape (rows, classes) of probabilities or
            (rows,) of values; NaN where a row stands in no fold.
        score: The task's metric on them; higher is better, whatever the metric.
        seconds: Time the fit took.
        epochs: How the training went, epoch by epoch; empty for a learner that knows none.
    """

    recipe: Recipe
    models: tuple[Any, ...]
    out_of_fold: np.ndarray
    score: float
    seconds: float
    epochs: tuple[Epoch, ...] = ()


@dataclass(frozen=True)
class Change:
    """A way to make a fitted learner smaller.

    Attributes:
        name: Its name on the table.
        settings: What is done, JSON values only.
        trains: Whether it takes time as a training does.
        whole: Whether every number that lies between layers has 8 bits, as small devices want.
    """

    name: str
    settings: Mapping[str, Any]
    trains: bool
    whole: bool = False

    def __hash__(self) -> int:
        """Changes of one name are one."""
        return hash(self.name)


@dataclass(frozen=True)
class Candidate:
    """What training proposes: a weighted mean of members, calibrated, with its decision rule.

    Attributes:
        name: Name on the leaderboard.
        members: The members.
        weights: Their weights, which sum to 1.
        calibration: Settings of the calibration map; empty for none.
        decision: Settings of the decision rule (threshold, cost matrix, review cost).
        score: The metric out of fold; higher is better.
        prepared: What the modality fitted before any learner (codec, feature plan).
    """

    name: str
    members: tuple[Member, ...]
    weights: tuple[float, ...]
    calibration: Mapping[str, Any]
    decision: Mapping[str, Any]
    score: float
    prepared: Any


@dataclass(frozen=True)
class Artifact:
    """A candidate as it will be shipped: bytes that anyone can score with.

    Attributes:
        model: The ONNX graph, raw columns to answers.
        codec: The typed table that lays records into the graph's inputs and reads its outputs.
        golden: Records (JSON) and the answers that the graph gave for them.
        reference: What inputs and answers looked like in training, for drift.
        plan: Candidates, rounds and seeds: enough to build it again.
        parity: Measured differences between the trained object and the graph.
        importance: Share of the decision by column, most important first.
    """

    model: bytes
    codec: Mapping[str, Any]
    golden: Mapping[str, Any]
    reference: Mapping[str, Any]
    plan: Mapping[str, Any]
    parity: Mapping[str, Any]
    importance: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Portable:
    """A candidate as a file for another runtime, proven beside its graph.

    Attributes:
        form: ``float32`` or ``int8``.
        ending: Of its name, such as ``.tflite``.
        model: Its bytes.
        parity: How it answers beside the graph, as JSON data.
        figures: What it loses on records that nothing learned from.
        opened: Opens its bytes as what the judge can ask.
    """

    form: str
    ending: str
    model: bytes
    parity: Mapping[str, Any]
    figures: Mapping[str, float]
    opened: Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a verdict, with its interval where it has one.

    Attributes:
        name: The metric's name, such as ``average_precision`` or ``one_row_ms_p99``.
        value: The value.
        low: Lower end of the 95 % interval.
        high: Upper end.
        better: ``higher`` or ``lower``; None where it is neither.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    better: Literal["higher", "lower"] | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """How one gate went.

    Attributes:
        name: The figure or the built-in condition.
        passed: Whether it holds.
        wanted: The condition in words and numbers, such as ``>= 0.85 at 95 %``.
        seen: What was measured.
        finding: For a failed gate, why and what would help.
    """

    name: str
    passed: bool
    wanted: str
    seen: float | None
    finding: Finding | None = None


@dataclass(frozen=True)
class Verdict:
    """What the judge says of an artifact, from the exported graph on the holdout only.

    Attributes:
        figures: All figures by name; the task's metric is among them.
        gates: The gates, in the task's order.
        details: Plain data for the card: curves, confusion, slices, comparison, folds.
        findings: Findings of the check and the reader, carried along.
    """

    figures: Mapping[str, Figure]
    gates: tuple[GateResult, ...]
    details: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(gate.passed for gate in self.gates)
