"""Which learners are networks of this house, which can be made smaller or written otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.core.errors import LuodiError
from luodi.modalities.image.learn.prepared import BANK, FROZEN, TUNED


def refuse_others(name: str, families: Iterable[str]) -> None:
    """Refuse what began with something that was not learned here.

    Args:
        name: What to call the release.
        families: Families of its members.

    Raises:
        LuodiError: ``compress.brought``.
    """
    for family in families:
        if family in (BANK, FROZEN, TUNED):
            raise LuodiError("compress.brought", name=name, family=family)
