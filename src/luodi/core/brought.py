"""What a task brings along to training besides records: a network that was trained before."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from luodi.core.complaint import Refusal
from luodi.core.part import Part


def _channels(value: Any) -> Any:
    single = isinstance(value, int | float) and not isinstance(value, bool)
    return [value] if single else value


Channels = Annotated[
    tuple[float, ...],
    BeforeValidator(_channels),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]}),
]


class Train(Part):
    """What training is given besides records."""

    backbone: str | None = Field(
        None,
        min_length=1,
        description="a network that was trained before, for images: FILE.onnx, FILE.onnx#TENSOR "
        "for one of its tensors, or FILE.safetensors with weights of a network of luodi's own",
    )
    mean: Channels | None = Field(
        None, description="what the backbone wants taken off pixels of 0 to 1, one or a channel"
    )
    std: Channels | None = Field(
        None, description="what the backbone wants pixels divided by after that, one or a channel"
    )

    @model_validator(mode="after")
    def _pixels(self) -> Train:
        for name, least in (("mean", 0.0), ("std", 1e-3)):
            given = getattr(self, name)
            if given is None:
                continue
            if self.backbone is None:
                raise Refusal("backbone_missing", at=name)
            if len(given) not in (1, 3):
                raise Refusal("channels", at=name)
            if not all(least <= value <= 1 for value in given):
                raise Refusal("pixels_of_one", at=name)
        return self
