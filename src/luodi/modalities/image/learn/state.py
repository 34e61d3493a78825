"""A training that was cut off, as plain arrays and JSON: it goes on where it stood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError

FORMAT = "image-training/1"


@dataclass(frozen=True)
class State:
    """Everything that a training needs to go on after an epoch.

    Attributes:
        arrays: Weights, averages, the best so far and what the optimizer remembers, by name.
        facts: JSON values: how far it is, and what is trained.
    """

    arrays: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]

    @property
    def spent(self) -> float:
        """Seconds that the training took so far."""
        return float(self.facts.get("spent", 0.0))

    def to_bytes(self) -> bytes:
        """The state as a safetensors file, which holds numbers and text but no code."""
        from safetensors.numpy import save as in_bytes

        told = {"format": FORMAT, "facts": json.dumps(dict(self.facts), sort_keys=True)}
        plain = {name: np.array(array, order="C") for name, array in self.arrays.items()}
        return bytes(in_bytes(plain, metadata=told))

    @classmethod
    def from_bytes(cls, data: bytes) -> State:
        """The state from what ``to_bytes`` gave.

        Raises:
            LuodiError: ``train.state`` when it is something else or is damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            arrays = load(data)
            length = int.from_bytes(data[:8], "little")
            told = json.loads(data[8 : 8 + length])["__metadata__"]
            if told["format"] != FORMAT:
                raise ValueError(told["format"])
            return cls(arrays, json.loads(told["facts"]))
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise LuodiError("train.state", reason=repr(error)[:200]) from None

    def part(self, name: str) -> dict[str, np.ndarray]:
        """The arrays whose names begin with ``name`` and a dot, without that."""
        head = f"{name}."
        return {k.removeprefix(head): v for k, v in self.arrays.items() if k.startswith(head)}
