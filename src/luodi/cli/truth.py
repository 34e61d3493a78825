"""What a person says is true of an answer, as the ledger takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.cli.speech import phrase
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.store.home import Home


def said(home: Home, name: str, truth: str) -> str:
    """A truth as canonical text; of an answer that is not known, as it was said.

    Args:
        home: The home.
        name: The id that the answer came with.
        truth: What was said.

    Raises:
        LuodiError: ``review.truth`` when the task cannot have it.
    """
    from luodi.core.text import canonical
    from luodi.serve.codecs import Codecs

    codec = Codecs(home).of({name}).get(name)
    text = canonical(truth) if codec is None else codec.truth(truth)
    if text is None:
        assert codec is not None
        raise LuodiError("review.truth", known=", ".join(codec.classes) or phrase("review_number"))
    return text
