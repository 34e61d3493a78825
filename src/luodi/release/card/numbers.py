"""How the card writes numbers: as many digits as the figure deserves, alike in all languages."""

from __future__ import annotations

from math import floor, isfinite, log10

MINUS, MISSING = "−", "–"


def number(value: object, digits: int = 3) -> str:
    """A measured number, thousands apart; a dash for a missing one.

    From 1 on it has so many significant digits. Below 1 it has at least as many places, so that
    shares line up, and never fewer than one digit less than asked.

    Example:
        >>> number(0.97234), number(0.0344), number(12345.6), number(-2.0), number(None)
        ('0.972', '0.034', '12,346', '−2', '–')
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    size = floor(log10(abs(value)))
    if size < -4 or size >= 15:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{_trimmed(mantissa)}e{int(power)}".replace("-", MINUS)
    if float(value).is_integer():
        return count(value)
    return f"{value:,.{_places(size, digits)}f}".replace("-", MINUS)


def _places(size: int, digits: int) -> int:
    """Decimal places for a number of this power of ten."""
    return max(0, digits - 1 - size) if size >= 0 else max(digits, digits - 2 - size)


def exact(value: object, digits: int = 6) -> str:
    """A number as it was given or seen: at most so many significant digits, none of them idle.

    Example:
        >>> exact(0.75), exact(295.3), exact(20000)
        ('0.75', '295.3', '20,000')
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return MISSING
    if isinstance(value, int) and abs(value) < 1e15:
        return count(value)
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.{max(digits, 6)}g}".replace("e+", "e").replace("-", MINUS)


def share(value: object, places: int = 1) -> str:
    """A share as a percentage; what is not nothing is never shown as 0.

    Example:
        >>> share(0.0339), share(0.00001), share(0), share(1)
        ('3.4%', '<0.1%', '0%', '100%')
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return MISSING
    if value in (0, 1):
        return f"{value * 100:.0f}%"
    least = 10.0**-places
    if 0 < value * 100 < least:
        return f"<{least:g}%"
    if 0 < (1 - value) * 100 < least:
        return f">{100 - least:g}%"
    return f"{value * 100:.{places}f}%".replace("-", MINUS)


def count(value: object) -> str:
    """A whole number with thousands apart."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return MISSING
    return f"{value:,.0f}".replace("-", MINUS)


def interval(low: object, high: object, digits: int = 3) -> str:
    """Both ends of an interval, with the same places.

    Example:
        >>> interval(0.9512, 0.98734), interval(9.5, 12), interval(None, 1)
        ('0.951 – 0.987', '9.5 – 12.0', '')
    """
    ends = [end for end in (low, high) if isinstance(end, int | float) and isfinite(end)]
    if len(ends) < 2:
        return ""
    largest = max(abs(end) for end in ends)
    size = floor(log10(largest)) if largest else 0
    if size < -4 or size >= 15:
        return f"{number(ends[0], digits)} – {number(ends[1], digits)}"
    first, last = (f"{end:,.{_places(size, digits)}f}".replace("-", MINUS) for end in ends)
    return f"{first} – {last}"


def chance(p: object) -> str:
    """A p value, with a floor below which more digits say nothing."""
    return "<0.001" if isinstance(p, int | float) and p < 0.001 else number(p, 2)


def digest(text: object, length: int = 12) -> str:
    """The recognisable beginning of a digest.

    Example:
        >>> digest("sha256:0123456789abcdef")
        'sha256:0123456789ab…'
    """
    kind, colon, rest = str(text).rpartition(":")
    return f"{kind}{colon}{rest[:length]}…" if len(rest) > length else str(text)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
