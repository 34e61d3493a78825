"""One way to write a value as text, shared by reader, training and runtime."""

from __future__ import annotations

import unicodedata
from typing import Any

MISSING_WORDS = frozenset(
    {
        "", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "Null", "null", "None", "NaT",
        "\\N", "NaN", "nan", "NAN", "-nan", "-NaN",
    }
)  # fmt: skip
"""Words that mean "missing" in any column, in files and in records, once the text is canonical.

Letter case counts: ``none`` and ``na`` are left alone, for they are often real categories.
"""
_TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}


def canonical(value: Any) -> str:
    """The text of a category or a class label; missing is the empty string.

    Full-width letters and digits become plain ones (NFKC), outer white space goes, booleans are
    ``true`` and ``false`` also when they stand in text, and a number that is whole has no
    decimal point, so that CSV, Parquet and JSON of the same records give the same text.

    Example:
        >>> canonical(" Ａ１ "), canonical(3.0), canonical(True), canonical(None)
        ('A1', '3', 'true', '')
    """
    if isinstance(value, str):
        text = value if value.isascii() else unicodedata.normalize("NFKC", value)
        text = text.strip()
        return _TRUTHS.get(text, text)
    if value is None or value != value:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "true" if value else "false"
    if isinstance(value, float) or hasattr(value, "is_integer"):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip()
