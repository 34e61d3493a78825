"""Records to the graph's input arrays: a typed table, no code, numpy only.

The same codec lays out rows in training, in the judge and in production, so that none of them
can differ. It reads numbers and dates that stand in text, writes categories in one canonical
form, and says what it noticed; everything after that happens inside the graph.
"""

from luodi.modalities.tabular.codec.columns import CategoryColumn, NumberColumn, TimeColumn
from luodi.modalities.tabular.codec.dates import NO_TIME
from luodi.modalities.tabular.codec.layout import Codec
from luodi.modalities.tabular.codec.value import LONGEST_TEXT

__all__ = [
    "LONGEST_TEXT",
    "NO_TIME",
    "CategoryColumn",
    "Codec",
    "NumberColumn",
    "TimeColumn",
]
