"""The codecs of all modalities: what scoring needs of a kind of data, and nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.core.codec import Codec

CODECS = {
    "image": "luodi.modalities.image.codec",
    "tabular": "luodi.modalities.tabular.codec",
}


def codec(data: Mapping[str, Any]) -> Codec:
    """The codec of a release, read by the modality that its format names.

    Raises:
        LuodiError: ``rows.codec`` when no modality here reads it.
    """
    name = str(data.get("format", "")).partition("/")[0]
    if name not in CODECS:
        raise LuodiError("rows.codec", reason=f"format {name[:40]!r}")
    return cast("Codec", import_module(CODECS[name]).Codec.from_json(data))
