"""How one network is trained, as typed values that go through a recipe's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Settings:
    """Settings of one training.

    Attributes:
        learning_rate: The highest of the cycle, for batches of 128.
        optimizer: ``sgd`` with Nesterov momentum, or ``adamw``.
        decay: Weight decay.
        smoothing: Share of the truth that is spread over all classes (Szegedy et al. 2016).
        dropout: Share of units left out before the last layer.
        width: Factor of the network's channels.
        augment: How strongly images are varied, 0 for not at all, 1 for much.
        mirror: Whether images may be mirrored left to right.
        mixup: Both parameters of the Beta distribution of mixup; 0 for none.
        batch: Images a step.
        threads: Threads that share the work; with another number the last digits differ.
        channels_last: Whether channels lie innermost in memory.
        bf16: Whether products are formed with 16-bit numbers.
        views: 1, or 2 to ask about the mirror image too; 0 to decide by rows kept out.
    """

    learning_rate: float = 0.1
    optimizer: str = "sgd"
    decay: float = 5e-4
    smoothing: float = 0.05
    dropout: float = 0.0
    width: float = 1.0
    augment: float = 0.5
    mirror: bool = False
    mixup: float = 0.0
    batch: int = 128
    threads: int = 1
    channels_last: bool = False
    bf16: bool = False
    views: int = 1

    def to_json(self) -> dict[str, Any]:
        """The settings as a recipe's params."""
        return asdict(self)

    @classmethod
    def from_json(cls, params: Mapping[str, Any]) -> Settings:
        """The settings of a recipe's params; what is not given is the default."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in params.items() if name in known})
