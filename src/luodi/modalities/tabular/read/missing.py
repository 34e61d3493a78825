"""Which words stand for a missing value, in every format and whatever the column."""

from __future__ import annotations

from luodi.core.text import MISSING_WORDS

NOT_A_NUMBER = frozenset({"NaN", "nan", "NAN", "-nan", "-NaN"})
"""How programs write the result of a failed computation; in a regression target it is an error."""

WORDS = MISSING_WORDS
"""Words that mean "missing", compared after outer white space is gone and width is folded."""

TARGET_WORDS = WORDS - {"None"}
"""The same for a class label, where ``None`` is a plausible class."""

PARSER_WORDS = tuple(sorted(WORDS - NOT_A_NUMBER - {"", "None"}))
"""The words that the CSV parser may drop at once, whatever the column turns out to be."""
