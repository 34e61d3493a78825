"""A release file → something that answers; every check stands before the first answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.manifest import Manifest
from luodi.runtime import gate, golden
from luodi.runtime.container import Members, Source, Watch, open_release, unwatched
from luodi.runtime.explain import Explanation, explain
from luodi.runtime.score import Scorer, Scores
from luodi.runtime.seal import Signer


@dataclass(frozen=True)
class Release:
    """A release that passed every check, ready to answer.

    Attributes:
        manifest: Its table of contents.
        signer: Who sealed it.
        members: Its contents.
        scorer: What answers.
    """

    manifest: Manifest
    signer: Signer
    members: Members
    scorer: Scorer

    @cached_property
    def digest(self) -> str:
        """``sha256:…``, the name of exactly these answers; it stands beside every one of them."""
        return self.manifest.digest

    @property
    def name(self) -> str:
        """The task's name."""
        return self.manifest.name

    @property
    def goal(self) -> str:
        """The task's goal, such as ``classify``."""
        return self.manifest.goal

    @property
    def codec(self) -> Mapping[str, Any]:
        """How records are laid into the graph."""
        return self.members.json["codec.json"]

    @property
    def golden(self) -> Mapping[str, Any]:
        """Records and the answers that were judged."""
        return self.members.json["golden.json"]

    @property
    def reference(self) -> Mapping[str, Any]:
        """What inputs and answers looked like in training, for drift."""
        return self.members.json["reference.json"]

    @property
    def plan(self) -> Mapping[str, Any]:
        """Enough to build it again."""
        return self.members.json["plan.json"]

    @property
    def card(self) -> Mapping[str, Any]:
        """What the card shows."""
        return self.members.json["card.json"]

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What it was built from, with what and when."""
        return self.members.json["provenance.json"]

    def score(self, rows: Any) -> Scores:
        """Answers as arrays; ``rows`` as for ``predict``."""
        return self.scorer.score(rows)

    def predict(self, rows: Any) -> Any:
        """Answers of the same kind as the rows, each with the release's digest.

        Args:
            rows: A dict, a list of dicts, or a pandas, Polars or Arrow frame.

        Raises:
            LuodiError: ``rows.*`` when a value cannot be what its column is.
        """
        return self.scorer.predict(rows)

    def explain(self, row: Mapping[str, Any]) -> Explanation:
        """What one answer hangs on: columns of a table, fields of an image.

        Args:
            row: One record.

        Raises:
            LuodiError: ``rows.*`` when a value cannot be what its column is.
        """
        return explain(self.scorer, row)


def load(source: Source, *, key: Source | None = None, watch: Watch = unwatched) -> Release:
    """Load a release: size, structure, signature, digests, graph, session, golden rows.

    Args:
        source: A file, or the bytes themselves. They are read once.
        key: The public key that must have signed it: a file or bytes, PEM or raw.
        watch: Called with the name of each step; what it returns is entered around the step.

    Returns:
        The release.

    Raises:
        LuodiError: ``release.*`` from the first check that fails.

    Example:
        >>> load("machine-failure.luodi").predict({"Torque [Nm]": 40.1})  # doctest: +SKIP
        {'decision': 0, 'action': 'accept', 'probability_0': 0.99, ...}
    """
    members = open_release(source, key=key, watch=watch)
    manifest = members.manifest
    with watch("graph"):
        widths = gate.check(members.model, manifest.modality)
    with watch("session"):
        scorer = _session(members, widths)
    with watch("golden"):
        _answers_as_judged(members, scorer)
    return Release(manifest, members.signer, members, scorer)


def _session(members: Members, widths: Mapping[str, int]) -> Scorer:
    codec, digest = members.json["codec.json"], members.manifest.digest
    if str(codec.get("format")).partition("/")[0] != members.manifest.modality:
        raise LuodiError("release.manifest", field="modality")
    try:
        scorer = Scorer(members.model, codec, release=digest)
    except LuodiError:
        raise
    except Exception as error:  # onnxruntime's own errors share no base class
        raise LuodiError("release.session", reason=type(error).__name__) from None
    if scorer.goal != members.manifest.goal:
        raise LuodiError("release.manifest", field="goal")
    if dict(scorer.codec.widths) != widths:
        raise LuodiError("release.manifest", field="codec.json")
    return scorer


def _answers_as_judged(members: Members, scorer: Scorer) -> None:
    try:
        whole = b"QuantizeLinear" in members.model  # a name in it, which the gate has looked at
        golden.check(members.json["golden.json"], scorer, members.manifest.modality, whole)
    except LuodiError as error:
        if error.code.startswith("release."):
            raise
        raise LuodiError("release.golden_form") from None
    except Exception as error:  # as above, and anything that strange rows can provoke
        raise LuodiError("release.session", reason=type(error).__name__) from None
