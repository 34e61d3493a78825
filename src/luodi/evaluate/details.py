"""The shape of ``Verdict.details``: plain JSON data, for the card and for programs.

Numbers that are undefined are None, never NaN. Differences, gains and drops of figures are
oriented; each entry says which direction is good. A part that a goal lacks is None.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Resampling(TypedDict):
    """How the intervals came to be. ``by``: classes, rows, groups or blocks (of time)."""

    resamples: int
    by: str
    clusters: int | None
    rows: int


class Confusion(TypedDict):
    """``counts`` by actual (row) and decided class; ``reviewed`` by actual class."""

    counts: list[list[int]]
    reviewed: list[int]


class Policy(TypedDict):
    """A simple rule: ``always`` one class, or ``review_all``; ``per_row`` is its cost."""

    name: str
    decided: str | None
    per_row: float


class Cost(TypedDict):
    """Cost of the graph's decisions; a last column of ``table`` is the price of a review."""

    per_row: float
    total: float
    table: list[list[float]]
    reviewed_share: float
    policies: list[Policy]


class Bin(TypedDict):
    """One point of the reliability curve, with the 95 % Wilson interval of ``observed``."""

    predicted: float
    observed: float
    low: float
    high: float
    rows: int


class Calibration(TypedDict):
    """``of`` names the positive class; it is empty for the most probable one of many.

    ``brier`` holds ``total`` and Murphy's ``reliability``, ``resolution``, ``uncertainty``.
    """

    of: str
    error: float
    bins: list[Bin]
    brier: dict[str, float]


class Curve(TypedDict):
    """Curves of one class.

    ``precision_recall``: ``recall`` and ``precision``; ``roc``: ``false_alarm`` and ``hit``;
    ``here``: the same figures at the graph's own decision; ``scores``: 20 bars of the class's
    probability, ``own`` for its rows and ``others``, between 21 ``edges``.
    """

    of: str
    share: float
    precision_recall: dict[str, list[float]]
    roc: dict[str, list[float]]
    here: dict[str, float | None]
    scores: dict[str, list[float]]


class Fifth(TypedDict):
    """A fifth of the predictions: mean absolute ``error``, mean predicted - actual ``bias``."""

    low: float
    high: float
    rows: int
    error: float
    bias: float


class Residuals(TypedDict):
    """``sample`` holds [actual, predicted]; ``error_quantiles`` are of the absolute error."""

    sample: list[list[float]]
    histogram: dict[str, list[float]]
    by_quantile: list[Fifth]
    error_quantiles: dict[str, float]


class Mistake(TypedDict):
    """A row number of the holdout; ``loss`` is -ln p(truth) or the absolute error."""

    row: int
    truth: str | float
    decided: str | float
    loss: float


class Slice(TypedDict):
    """A slice against the rest. ``difference`` below 0 is worse; ``value`` "" is missing.

    ``expected`` is what the release's own probabilities say the figure should be here (None for
    ``regress``), ``surprise`` the difference that this leaves; ``worse`` and ``surprising`` hold
    when the corrected p-values ``p_corrected`` and ``p_surprise`` are below 0.05.
    """

    column: str
    value: str
    range: list[float] | None
    rows: int
    figure: float
    low: float
    high: float
    rest: float
    difference: float
    difference_low: float
    difference_high: float
    p: float
    expected: float | None
    surprise: float
    p_corrected: float
    p_surprise: float
    worse: bool
    surprising: bool


class Slices(TypedDict):
    """``metric`` is what slices are compared by; ``worst`` names at most 20, worst first."""

    metric: str
    overall: float | None
    looked_at: int
    columns: int
    worst: list[Slice]


class Group(TypedDict):
    """One group of a sensitive column; ``share`` and ``selected`` are means for ``regress``."""

    group: str
    rows: int
    share: float | None
    selected: float | None
    hit_rate: float | None
    false_alarm_rate: float | None
    roc_auc: float | None
    figure: float | None
    low: float | None
    high: float | None


class Fairness(TypedDict):
    """Groups of one column and the gaps between them; 1 is the best ``selection_ratio``."""

    column: str
    of: str
    groups: list[Group]
    selection_ratio: float | None
    hit_gap: float | None
    false_alarm_gap: float | None
    equalised_odds_gap: float | None
    figure_gap: float | None


class Found(TypedDict):
    """How often a class is found by the release (``mine``) and by a baseline (``theirs``)."""

    name: str
    rows: int
    mine: float
    theirs: float


class Baseline(TypedDict):
    """``answer``: better, worse, no_difference or unknown; ``difference`` above 0 is better.

    ``by_class`` and ``accuracy_difference`` are there for classes only.
    """

    name: str
    figure: float | None
    mine: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    answer: str
    by_class: NotRequired[list[Found]]
    accuracy_difference: NotRequired[float | None]


class Noise(TypedDict):
    """Numbers moved by ``share`` of their spread; ``drop`` above 0 is worse."""

    share: float
    changed: float
    figure: float | None
    drop: float | None


class Trouble(Noise):
    """Another trouble of this kind of data, such as ``darker`` of an image."""

    trouble: str


class Missing(TypedDict):
    """One column taken away; ``drop`` above 0 is worse."""

    column: str
    changed: float
    figure: float | None
    drop: float | None


class Robustness(TypedDict):
    """``changed`` is the share of decisions that changed, or of values that moved by more than
    a tenth of their spread."""

    rows: int
    metric: str
    before: float | None
    noise: Noise
    troubles: list[Trouble]
    missing: list[Missing]


class Speed(TypedDict, total=False):
    """Times in ms on the machine that judged; only size and load without rows."""

    one_row_ms_p50: float
    one_row_ms_p99: float
    bare_ms_p50: float
    ratio_to_bare: float | None
    batch_rows_per_s: float
    batch_rows: int
    load_ms: float
    size_mb: float
    calls: int


class Details(TypedDict):
    """All details of a verdict."""

    goal: str
    metric: str
    rows: int
    unit: str | None
    classes: list[str]
    positive: str | None
    class_counts: list[int]
    resampling: Resampling | None
    confusion: Confusion | None
    cost: Cost | None
    calibration: Calibration | None
    curves: list[Curve] | None
    residuals: Residuals | None
    top_errors: list[Mistake]
    slices: Slices
    fairness: list[Fairness]
    baselines: list[Baseline]
    robustness: Robustness | None
    speed: Speed
    parity: dict[str, object]
    importance: list[list[object]]
