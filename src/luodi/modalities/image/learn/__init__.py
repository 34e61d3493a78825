"""Networks for images; torch is needed here and nowhere in scoring."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from luodi.core.errors import needs
from luodi.core.events import Listener, silent

if TYPE_CHECKING:
    from luodi.core.task import Task
    from luodi.core.values import Parts
    from luodi.core.workshop import Shelf
    from luodi.modalities.image.learn.workshop import ImageWorkshop

NEEDED, EXTRA = ("torch", "safetensors"), "vision"


def image_workshop(
    parts: Parts,
    task: Task,
    recorded: Mapping[str, Any] | None = None,
    listener: Listener = silent,
    shelf: Shelf | None = None,
) -> ImageWorkshop:
    """Training images made ready for networks, see ``workshop.ImageWorkshop``.

    Raises:
        LuodiError: ``environment.missing_package`` without torch; as ``ImageWorkshop``.
    """
    for package in NEEDED:
        if find_spec(package) is None:
            raise needs(package, EXTRA)
    from luodi.modalities.image.learn.workshop import ImageWorkshop

    return ImageWorkshop(parts, task, recorded, listener, shelf)
