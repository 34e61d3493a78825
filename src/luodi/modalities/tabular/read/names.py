"""Names of columns: cleaned, told apart, and matched where only spaces, case or width differ."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from luodi.core.errors import LuodiError
from luodi.core.values import Finding

_INVISIBLE = re.compile("[\\s\u200b\u200c\u200d\u2060\ufeff]+")
_EDGES = " \t\r\n\f\v\u3000\u00a0\u200b\ufeff"


def cleaned(names: Iterable[str | None], label: str) -> tuple[list[str], tuple[Finding, ...]]:
    """Names without outer white space; a column without a name is called by its place.

    Args:
        names: The names as they stand in the source.
        label: What to call the source in messages.

    Returns:
        The names, all different, and a note on those that were missing.

    Raises:
        LuodiError: ``read.repeated_columns``.
    """
    found = [(name or "").strip(_EDGES) for name in names]
    unnamed = [f"column_{place}" for place, name in enumerate(found, 1) if not name]
    full = [name or f"column_{place}" for place, name in enumerate(found, 1)]
    repeated = [name for name, count in Counter(full).items() if count > 1]
    if repeated:
        raise LuodiError("read.repeated_columns", source=label, columns=listed(repeated))
    evidence = {"source": label, "columns": listed(unnamed)}
    return full, (Finding("read.unnamed", "note", None, evidence),) if unnamed else ()


def loose(name: str) -> str:
    """A name without spaces, case and width: what two spellings of it share.

    Example:
        >>> loose("Ｔorque  [Nm]") == loose("torque[nm]")
        True
    """
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def matched(wanted: Iterable[str], present: Sequence[str]) -> dict[str, str]:
    """For each wanted name that is not there, the only present one that is loosely the same.

    Args:
        wanted: Names to look for.
        present: Names that are there.

    Returns:
        Present name to wanted name, for those that differ.
    """
    wanted = list(dict.fromkeys(wanted))
    there, free = set(present), set(wanted)
    by_key: dict[str, list[str]] = {}
    for name in present:
        if name not in free:
            by_key.setdefault(loose(name), []).append(name)
    pairs = ((name, by_key.get(loose(name), [])) for name in wanted if name not in there)
    return {candidates[0]: name for name, candidates in pairs if len(candidates) == 1}


def renamed(pairs: Mapping[str, str], label: str) -> tuple[Finding, ...]:
    """A warning for each column that was found under another spelling."""
    return tuple(
        Finding("read.renamed", "warning", wanted, {"source": label, "found": found})
        for found, wanted in pairs.items()
    )


def nearest(name: str, present: Sequence[str]) -> str:
    """The three present names that are most like a name, for a message."""
    from difflib import get_close_matches

    keys = {loose(other)[:200]: other for other in present[:2000]}
    close = get_close_matches(loose(name)[:200], list(keys), 3, 0.4)
    return listed([keys[key] for key in close] or list(present[:5]))


def listed(names: Sequence[str], most: int = 5, width: int = 60) -> str:
    """Names for a message: quoted, cut, and no more than a few."""
    shown = [
        f"'{name if len(name) <= width else name[: width - 1] + '…'}'" for name in names[:most]
    ]
    more = f" (+{len(names) - most})" if len(names) > most else ""
    return ", ".join(shown) + more
