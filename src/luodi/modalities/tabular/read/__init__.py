"""Raw records in: files and databases to a ``Dataset`` with every column's kind decided."""

from luodi.modalities.tabular.read.fresh import read
from luodi.modalities.tabular.read.glance import columns_of, frame
from luodi.modalities.tabular.read.like import read_like
from luodi.modalities.tabular.read.missing import WORDS as MISSING_WORDS
from luodi.modalities.tabular.read.returned import joined, returned

__all__ = ["MISSING_WORDS", "columns_of", "frame", "joined", "read", "read_like", "returned"]
