"""Stage 1: look at the records, say what is wrong with them, and cut a holdout."""

from luodi.data.brought import refuse_brought
from luodi.data.check import check
from luodi.data.propose import propose
from luodi.data.split import recut, split

__all__ = ["check", "propose", "recut", "refuse_brought", "split"]
