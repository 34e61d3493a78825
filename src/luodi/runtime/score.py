"""Records in, answers out: one codec, one graph, one way for every caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from luodi.core.codec import Batch, Warnings
from luodi.core.errors import LuodiError, needs
from luodi.core.session import STRANGENESS, Session, chunk, strange
from luodi.modalities.codecs import codec as read_codec

LONG, PART = 131_072, 65_536
"""A frame of more rows than the first is laid out in parts of about the second."""
MOST_NAMED = 10
UNLIKE = "unlike_training"
"""The warning to a record that the network itself finds unlike all that it was trained on."""


class Scores(NamedTuple):
    """Answers as arrays, one entry a row; what belongs to the other goal is None.

    Attributes:
        probabilities: float64 (rows, classes).
        decision: int64 (rows,), index into the classes.
        review: bool (rows,): whether a human should look.
        value: float64 (rows,).
        warnings: Codes such as ``out_of_range:Torque [Nm]``, one tuple a row.
        strangeness: float64 (rows,), above 1 where a record is unlike those of training; None
            where the graph does not tell.
    """

    probabilities: np.ndarray | None
    decision: np.ndarray | None
    review: np.ndarray
    value: np.ndarray | None
    warnings: list[tuple[str, ...]]
    strangeness: np.ndarray | None = None


class Scorer:
    """A graph and its codec, ready to answer.

    Args:
        model: The ONNX graph.
        codec: The codec as JSON data.
        release: Digest to write beside each answer.
        session: What runs the model, where it is no ONNX graph.
    """

    def __init__(
        self,
        model: bytes,
        codec: Mapping[str, Any],
        *,
        release: str | None = None,
        session: Session | None = None,
    ) -> None:
        self.codec = read_codec(codec)
        self.session = session or Session(model, self.codec.goal)
        self.release = release
        self._keys = tuple(f"probability_{c}" for c in self.codec.classes)

    @property
    def goal(self) -> str:
        """``classify`` or ``regress``."""
        return self.codec.goal

    @property
    def knows_strange(self) -> bool:
        """Whether the graph tells which records are unlike those of training."""
        return self.session.names[-1] == STRANGENESS

    @property
    def classes(self) -> tuple[str, ...]:
        """Canonical text of the classes."""
        return self.codec.classes

    def score(self, rows: Any) -> Scores:
        """Answers as arrays.

        Args:
            rows: A dict, a list of dicts, or a pandas, Polars or Arrow frame.

        Raises:
            LuodiError: ``rows.*`` when a value cannot be what its column is.
        """
        if isinstance(rows, Mapping):
            return self.score_batch(self.codec.encode_row(rows))
        if isinstance(rows, Sequence):
            return self._streamed(len(rows), self.codec.rows_in_parts(_records(rows)))
        frame = _framed(rows)
        return self._streamed(len(frame), self._parts(frame))

    def score_batch(self, batch: Batch) -> Scores:
        """Answers as arrays to records that the codec has laid out already."""
        return self._scores(self.session(batch.feeds), batch.warnings)

    def _streamed(self, rows: int, batches: Iterable[Batch]) -> Scores:
        """Answers to batches that are laid out while the graph runs over those before."""
        warnings: Warnings = []

        def feeds() -> Iterator[dict[str, np.ndarray]]:
            for batch in batches:
                warnings.extend(batch.warnings)
                yield batch.feeds

        return self._scores(self.session.stream(rows, feeds()), warnings)

    def _parts(self, frame: Any) -> Iterator[Batch]:
        """A frame as the codec's arrays, a long one in parts."""
        rows = len(frame)
        step = chunk(rows)
        part = rows if rows <= LONG else step * max(1, PART // step)
        for at in range(0, max(1, rows), max(1, part)):
            try:
                yield from self._laid(frame[at : at + part])
            except LuodiError as error:
                if "row" not in error.facts:
                    raise
                row = {"row": int(error.facts["row"]) + at}
                raise LuodiError(error.code, **{**error.facts, **row}) from None

    def _scores(self, outputs: list[np.ndarray], warnings: Warnings) -> Scores:
        strangeness = self._strangeness(outputs)
        if strangeness is not None:
            warnings = self._warned(warnings, strangeness)
        noticed = np.fromiter(map(bool, warnings), bool, len(warnings))
        if self.goal == "regress":
            return Scores(None, None, noticed, outputs[0], warnings, strangeness)
        probabilities, decision, review = outputs[:3]
        return Scores(probabilities, decision, review | noticed, None, warnings, strangeness)

    def _strangeness(self, outputs: list[np.ndarray]) -> np.ndarray | None:
        return outputs[-1].astype(np.float64, copy=False) if self.knows_strange else None

    def _warned(self, warnings: Warnings, strangeness: np.ndarray) -> Warnings:
        """The warnings with one more for each record that is unlike those of training."""
        code = f"{UNLIKE}:{self.codec.names[0]}"
        pairs = zip(warnings, strange(strangeness).tolist(), strict=True)
        return [(*codes, code) if unlike else codes for codes, unlike in pairs]

    def predict(self, rows: Any) -> Any:
        """Answers of the same kind as the rows: a dict, a list of dicts, or a frame.

        Raises:
            LuodiError: as ``score``.
        """
        if isinstance(rows, Mapping):
            return self._answer(rows)
        scores = self.score(rows)
        if isinstance(rows, Sequence):
            return self._listed(scores)
        return _like(rows, self._columns(scores if scores.warnings else self._example()))

    def _answer(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fast way for one record."""
        batch = self.codec.encode_row(row)
        outputs = self.session(batch.feeds)
        warnings, strangeness = batch.warnings[0], self._strangeness(outputs)
        if strangeness is not None:
            (warnings,) = self._warned(batch.warnings, strangeness)
        answer: dict[str, Any]
        if self.goal == "regress":
            answer = {"value": float(outputs[0][0]), "action": "review" if warnings else "accept"}
        else:
            probabilities, decision, review = outputs[:3]
            act = "review" if warnings or review[0] else "accept"
            answer = {"decision": self.codec.typed_classes[decision[0]], "action": act}
            answer.update(zip(self._keys, probabilities[0].tolist(), strict=True))
        if strangeness is not None:
            answer[STRANGENESS] = float(strangeness[0])
        answer["warnings"] = list(warnings)
        if self.release:
            answer["release"] = self.release
        return answer

    def _laid(self, frame: Any) -> Iterator[Batch]:
        """A frame as the codec's arrays."""
        wanted = frozenset(self.codec.names)
        columns = {c.name: _array(c) for c in frame.iter_columns() if c.name in wanted}
        # with no column in common, the names that are there go into the error
        foreign: dict[str, Any] = {} if columns else dict.fromkeys(frame.columns)
        return self.codec.columns_in_parts({**columns, **foreign}, len(frame))

    def _columns(self, scores: Scores) -> dict[str, Any]:
        """Answers as named columns, in the documented order."""
        action = np.where(scores.review, "review", "accept").tolist()
        columns: dict[str, Any]
        if scores.value is not None:
            columns = {"value": scores.value, "action": action}
        else:
            assert scores.decision is not None and scores.probabilities is not None
            typed = self.codec.typed_classes
            columns = {"decision": [typed[i] for i in scores.decision.tolist()], "action": action}
            columns |= dict(zip(self._keys, scores.probabilities.T, strict=True))
        if scores.strangeness is not None:
            columns[STRANGENESS] = scores.strangeness
        columns["warnings"] = [";".join(codes) for codes in scores.warnings]
        if self.release:
            columns["release"] = [self.release] * len(action)
        return columns

    def _example(self) -> Scores:
        """One answer of no meaning: an empty frame takes the types of its columns from it."""
        shares, number = np.zeros((1, len(self.classes))), np.zeros(1)
        unlike = number if self.knows_strange else None
        if self.goal == "regress":
            return Scores(None, None, np.zeros(1, bool), number, [()], unlike)
        return Scores(shares, np.zeros(1, np.int64), np.zeros(1, bool), None, [()], unlike)

    def _listed(self, scores: Scores) -> list[dict[str, Any]]:
        columns = self._columns(scores) | {"warnings": [list(w) for w in scores.warnings]}
        plain = (c.tolist() if isinstance(c, np.ndarray) else c for c in columns.values())
        return [dict(zip(columns, row, strict=True)) for row in zip(*plain, strict=True)]


def _records(rows: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    """A list of records, which must be dicts."""
    if isinstance(rows, str | bytes):
        raise LuodiError("rows.not_rows", kind=type(rows).__name__)
    for row in rows:
        if not isinstance(row, Mapping):
            raise LuodiError("rows.not_dicts", kind=type(row).__name__)
    return rows


def _framed(rows: Any) -> Any:
    """A narwhals frame around a native one."""
    if not hasattr(rows, "columns"):
        raise LuodiError("rows.not_rows", kind=type(rows).__name__)
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        raise needs("narwhals", "runtime,frames") from None
    try:
        return nw.from_native(rows, eager_only=True)
    except nw.exceptions.DuplicateError:
        raise LuodiError("rows.same_name", names=_same_names(rows)) from None
    except TypeError:
        raise LuodiError("rows.not_rows", kind=type(rows).__name__) from None


def _same_names(rows: Any) -> str:
    """The names that more than one column of a pandas or Arrow frame has."""
    pandas = hasattr(rows.columns, "tolist")  # what Arrow calls so are the values
    counted = Counter(map(str, rows.columns if pandas else rows.column_names))
    return ", ".join([name for name, count in counted.items() if count > 1][:MOST_NAMED])


def _array(series: Any) -> np.ndarray:
    """A frame's column as numpy: floats with NaN, datetime64, or objects."""
    import narwhals.stable.v2 as nw

    if series.dtype == nw.Float64:
        return np.asarray(series.to_numpy(), np.float64)
    if series.dtype.is_numeric():
        return np.asarray(series.cast(nw.Float64()).to_numpy(), np.float64)
    if series.dtype == nw.Datetime:
        if series.dtype.time_zone:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return np.asarray(series.to_numpy(), "datetime64[us]")
    return np.asarray([*series.to_list(), None], object)[:-1]


def _like(rows: Any, columns: dict[str, Any]) -> Any:
    """A frame of the same library as ``rows``; pandas keeps its index."""
    import narwhals.stable.v2 as nw

    frame = nw.from_native(rows, eager_only=True)
    native = nw.from_dict(columns, backend=frame.implementation).head(len(frame)).to_native()
    if frame.implementation.is_pandas():
        native.index = rows.index
    return native
