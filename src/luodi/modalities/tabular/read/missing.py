"""Which words stand for a missing value, in every format and whatever the column."""

from __future__ import annotations

NOT_A_NUMBER = frozenset({"NaN", "nan", "NAN", "-nan", "-NaN"})
"""How programs write the result of a failed computation; in a regression target it is an error."""

WORDS = NOT_A_NUMBER | frozenset(
    {
        "",
        "?",
        "NA",
        "N/A",
        "n/a",
        "#N/A",
        "#NA",
        "<NA>",
        "NULL",
        "Null",
        "null",
        "None",
        "NaT",
        "\\N",
    }
)
"""Words that mean "missing", compared after outer white space is gone and width is folded.

Letter case counts: ``none`` and ``na`` are left alone, for they are often real categories.
"""

TARGET_WORDS = WORDS - {"None"}
"""The same for a class label, where ``None`` is a plausible class."""

PARSER_WORDS = tuple(sorted(WORDS - NOT_A_NUMBER - {"", "None"}))
"""The words that the CSV parser may drop at once, whatever the column turns out to be."""
